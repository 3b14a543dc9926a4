"""Which issuers share a list, and who stands on it."""

from __future__ import annotations

import pytest

from strongroom.engines.pki.issuers import rows as issuer_rows
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View, replace
from tests.flow.engines.pki.revocations import DELTAS, Lists, number


async def test_issuers_that_may_not_sign_lists() -> None:
    """There is no list then; what was revoked is on it as soon as the issuer may sign again."""
    lists = await Lists.with_role()
    serial = number((await lists.issue())["serial_number"])

    async def work(view: View, usage: tuple[str, ...]) -> None:
        issuer_rows.keep(view, replace(await issuer_rows.referred(view, "default"), usage=usage))

    await lists.change(lambda view: work(view, ("issuing-certificates",)))
    await lists.revoke(serial_number=f"{serial:040x}")
    assert (await lists.raw("crl")).status == 204
    await lists.work()
    assert (await lists.raw("crl")).status == 204
    await lists.change(lambda view: work(view, ("crl-signing",)))
    assert await lists.listed() == {serial}


async def test_issuers_with_one_name_and_key_share_a_list() -> None:
    """A cross-signed twin gives the same list; one with the same name and another key has its own."""
    lists = await Lists.with_role()
    await lists.write("root/generate/internal", common_name="Root", key_type="ec", issuer_name="namesake")
    await lists.write("root/generate/internal", common_name="Above", key_type="ec", issuer_name="above")
    await lists.add_issuer("twin", parent="above", key_of="default")
    serial = (await lists.issue())["serial_number"]
    await lists.revoke(serial_number=serial)
    assert await lists.crl("issuer/twin/crl/der") == await lists.crl("issuer/default/crl/der") == await lists.crl()
    assert await lists.listed("issuer/twin/crl/der") == {number(serial)}
    assert await lists.listed("issuer/namesake/crl/der") == set()


async def test_revoked_issuers_stand_on_their_issuers_complete_list() -> None:
    """Never on a delta, and never on their own list; they issue nothing any more, and still sign lists."""
    lists = await Lists.with_role()
    issuer = await lists.add_issuer("below")
    await lists.write("config/crl", **DELTAS)
    await lists.listed()
    shown = await lists.write("issuer/below/revoke")
    assert shown["revoked"] is True
    assert "issuing-certificates" not in shown["usage"]
    assert await lists.write("issuer/below/revoke") == shown
    lists.later(1)
    await lists.work()
    assert await lists.listed("issuer/default/crl/der") == {number(issuer.serial)}
    assert await lists.listed("issuer/default/crl/delta/der") == set()
    assert await lists.listed("issuer/below/crl/der") == set()


async def test_a_root_that_is_revoked() -> None:
    """It is told that nobody will see it."""
    lists = await Lists.with_role()
    answer = await lists.answer("issuer/default/revoke")
    assert [each[:40] for each in answer.warnings] == [
        "This issuer is a self-signed (potentiall",
        "This issuer lacks another parent issuer ",
        "This issuer is currently configured as t",
    ]
    assert await lists.listed() == set()
    with pytest.raises(InvalidRequest, match="issuing-certificates"):
        await lists.issue()


async def test_each_issuer_lists_its_own() -> None:
    """A certificate stands on the list of the issuer that has issued it, whatever the default is."""
    lists = await Lists.with_role()
    await lists.write("root/generate/internal", common_name="Other", key_type="ec", issuer_name="other")
    await lists.role(issuer_ref="other")
    serial = (await lists.issue())["serial_number"]
    await lists.revoke(serial_number=serial)
    assert await lists.listed("issuer/other/crl/der") == {number(serial)}
    assert await lists.listed() == set()
