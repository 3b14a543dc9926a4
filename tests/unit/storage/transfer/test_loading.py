"""Rows are loaded into an empty store in commits that it takes."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.lib.errors import InvalidRequest, StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Limits
from strongroom.storage.inmem import InmemStorage
from strongroom.storage.transfer import Loading, copy, require_empty
from strongroom.storage.transfer.loading import parts
from tests.sim.clock import SetClock


def _store() -> InmemStorage:
    return InmemStorage(SetClock(), SystemRandom())


def test_parts_keep_within_the_limits() -> None:
    """A part ends before it has too many keys or bytes; a row that is too large alone stands alone."""
    rows = {"a": b"12345", "b": b"12345", "c": None, "d": None, "e": None, "f": b"1234567890123", "g": b""}
    found = [list(part) for part in parts(rows, Limits(keys=3, bytes=12, value_bytes=99))]
    assert found == [["a", "b"], ["c", "d", "e"], ["f"], ["g"]]


def test_what_was_loaded_is_what_was_copied() -> None:
    """All rows come over, but those of roles; a removed row goes."""

    async def main() -> None:
        source, destination, again = _store(), _store(), _store()
        for storage in (source, destination, again):
            await storage.start()
        await source.lock("expiry", "one", 60)
        await source.commit({}, {f"shared/{number}": b"%d" % number for number in range(1200)}, {})
        loading = Loading(destination)
        await copy(source, loading)
        await loading.put({"shared/0": None})
        assert loading.rows == 1201
        assert (await destination.scan("")).names == sorted(f"shared/{number}" for number in range(1, 1200))
        entry = await destination.get("shared/77")
        assert entry is not None
        assert entry.value == b"77"

    asyncio.run(main())


def test_only_an_empty_store_counts_as_empty() -> None:
    """Rows of roles don't count, whatever else does: before them and behind them."""

    async def main() -> None:
        for key in ("local/a", "shared/a"):
            storage = _store()
            await storage.start()
            await require_empty(storage)
            await storage.lock("expiry", "one", 60)
            await require_empty(storage)
            await storage.commit({}, {key: b""}, {})
            with pytest.raises(StorageError, match="isn't empty") as refused:
                await require_empty(storage)
            assert key in refused.value.detail

    asyncio.run(main())


def test_a_value_over_the_limit_is_refused() -> None:
    """It is an error that the caller gets, and nothing of its part was written."""

    async def main() -> None:
        storage = _store()
        await storage.start()
        with pytest.raises(InvalidRequest, match="value too large"):
            await Loading(storage).put({"a": b"1" * (17 << 20)})
        await require_empty(storage)

    asyncio.run(main())
