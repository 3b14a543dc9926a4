"""Processes that die while they make a list: another one ends what they began."""

from __future__ import annotations

from cryptography import x509

from strongroom.engines.pki import Pki, serials
from strongroom.engines.pki.revocation.lists import rows
from strongroom.engines.pki.revocation.lists.groups import groups_of
from strongroom.lib.errors import StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.sdk import View
from strongroom.storage.inmem import InmemStorage
from strongroom.testing.clock import SetClock
from strongroom.testing.mounted import Mounted
from tests.flow.engines.pki.revocations import Lists, number
from tests.flow.harness import open_barrier
from tests.sim.faulty_storage import Fail, FaultyStorage, Plan


async def process(storage: InmemStorage, clock: SetClock, *, commits: int = 1000) -> Lists:
    """A process over a store, which fails it after so many commits."""
    barrier = await open_barrier(storage, clock)
    barrier.storage = FaultyStorage(storage, Plan(commit=[*[None] * commits, *[Fail()] * 1000]))
    return Lists(Mounted(Pki(), barrier, clock))


def list_number(crl: x509.CertificateRevocationList) -> int:
    """The number of a list."""
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


async def generations(lists: Lists) -> tuple[set[str], set[str]]:
    """Those whose parts are stored, and those that something refers to."""

    async def work(view: View) -> tuple[set[str], set[str]]:
        stream = (await groups_of(view)).default
        signed = [await rows.signed_of(view, stream, kind) for kind in (rows.COMPLETE, rows.DELTA)]
        kept = {(await rows.stream_of(view, stream)).generation, *(each.generation for each in signed if each)}
        return {name.rstrip("/") for name in await view.list(rows.parts_folder(stream))}, kept

    return await lists.change(work)


async def expire(lists: Lists, serial: int) -> None:
    """Have an entry go, as tidying does when the certificate has ended."""

    async def work(view: View) -> None:
        rows.remove_entry(view, (await groups_of(view)).default, serials.row(serial))

    await lists.change(work)


async def lives_through_its_work(lists: Lists) -> bool:
    """Whether no commit of its work fails."""
    try:
        await lists.work()
    except StorageError:
        return False
    return True


async def test_a_process_that_dies_at_any_commit() -> None:
    """Nothing is lost, listed twice or left behind, the number grows, and entries that are to go are gone."""
    clock = SetClock()
    storage = InmemStorage(clock, SystemRandom())
    lists = await process(storage, clock)
    await lists.write("root/generate/internal", common_name="Root", key_type="ec", not_after="2030-01-01T00:00:00Z")
    await lists.role()
    await lists.write("config/crl", enable_delta=True, auto_rebuild=True)
    expected: set[int] = set()
    last, lived = 0, []
    for commits in range(12):
        for _ in range(2):
            serial = (await lists.issue(ttl="20h"))["serial_number"]
            await lists.revoke(serial_number=serial)
            expected.add(number(serial))
        await expire(lists, expected.pop())
        lists.later(3600 * 72)
        lived.append(await lives_through_its_work(await process(storage, clock, commits=commits)))
        lists = await process(storage, clock)
        while await lists.work():
            pass
        crl = await lists.crl()
        assert sorted(each.serial_number for each in crl) == sorted(expected), commits
        assert list_number(crl) > last
        last = list_number(crl)
    # What a process that has died leaves behind goes with the next list.
    stored, kept = await generations(lists)
    assert stored <= kept
    assert lived[0] is False and lived[-1] is True, "there are more commits than this test lets a process die at"
