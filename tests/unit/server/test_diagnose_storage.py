"""Diagnosing a store on SQLite: what is opened, what is written, and what is left alone."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from strongroom.barrier import keys
from strongroom.lib.clock import SystemClock
from strongroom.lib.rand import SystemRandom
from strongroom.server.config.config import StorageConfig, Where
from strongroom.server.diagnose.result import Finding, Status
from strongroom.server.diagnose.storage import PROBES, check_storage
from strongroom.storage.sqlite import SqliteStorage
from strongroom.storage.transfer import migrating

T = TypeVar("T")


def checked(type_: str, **options: str) -> dict[str, Finding]:
    """The findings on one storage stanza, by name."""
    config = StorageConfig(type_, Where("x.hcl", 1), options)
    root = asyncio.run(check_storage(config, 1, SystemClock(), SystemRandom()))
    return {finding.name: finding for finding in root.walk()}


def on_store(directory: Path, action: Callable[[SqliteStorage], Awaitable[T]]) -> T:
    """Open the store, do something, close it."""

    async def run() -> T:
        storage = SqliteStorage(directory, SystemClock(), SystemRandom())
        await storage.start()
        try:
            return await action(storage)
        finally:
            await storage.close()

    return asyncio.run(run())


def test_a_store_is_left_as_it_was(tmp_path: Path) -> None:
    """All rows are those from before, and a store without a keyring is told as not initialized."""

    async def fill(storage: SqliteStorage) -> None:
        await storage.commit({}, {"shared/a": b"1"}, {})

    on_store(tmp_path, fill)
    found = checked("sqlite", path=str(tmp_path))
    assert found["Check Storage"].status == Status.OK
    assert "isn't initialized" in found["Check Initialization"].message
    assert on_store(tmp_path, lambda storage: storage.scan("")).names == ["shared/a"]


@pytest.mark.parametrize(("mark", "text"), [(keys.RESTORING, "a restore broke off"), (migrating.KEY, "isn't finished")])
def test_a_store_that_no_server_serves_is_told(tmp_path: Path, mark: str, text: str) -> None:
    """It opens and answers, but a restore broke off in it, or a migration has moved a part only."""

    async def fill(storage: SqliteStorage) -> None:
        await storage.commit({}, {keys.KEYRING: b"1", mark: b"1"}, {})

    on_store(tmp_path, fill)
    found = checked("sqlite", path=str(tmp_path))["Check Initialization"]
    assert found.status == Status.FAIL
    assert text in found.message


def test_an_unknown_type_of_store_is_told_with_those_that_are_here() -> None:
    """Also the stores for several machines are named."""
    found = checked("raft")["Create Storage Backend"]
    assert all(f'"{name}"' in found.message for name in ("raft", "sqlite", "etcd", "mysql", "postgresql"))


def test_rows_of_a_killed_diagnosis_go_and_those_of_another_stay(tmp_path: Path) -> None:
    """A probe row older than an hour is cleared; one of a diagnosis that may still run isn't."""

    async def fill(storage: SqliteStorage) -> None:
        now_s = await storage.now()
        old, young = str(now_s - 7200).encode(), str(now_s - 5).encode()
        await storage.commit({}, {PROBES + "old": old, PROBES + "young": young}, {})

    on_store(tmp_path, fill)
    assert checked("sqlite", path=str(tmp_path))["Check Storage Access"].status == Status.OK
    assert on_store(tmp_path, lambda storage: storage.scan(PROBES)).names == ["young"]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give the store to somebody else")
def test_a_store_of_another_user_is_not_opened(tmp_path: Path) -> None:
    """Root, who could open it, would leave lock files that shut the server out; the advice is to be that user."""

    async def nothing(storage: SqliteStorage) -> None:
        await storage.synced()

    on_store(tmp_path, nothing)
    for path in tmp_path.iterdir():
        os.chown(path, 54321, 54321)
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    found = checked("sqlite", path=str(tmp_path))
    assert found["Create Storage Backend"].status == Status.WARN
    assert "runuser -u 54321" in found["Create Storage Backend"].advice
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("type_", "options", "text"),
    [
        ("nosuch", {}, "not supported"),
        ("sqlite", {}, "needs a path"),
        ("postgresql", {}, "needs a connection_url"),
        ("postgresql", {"connection_url": "postgresql://u:canary@127.0.0.1:1/x"}, "127.0.0.1"),
        ("postgresql", {"connection_url": "canary canary"}, "malformed"),
    ],
)
def test_a_store_that_cannot_be_opened_stops_the_diagnosis(type_: str, options: dict[str, str], text: str) -> None:
    """The reason is told, without the password, and what to do."""
    failed = [finding for finding in checked(type_, **options).values() if finding.stops]
    assert len(failed) == 1
    assert text in failed[0].message
    assert failed[0].advice
    assert "canary" not in failed[0].message


def test_a_file_that_is_no_store_is_a_failure(tmp_path: Path) -> None:
    """Whatever lies where the database should be is neither overwritten nor taken for a store."""
    (tmp_path / "strongroom.db").write_bytes(b"not a database at all" * 100)
    found = checked("sqlite", path=str(tmp_path))
    assert found["Create Storage Backend"].status == Status.FAIL
    assert (tmp_path / "strongroom.db").read_bytes() == b"not a database at all" * 100
