"""A snapshot of a store under write load, restored elsewhere, equals the store at one moment of the clients' logs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from strongroom.lib.rand import SystemRandom
from strongroom.sealing.initialize import Initialized, InitRequest, initialize
from strongroom.server.snapshots.place import place_of
from strongroom.storage.base import Storage
from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.conformance.processes.node import CONFIG, Node, running
from tests.conformance.processes.wire import Target
from tests.conformance.snapshots.moments import (
    Client,
    Found,
    Load,
    Period,
    State,
    Write,
    differences,
    found_in,
    timed,
)
from tests.conformance.snapshots.test_by_api import run

__all__ = ["postgresql_server"]

KINDS = ("sqlite", "postgresql")
_BALLAST = 520
"""Rows that nobody writes again: a copy then takes several pages, of different moments."""


def config_of(kind: str, server: PostgresqlServer, name: str) -> str:
    """The configuration of a node with a new store of a kind."""
    if kind == "sqlite":
        return CONFIG
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    url = server.url.replace("/postgres", f"/{name}")
    return CONFIG.replace("sqlite", "postgresql").replace('path = "{directory}/store"', f'connection_url = "{url}"')


@dataclass(frozen=True)
class Taken:
    """Snapshots of a node that was written to, and what its clients know."""

    node: Node
    clients: list[Client]
    files: dict[str, tuple[Path, Period]]


async def _filled(storage: Storage) -> Initialized:
    await storage.start()
    try:
        made = await initialize(storage, SystemRandom(), InitRequest(shares=1, threshold=1))
        await storage.commit({}, {f"ballast/{number}": b"x" for number in range(_BALLAST)}, {})
    finally:
        await storage.close()
    return made


@pytest.fixture(scope="module", params=KINDS)
def taken(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgresql_server: PostgresqlServer
) -> Iterator[Taken]:
    """One snapshot by the API and one by the command itself, with clients before, during and after both."""
    folder, kind = tmp_path_factory.mktemp(f"moment-{request.param}"), request.param
    config = config_of(kind, postgresql_server, "moment_source")
    workers = 2 if kind == "postgresql" else 1  # the command is another process that uses the store, in any case
    with running(Node(folder / "node", config=config, workers_wanted=workers)) as node:
        made = asyncio.run(_filled(place_of((str(node.configure()),)).opened()))
        node.keys, node.threshold, node.token = made.shares.hexadecimal(), 1, made.root_token.reveal().decode()
        node.start()
        node.unseal()
        node.settle(replaced=0)
        node.ok("POST", "sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
        files = {}
        with Load(node) as load:
            for name, flags in (("api", ()), ("offline", (f"-config={folder / 'node' / 'node.hcl'}",))):
                file = folder / f"{name}.snap"
                load.wait(5)

                def save(file: Path = file, flags: tuple[str, ...] = flags) -> None:
                    done = run(node, "operator", "snapshot", "save", *flags, file)
                    assert done.returncode == 0, done.stderr

                files[name] = file, timed(save)
            load.wait(5)
        yield Taken(node, load.clients, files)


def test_a_snapshot_is_of_one_moment(taken: Taken, tmp_path: Path, postgresql_server: PostgresqlServer) -> None:
    """Restored into another kind of store, by the command and by the API: each client finds a prefix of its log."""
    kind = "sqlite" if 'storage "postgresql"' in taken.node.config else "postgresql"
    config = config_of(kind, postgresql_server, "moment_other")
    with running(Node(tmp_path / "other", config=config, workers_wanted=1)) as other:
        other.keys, other.threshold, other.token = taken.node.keys, taken.node.threshold, taken.node.token
        done = run(other, "operator", "snapshot", "restore", f"-config={other.configure()}", taken.files["offline"][0])
        assert done.returncode == 0, done.stderr
        other.start()
        other.unseal()
        for way in ("offline", "api"):
            file, period = taken.files[way]
            if way == "api":  # the cluster vouches for it, so it may follow the other one
                done = run(other, "operator", "snapshot", "restore", file)
                assert done.returncode == 0, done.stderr
            found = found_in(other, taken.clients)
            assert list(differences(found, taken.clients, period)) == [], way
            assert 0 < max(found.versions) < max(client.log[-1].state.version for client in taken.clients), way


def test_the_judge_finds_what_is_of_two_moments() -> None:
    """A store that lacks an earlier write of the same client, or a write that another client has built on."""
    first, second = (Client(Target(""), "", number, threading.Event()) for number in (0, 1))
    first.log = [Write(1, 2, State(1)), Write(3, 4, State(1, frozenset({1}))), Write(5, 6, State(1, frozenset({1}), 1))]
    second.log = [Write(7, 8, State(1)), Write(9, 10, State(1, frozenset({1}), 2))]
    whole, clients = Found({0: 1, 1: 1}, {0: {1}, 1: {1}}, {1: (0, 1), 2: (1, 1)}), [first, second]
    assert list(differences(whole, clients, Period(6, 11))) == []
    torn = Found({0: 0, 1: 0}, {0: {1}}, {1: (0, 1)})
    assert "client 0" in next(differences(torn, clients, Period(4, 11)))
    late = Found({0: 1, 1: 1}, {0: {1}}, {1: (0, 1)})
    assert list(differences(late, clients, Period(6, 11))) == []
    assert "began when another" in next(differences(late, clients, Period(11, 12)))  # the second was acknowledged at 10
    other = Found({0: 1, 1: 0}, {0: {1}}, {1: (1, 1)})
    assert "its writer was told" in next(differences(other, clients, Period(5, 11)))
