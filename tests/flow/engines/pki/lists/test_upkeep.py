"""When lists are made, and what is done about them beside the requests."""

from __future__ import annotations

from datetime import datetime

import pytest

from strongroom.crypto.revocation_lists.entries import entry
from strongroom.engines.pki.revocation import revoked, revoking
from strongroom.engines.pki.revocation.lists import gathering, rows, serving
from strongroom.engines.pki.revocation.lists.groups import groups_of
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View
from tests.flow.engines.pki.revocations import Lists, number, numbered


@pytest.mark.parametrize("auto", [False, True])
async def test_lists_never_lapse(auto: bool) -> None:
    """Without a revocation, and without a reader, the list is made again before it ends: for two minutes and ever."""
    lists = await Lists.with_role()
    await lists.write("config/crl", expiry="10s", auto_rebuild=auto, auto_rebuild_grace_period="3s")
    last = numbered(await lists.crl())
    for _ in range(120):
        lists.later(1)
        await lists.work()
        told = (await lists.read("issuer/default"))["crl_next_update"]
        assert datetime.fromisoformat(told).timestamp() > lists.now
    assert last + 12 <= numbered(await lists.crl()) <= last + 31


async def test_many_revocations_make_few_lists() -> None:
    """The first makes one soon; all that come meanwhile are on the next."""
    lists = await Lists.with_role()
    first = numbered(await lists.crl())
    issued = [await lists.issue() for _ in range(30)]
    for each in issued:
        await lists.revoke(serial_number=each["serial_number"])
    assert await lists.work()
    assert numbered(await lists.crl()) == first + 1
    assert await lists.listed() == {number(each["serial_number"]) for each in issued}


async def test_a_revocation_writes_the_same_rows_whatever_the_list() -> None:
    """A row and an entry, and what is scheduled once: nothing of the list itself, however long that is."""
    lists = await Lists.with_role()
    await lists.listed()
    one, two = await lists.issue(), await lists.issue()
    before = await lists.mount.rows()
    await lists.revoke(serial_number=one["serial_number"])
    after = await lists.mount.rows()
    assert {name.split("/")[0] for name in after.keys() ^ before.keys()} == {"revoked", "list-new"}
    assert all(after[name] == before[name] for name in before)
    await lists.revoke(serial_number=two["serial_number"])
    assert len(await lists.mount.rows()) == len(before) + 4


async def filled(lists: Lists, count: int) -> str:
    """Entries of so many certificates that were never issued, waiting to be listed.  Returns the stream."""

    async def work(view: View) -> str:
        return (await groups_of(view)).default

    stream = await lists.change(work)
    for start in range(0, count, 1000):

        async def add(view: View, start: int = start) -> None:
            for each in range(start, min(start + 1000, count)):
                serial = 1 << 150 | each
                rows.add_entry(view, stream, f"{serial:040x}", entry(serial, lists.now))

        await lists.change(add)
    return stream


async def test_nobody_waits_for_a_long_list() -> None:
    """Readers get the one that is there; scheduled work makes the next, in several parts."""
    lists = await Lists.with_role()
    count = serving.SMALL_ENTRIES + 1000
    await filled(lists, count)
    await lists.listed()
    assert len(await lists.listed()) == count
    serial = number((await lists.issue())["serial_number"])
    before = numbered(await lists.crl())
    await lists.revoke(serial_number=f"{serial:040x}")
    assert numbered(await lists.crl()) == before
    lists.later(2)
    await lists.work()
    assert serial in await lists.listed()
    parts = [name for name in await lists.mount.rows() if name.startswith("list-part/")]
    assert len(parts) == -(-count * 37 // gathering.PART_BYTES)


async def test_entries_go_when_their_certificates_have() -> None:
    """The next list is a complete one without them; the old parts go, and the new ones hold the rest."""
    lists = await Lists.with_role()
    stream = await filled(lists, 4000)
    await lists.work()
    assert len(await lists.listed()) == 4000
    await lists.listed()

    async def work(view: View) -> None:
        for each in range(0, 4000, 2):
            rows.remove_entry(view, stream, f"{1 << 150 | each:040x}")

    await lists.change(work)
    lists.later(60 * 3600)
    await lists.work()
    assert await lists.listed() == {1 << 150 | each for each in range(1, 4000, 2)}
    names = [name for name in await lists.mount.rows() if name.startswith(("list-part/", "list-gone/"))]
    assert len(names) == 1


async def test_a_forgotten_certificate_leaves_every_list() -> None:
    """When its row goes because it has expired, the next complete list has it no more."""
    lists = await Lists.with_role()
    kept, gone = [number((await lists.issue())["serial_number"]) for _ in range(2)]
    for each in (kept, gone):
        await lists.revoke(serial_number=f"{each:040x}")
    assert await lists.listed() == {kept, gone}

    async def work(view: View) -> None:
        record = await revoked.first_of(view, gone)
        assert record is not None
        await revoking.forget(view, gone, record)

    await lists.change(work)
    lists.later(60 * 3600)
    await lists.work()
    assert await lists.listed() == {kept}


async def test_an_unfinished_call_begins_where_it_was() -> None:
    """Entries that were gathered before a process died are neither lost nor listed twice."""
    lists = await Lists.with_role()
    stream = await filled(lists, 250)

    async def work(view: View) -> int:
        return await gathering.gather(view, stream)

    assert await lists.change(work) == gathering.AT_ONCE
    found = [each.serial_number for each in await lists.crl()]
    assert len(found) == len(set(found)) == 250


async def test_more_entries_than_a_list_may_have() -> None:
    """The list stays as it was, and is made as soon as the limit allows."""
    lists = await Lists.with_role()
    await lists.write("config/crl", max_crl_entries=1)
    one, two = [await lists.issue() for _ in range(2)]
    await lists.revoke(serial_number=one["serial_number"])
    assert len(await lists.listed()) == 1
    await lists.revoke(serial_number=two["serial_number"])
    with pytest.raises(InvalidRequest, match="max_crl_entries"):
        await lists.work()
    assert len(await lists.listed()) == 1
    await lists.write("config/crl", max_crl_entries=0)
    assert len(await lists.listed()) == 2
