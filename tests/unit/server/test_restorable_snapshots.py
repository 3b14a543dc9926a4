"""A snapshot that nobody could unseal here isn't restored in the place of a store."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.unit.snapshot.made import snapshot, store

from strongroom.server.snapshots.files import inspected, require_restorable
from strongroom.server.snapshots.place import SnapshotError

SHAMIR = {"core/seal/shamir": b'{"type":"shamir","shares":5,"threshold":3}'}
OTHER = {"core/seal/cloud": b'{"type":"awskms"}'}


async def _made(seals: Mapping[str, bytes]) -> bytes:
    return await snapshot(await store({"core/keyring": b"1", **seals}))


def test_seals_decide(tmp_path: Path) -> None:
    """One that can be opened is enough; without one each is named, and only `-force` restores it."""
    file = tmp_path / "a.snap"
    for seals in (SHAMIR, OTHER | SHAMIR):
        file.write_bytes(asyncio.run(_made(seals)))
        found = inspected(file)
        require_restorable(file, found, forced=False)
        assert "shamir: opens with 3 of its 5 key shares" in found.document["seals"]
    file.write_bytes(asyncio.run(_made(OTHER)))
    with pytest.raises(SnapshotError, match="cloud: of the type awskms, which this release cannot open") as refused:
        require_restorable(file, inspected(file), forced=False)
    assert "-force" in str(refused.value)
    require_restorable(file, inspected(file), forced=True)


def test_a_store_that_was_never_initialized(tmp_path: Path) -> None:
    """There is nothing in it that could be restored, not by force either."""
    file = tmp_path / "a.snap"
    file.write_bytes(asyncio.run(_made({})))
    with pytest.raises(SnapshotError, match="never initialized"):
        require_restorable(file, inspected(file), forced=True)
