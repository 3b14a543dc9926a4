"""Lists while others revoke, while they are made by several processes, and while keys change."""

from __future__ import annotations

import asyncio

from cryptography import x509

from strongroom.engines.pki.issuers import rows as issuer_rows
from strongroom.engines.pki.revocation.lists.groups import groups_of
from strongroom.engines.pki.revocation.lists.making import make
from strongroom.sdk import View, replace
from strongroom.testing.mounted import MOUNT_ID
from tests.flow.engines.pki.revocations import Lists, number


async def test_revocations_while_lists_are_made() -> None:
    """Whoever reads, works and revokes at once: in the end every certificate is listed once, and numbers only grow."""
    lists = await Lists.with_role()
    issued = [await lists.issue() for _ in range(24)]
    numbers: list[int] = []

    async def revoke(serial: str) -> None:
        await lists.revoke(serial_number=serial)

    async def read() -> None:
        crl = await lists.crl()
        numbers.append(crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number)

    async def work() -> None:
        lists.later(1)
        await lists.work()

    for start in range(0, 24, 6):
        group = issued[start : start + 6]
        await asyncio.gather(*(revoke(each["serial_number"]) for each in group), read(), work(), read(), read(), work())
    await work()
    found = [each.serial_number for each in await lists.crl()]
    assert sorted(found) == sorted(number(each["serial_number"]) for each in issued)
    assert numbers == sorted(numbers)


async def test_two_revocations_of_one_certificate_at_once() -> None:
    """Both get the same answer, and the list has it once."""
    lists = await Lists.with_role()
    serial = (await lists.issue())["serial_number"]
    one, two = await asyncio.gather(lists.revoke(serial_number=serial), lists.revoke(serial_number=serial))
    assert one == two
    assert [each.serial_number for each in await lists.crl()] == [number(serial)]


async def test_two_processes_make_a_list_at_once() -> None:
    """No entry is lost, and none stands there twice, though both gather the same ones."""
    lists = await Lists.with_role()
    issued = [await lists.issue() for _ in range(5)]
    for each in issued:
        await lists.revoke(serial_number=each["serial_number"])

    async def stream(view: View) -> str:
        return (await groups_of(view)).default

    id_ = await lists.change(stream)

    async def process(mount: str) -> None:
        # Another name of the mount has another lock, as another process has.
        await lists.change(lambda view: make(view, mount, id_, lists.now))

    await asyncio.gather(*(process(mount) for mount in (MOUNT_ID, "2", "3")))
    found = [each.serial_number for each in await lists.crl()]
    assert sorted(found) == sorted(number(each["serial_number"]) for each in issued)


async def test_a_new_default_issuer() -> None:
    """The former one still lists what it has issued, also what is revoked later; the new one lists its own."""
    lists = await Lists.with_role()
    old, late = await lists.issue(), await lists.issue()
    await lists.revoke(serial_number=old["serial_number"])

    async def former(view: View) -> str:
        return (await issuer_rows.referred(view, "default")).id

    before = await lists.change(former)
    await lists.write("root/generate/internal", common_name="Next", key_type="ec", issuer_name="next")
    await lists.write("config/issuers", default="next")
    new = await lists.issue()
    for each in (late, new):
        await lists.revoke(serial_number=each["serial_number"])
    assert await lists.listed() == {number(new["serial_number"])}
    assert await lists.listed(f"issuer/{before}/crl/der") == {number(each["serial_number"]) for each in (old, late)}


async def test_an_issuer_without_its_key() -> None:
    """The last list is still given when the key was removed; there is a new one when it is back."""
    lists = await Lists.with_role()
    one, two = await lists.issue(), await lists.issue()
    await lists.revoke(serial_number=one["serial_number"])
    before = await lists.crl()

    async def key(view: View, id_: str) -> str:
        issuer = await issuer_rows.referred(view, "default")
        issuer_rows.keep(view, replace(issuer, key_id=id_))
        return issuer.key_id

    id_ = await lists.change(lambda view: key(view, ""))
    await lists.revoke(serial_number=two["serial_number"])
    assert await lists.crl() == before
    await lists.change(lambda view: key(view, id_))
    assert await lists.listed() == {number(each["serial_number"]) for each in (one, two)}
