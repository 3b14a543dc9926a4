"""Revoking certificates, and finding them on the list."""

from __future__ import annotations

from tests.flow.engines.pki.revocations import Lists, number


async def test_the_next_list_has_what_was_revoked() -> None:
    """A short list is made by whoever reads it, so a revocation is on it at once."""
    lists = await Lists.with_role()
    assert await lists.listed() == set()
    first, second = await lists.issue(), await lists.issue()
    await lists.revoke(serial_number=first["serial_number"])
    assert await lists.listed() == {number(first["serial_number"])}
    await lists.revoke(serial_number=second["serial_number"].replace(":", "-"))
    assert await lists.listed() == {number(each["serial_number"]) for each in (first, second)}
