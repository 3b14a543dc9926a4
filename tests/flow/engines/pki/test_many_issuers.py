"""A mount with thousands of issuers."""

from __future__ import annotations

from collections.abc import Iterable

from strongroom.barrier.transaction import Transaction, transact
from strongroom.crypto.issuing import private_keys
from strongroom.crypto.issuing.ca_certificates import CaCertificate
from strongroom.crypto.issuing.certificates import self_signed
from strongroom.crypto.issuing.contents import Draft, Subject
from strongroom.crypto.issuing.signing import scheme
from strongroom.engines.pki import Pki
from strongroom.engines.pki.issuers import rows
from strongroom.engines.pki.issuers.imports import new_issuer
from strongroom.lib.rand import SystemRandom
from strongroom.sdk import Operation, View
from strongroom.storage.base import Entry, Listing, Snapshot
from strongroom.storage.inmem import InmemStorage
from strongroom.testing.clock import SetClock
from tests.flow.engines.pki.chains import leaf
from tests.flow.engines.pki.mounts import Authority
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


async def _fill(authority: Authority, many: int) -> None:
    key, now = private_keys.generate("ec", 256), int(authority.mount.clock.now())

    async def add(txn: Transaction, first: int) -> None:
        view = View(txn, authority.mount.prefix)
        for number in range(first, min(many, first + 500)):
            draft = Draft(
                serial=number + 1,
                public=key.public,
                not_before=now,
                not_after=now + 10**7,
                subject=Subject(common_name=f"Root {number}"),
                basic_constraints="authority",
            )
            await rows.add(
                view, new_issuer(CaCertificate.load(self_signed(draft, key, scheme(key))), f"{number:08x}", "")
            )

    for first in range(0, many, 500):

        async def body(txn: Transaction, first: int = first) -> None:
            await add(txn, first)

        await transact(authority.mount.barrier, body)


async def test_requests_that_concern_one_read_a_handful_of_rows() -> None:
    """Issuing, reading, making, changing and deleting read no other issuers, also in a process that begins."""
    clock = SetClock()
    storage = Counting(clock, SystemRandom())
    first = await _another_process(storage, clock)
    await first.write("root/generate/internal", common_name="R", key_type="ec", issuer_name="ca")
    await _fill(first, MANY)
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
    await _fill(authority, 300)
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
