"""Stores with small transactions, at the edges of those: of a cell, of a transaction, of a name; and one too many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from strongroom.storage.base import Storage
from strongroom.storage.conditional import ConditionalStorage
from strongroom.storage.conditional.cells import Capacity
from strongroom.storage.conditional.transaction import longest_inline
from strongroom.storage.keys import KEY_BYTES
from tests.conformance.storage.backends import (
    Conditional,
    on,
    open_consul_path,
    open_dynamodb_table,
    open_etcd_path,
    open_zookeeper_path,
)

_OPENED: dict[str, Callable[[Any], Conditional]] = {
    "etcd": lambda get: Conditional(open_etcd_path, get("etcd_server").url),
    "consul": lambda get: Conditional(open_consul_path, get("consul_server").url),
    "dynamodb": lambda get: Conditional(open_dynamodb_table, get("dynamodb_server").url),
    "zookeeper": lambda get: Conditional(open_zookeeper_path, get("zookeeper_server").address),
}


@pytest.fixture(params=_OPENED)
def place(request: pytest.FixtureRequest) -> Conditional:
    """Each in turn, empty."""
    return _OPENED[request.param](request.getfixturevalue)


def capacity_of(storage: Storage) -> Capacity:
    """Of its cells."""
    assert isinstance(storage, ConditionalStorage)
    return storage._base.cells.capacity


async def kept(storage: Storage, rows: dict[str, bytes | None]) -> None:
    """Commit rows, and find them whole; then commit them again, and remove them."""
    for _ in range(2):
        made = await storage.commit({}, rows, {})
        found = await storage.get_many(rows)
        assert found.revision == made.number
        assert {key: entry.value for key, entry in found.entries.items()} == rows
    await storage.commit({}, dict.fromkeys(rows), {})
    assert (await storage.get_many(rows)).entries == {}


def test_values_around_the_longest_of_a_cell(place: Conditional) -> None:
    """One byte less, that long, and one byte more, with a key that is as long as keys get."""

    async def scenario(storage: Storage) -> None:
        most = longest_inline(capacity_of(storage))
        for length in (most - 1, most, most + 1):
            await kept(storage, {"%" * KEY_BYTES: bytes(length)})

    on(place, scenario)


def test_commits_around_the_most_bytes_of_a_transaction(place: Conditional) -> None:
    """Two values that just fit into a transaction together with their keys, and a few bytes more each time."""

    async def scenario(storage: Storage) -> None:
        capacity = capacity_of(storage)
        half = capacity.bytes // 2
        for less in (4096, 1024, 256, 0):
            await kept(storage, {key * 40: b"\xff" * (half - less) for key in ("ä", "ö")})

    on(place, scenario)


def test_commits_around_the_most_rows_of_a_transaction(place: Conditional) -> None:
    """From three less than its cells to one more, with new folders; and with keys whose names fill it alone."""

    async def scenario(storage: Storage) -> None:
        cells = capacity_of(storage).cells
        for count in range(cells - 3, cells + 2):
            await kept(storage, {f"{number}/a": b"" for number in range(count)})
        await kept(storage, {f"{number:04}" + "%" * (KEY_BYTES - 4): b"" for number in range(cells)})

    on(place, scenario)
