"""What the key/value engine leaves in the store, and how its writers meet there."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.barrier.stable import Restart, StableValues
from strongroom.barrier.transaction import Transaction, transact
from strongroom.engines.kv import KvEngine
from strongroom.engines.kv.records import Metadata, Version
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Operation
from tests.flow.harness import Mounted, open_barrier

V2 = {"version": "2"}
CANARIES = ["canary-folder", "canary-name", "canary-key", "canary-value", "canary-note"]


async def test_the_store_sees_no_names_and_no_values() -> None:
    """Neither keys nor values of a versioned mount's rows hold a path, a name, a value or a note, plain or encoded."""
    mount = await Mounted.new(KvEngine(), V2)
    path = "canary-folder/canary-name"
    for n in range(3):
        await mount.ask(Operation.UPDATE, f"data/{path}", {"data": {"canary-key": "canary-value", "n": n}})
    await mount.ask(Operation.UPDATE, f"metadata/{path}", {"custom_metadata": {"canary-note": "canary-note"}})
    await mount.ask(Operation.DELETE, f"data/{path}")
    await mount.ask(Operation.UPDATE, "data/canary-name", {"data": {"x": "canary-value"}})
    assert (await mount.data(Operation.SCAN, "metadata"))["keys"] == [path, "canary-name"]
    rows = await mount.rows()
    seen = b"\n".join([*(key.encode() for key in rows), *rows.values()])
    for canary in CANARIES:
        for form in (canary.encode(), base64.b64encode(canary.encode())[:12], canary.encode().hex().encode()):
            assert form not in seen
    tops = {key.split("/")[1] for key in rows if key.startswith("meta/")}
    bottoms = {key.split("/")[2] for key in rows if key.startswith("meta/") and key.count("/") == 2}
    assert not tops & bottoms


async def test_two_mounts_look_different() -> None:
    """The same path under two mounts has nothing in common in the store."""
    keys: list[set[str]] = []
    for _ in range(2):
        mount = await Mounted.new(KvEngine(), V2)
        await mount.ask(Operation.UPDATE, "data/same/path", {"data": {}})
        keys.append({key for key in await mount.rows() if key.startswith("meta/")})
    assert not keys[0] & keys[1]


class NewerVersion(Version, frozen=True):
    """A version, as a later release might keep it."""

    author: str = ""


class NewerMetadata(Metadata, frozen=True, tag="kv-metadata"):
    """A secret's metadata, as a later release might keep it."""

    versions: dict[int, NewerVersion] = {}  # type: ignore[assignment]
    labels: tuple[str, ...] = ()


async def test_what_a_later_release_added_survives() -> None:
    """Fields that this release doesn't know are still there after it has rewritten the row, in versions too."""
    mount = await Mounted.new(KvEngine(), V2)
    await mount.ask(Operation.UPDATE, "data/a", {"data": {"n": 1}})
    (key,) = [key for key in await mount.rows() if key.startswith("meta/")]
    newer = NewerMetadata(
        created_at=1.0,
        updated_at=1.0,
        current_version=1,
        versions={1: NewerVersion(created_at=1.0, author="ann")},
        labels=("x",),
    )

    async def put(txn: Transaction) -> None:
        txn.write(mount.prefix + key, newer)

    await transact(mount.barrier, put)
    await mount.ask(Operation.UPDATE, "data/a", {"data": {"n": 2}})
    await mount.ask(Operation.UPDATE, "delete/a", {"versions": [1]})
    await mount.ask(Operation.PATCH, "metadata/a", {"max_versions": 7})

    async def get(txn: Transaction) -> NewerMetadata | None:
        return await txn.read(mount.prefix + key, NewerMetadata)

    kept = await transact(mount.barrier, get)
    assert kept is not None
    assert (kept.labels, kept.versions[1].author, kept.current_version) == (("x",), "ann", 2)
    assert (kept.max_versions, bool(kept.versions[1].deleted_at)) == (7, True)


async def test_an_abandoned_write_changes_nothing() -> None:
    """What a request has done in a transaction that doesn't commit isn't seen by anyone, cached records included."""
    mount = await Mounted.new(KvEngine(), V2)
    await mount.ask(Operation.UPDATE, "data/a", {"data": {"n": 1}})
    await mount.ask(Operation.UPDATE, "metadata/a", {"custom_metadata": {"x": "y"}})
    before = await mount.data(Operation.READ, "metadata/a")
    for operation, path, data in (
        (Operation.UPDATE, "data/a", {"data": {"n": 2}}),
        (Operation.DELETE, "data/a", {}),
        (Operation.UPDATE, "destroy/a", {"versions": [1]}),
        (Operation.PATCH, "metadata/a", {"custom_metadata": {"z": "z"}}),
        (Operation.DELETE, "metadata/a", {}),
    ):
        await mount.barrier.sync()
        await mount.run(Transaction(mount.barrier, StableValues()), operation, path, data)
        assert await mount.data(Operation.READ, "metadata/a") == before
    assert (await mount.data(Operation.READ, "data/a"))["data"] == {"n": 1}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=12), st.booleans())
async def test_writers_with_cas_never_overwrite_each_other(schedule: list[tuple[int, bool]], shared: bool) -> None:
    """However requests of several processes interleave, each version has one writer, who saw the one before it."""
    mount = await Mounted.new(KvEngine(), V2)
    barrier = mount.barrier
    mounts = [mount]
    for _ in range(2):
        other = barrier if shared else await open_barrier(barrier.storage, mount.clock)  # type: ignore[arg-type]
        mounts.append(Mounted(KvEngine(), other, mount.clock, V2))
    open_: dict[int, tuple[Transaction, int]] = {}
    won: list[int] = []
    for writer, commits in schedule:
        at = mounts[writer]
        if commits and writer in open_:
            txn, cas = open_.pop(writer)
            try:
                await txn.commit()
            except Restart:
                continue
            won.append(cas)
        elif not commits:
            await at.barrier.sync()
            txn = Transaction(at.barrier, StableValues())
            cas = len(won)
            body: dict[str, Any] = {"data": {"cas": cas}, "options": {"cas": cas}}
            await at.run(txn, Operation.UPDATE, "data/a", body)
            open_[writer] = (txn, cas)
    assert won == list(range(len(won)))
    if won:
        newest = await mount.data(Operation.READ, "data/a")
        assert (newest["metadata"]["version"], newest["data"]) == (len(won), {"cas": won[-1]})


async def test_concurrent_cas_has_one_winner() -> None:
    """Of many requests at once that all expect the same version, one succeeds and the others are refused."""
    mount = await Mounted.new(KvEngine(), V2)
    body = {"data": {"x": 1}, "options": {"cas": 0}}
    results = await asyncio.gather(
        *(mount.ask(Operation.UPDATE, "data/a", body) for _ in range(12)), return_exceptions=True
    )
    assert sum(isinstance(result, InvalidRequest) for result in results) == 11
    await asyncio.gather(*(mount.ask(Operation.UPDATE, "data/b", {"data": {"n": n}}) for n in range(12)))
    assert (await mount.data(Operation.READ, "metadata/b"))["current_version"] == 12
