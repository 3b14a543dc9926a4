"""A migration that is killed by SIGKILL, twenty times one after the other, ends with the whole store."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from strongroom.lib.rand import SystemRandom
from strongroom.storage.sqlite import SqliteStorage
from tests.conformance.migrations.killed import KILLS, ROWS
from tests.sim.clock import SetClock


async def rows(directory: Path) -> dict[str, bytes]:
    """The rows of a store, but those of roles."""
    storage = SqliteStorage(directory, SetClock(), SystemRandom())
    await storage.start()
    try:
        names = [name for name in (await storage.scan("")).names if not name.startswith("role/")]
        return {key: entry.value for key, entry in (await storage.get_many(names)).entries.items()}
    finally:
        await storage.close()


def test_killed_at_twenty_points(tmp_path: Path) -> None:
    """Before commits and after them; the source is written between any two attempts."""
    command = [sys.executable, "-m", "tests.conformance.migrations.killed", str(tmp_path)]
    root = Path(__file__).parents[3]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, cwd=root)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["killed"] * KILLS + ["whole"]
    source, destination = (asyncio.run(rows(tmp_path / name)) for name in ("source", "destination"))
    assert destination == source
    assert ROWS - KILLS <= len(source) <= ROWS
