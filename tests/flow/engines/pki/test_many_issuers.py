"""A mount with thousands of issuers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from strongroom.barrier.transaction import Transaction, transact
from strongroom.crypto.issuing import private_keys
from strongroom.crypto.issuing.certificates import in_pem
from strongroom.engines.pki import Pki
from strongroom.engines.pki.revocation.lists.groups import Group, groups_of
from strongroom.lib.rand import SystemRandom
from strongroom.sdk import Operation, View
from strongroom.storage.base import Entry, Listing, Snapshot
from strongroom.storage.inmem import InmemStorage
from strongroom.testing.clock import SetClock
from tests.flow.engines.pki.chains import leaf
from tests.flow.engines.pki.mounts import Authority
from tests.flow.engines.pki.revocations import Lists
from tests.flow.engines.pki.stored import fill, keys_below, root
from tests.flow.harness import Mounted, open_barrier

MANY = 5000


class Counting(InmemStorage):
    """A store that counts the rows and names that it gives out."""

    given = 0

    async def get(self, key: str) -> Entry | None:
        """One row."""
        self.given += 1
        return await super().get(key)

    async def get_many(self, keys: Iterable[str]) -> Snapshot:
        """Several rows."""
        wanted = list(keys)
        self.given += len(wanted)
        return await super().get_many(wanted)

    async def list(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """Names."""
        found = await super().list(prefix, after, limit)
        self.given += len(found.names)
        return found


async def _another_process(storage: Counting, clock: SetClock) -> Authority:
    """The mount as a process sees it that has read nothing yet."""
    return Authority(Mounted(Pki(), await open_barrier(storage, clock), clock))


async def test_requests_that_concern_one_read_a_handful_of_rows() -> None:
    """Issuing, reading, making, changing and deleting read no other issuers, also in a process that begins."""
    clock = SetClock()
    storage = Counting(clock, SystemRandom())
    first = await _another_process(storage, clock)
    await first.write("root/generate/internal", common_name="R", key_type="ec", issuer_name="ca")
    await fill(first, MANY)
    for work in (
        lambda authority: authority.read("issuer/ca"),
        lambda authority: authority.read("issuer/ca/json"),
        lambda authority: leaf(authority, common_name="a.b"),
        lambda authority: authority.write("root/generate/internal", common_name="R", key_type="ec", issuer_name="more"),
        lambda authority: authority.patch("issuer/more", usage="read-only"),
        lambda authority: authority.write("config/issuers", default="more"),
        lambda authority: authority.delete("issuer/more"),
    ):
        authority = await _another_process(storage, clock)
        before = storage.given
        await work(authority)
        assert storage.given - before < 60


async def test_listings_have_pages() -> None:
    """`after` and `limit` choose issuers by their ids; without them all are listed, and again after a change."""
    clock = SetClock()
    authority = await _another_process(Counting(clock, SystemRandom()), clock)
    await fill(authority, 300)
    page = await authority.mount.ask(Operation.LIST, "issuers", {"limit": 3, "after": "000000ff"})
    assert page is not None and page.data is not None
    assert page.data["keys"] == ["00000100", "00000101", "00000102"]
    assert page.data["key_info"]["00000100"]["serial_number"] == "01:01"
    everything = await authority.mount.ask(Operation.LIST, "issuers", {})
    assert everything is not None and everything.data is not None
    assert len(everything.data["keys"]) == 300
    await authority.patch("issuer/00000100", issuer_name="named")
    await authority.delete("issuer/00000101")
    page = await authority.mount.ask(Operation.LIST, "issuers", {"limit": 2, "after": "000000ff"})
    assert page is not None and page.data is not None
    assert page.data["keys"] == ["00000100", "00000102"]
    assert page.data["key_info"]["00000100"]["issuer_name"] == "named"


async def test_a_change_of_one_issuer_has_no_other_read_again() -> None:
    """Reading certificates takes longest where all issuers are grouped, for lists and OCSP.

    What another process changes counts at once.
    """
    clock = SetClock()
    storage = Counting(clock, SystemRandom())
    one, two = [await _another_process(storage, clock) for _ in range(2)]
    await one.write("root/generate/internal", common_name="R", key_type="ec", issuer_name="ca")
    await fill(one, 20)

    async def grouped(authority: Authority) -> dict[str, Group]:
        async def body(txn: Transaction) -> dict[str, Group]:
            groups = await groups_of(View(txn, authority.mount.prefix))
            return {id_: groups.by_id[group] for id_, group in groups.of_issuer.items()}

        return await transact(authority.mount.barrier, body)

    before = await grouped(one)
    await two.patch("issuer/00000007", usage="read-only")
    await two.delete("issuer/00000008")
    after = await grouped(one)
    assert before.keys() - after.keys() == {"00000008"}
    assert after["00000007"].issuers[0].usage == ("read-only",)
    for id_ in after.keys() - {"00000007"}:
        assert after[id_].certificate is before[id_].certificate


async def test_a_mount_is_emptied_whatever_it_has() -> None:
    """Also of more issuers than the store takes in one commit.  What was issued stays, and a new root can be made."""
    authority = await Authority.new()
    await fill(authority, 1100)
    await authority.delete("root")
    rows = await authority.mount.rows()
    assert [row for row in rows if row.startswith(("issuer", "key"))] == []
    assert any(row.startswith("cert/") for row in rows)
    assert (await authority.write("root/generate/internal", common_name="Again", key_type="ec"))["issuer_id"]


async def test_tidying_removes_any_number_of_expired_issuers() -> None:
    """And none that hasn't expired."""
    lists = await Lists.with_role(not_after="2049-01-01T00:00:00Z")
    await fill(lists, 1100)
    lists.later(10**7 + 10)
    await lists.write("tidy", tidy_expired_issuers=True, issuer_safety_buffer=1)
    while (status := await lists.read("tidy-status"))["state"] == "Running":
        assert await lists.work()
    assert (status["state"], status["issuers_deleted_count"]) == ("Finished", 1100)
    assert len(await keys_below(lists, "issuer/")) == 1


async def test_others_go_on_while_a_large_bundle_is_taken() -> None:
    """Each certificate takes its time, and a bundle may hold a thousand."""
    authority, key, turns = await Authority.empty(), private_keys.generate("ec", 256), 0
    bundle = "".join(in_pem(root(number, key, int(authority.mount.clock.now()))) for number in range(200))

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    going_on = asyncio.create_task(others())
    taken = await authority.write("issuers/import/cert", pem_bundle=bundle)
    going_on.cancel()
    assert len(taken["imported_issuers"]) == 200
    assert turns >= 200 // 10
