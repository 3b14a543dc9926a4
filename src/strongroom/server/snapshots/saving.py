"""Saves the store that a configuration names, while its servers run or not."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from strongroom.__about__ import __version__
from strongroom.lib.clock import SystemClock
from strongroom.lib.whole_file import appearing
from strongroom.server.snapshots.files import inspected
from strongroom.server.snapshots.place import Place, SnapshotError, check_owner, place_of, told
from strongroom.server.stores import DATABASE
from strongroom.snapshot.making import gather, written, written_to
from strongroom.snapshot.meta import Origin
from strongroom.snapshot.staging import Staging

Progress = Callable[[int], None]
"""Called with the number of rows so far."""


def save(
    paths: tuple[str, ...], target: str, progress: Progress | None = None, *, replacing: bool = False
) -> dict[str, object]:
    """Copy a store to a new file, and read the file back.

    Args:
        paths: of configuration files.
        replacing: whether the new file takes the place of an earlier one, once it is whole.

    Returns: what it holds, as `inspect` does.
    Raises: `SnapshotError`, and then nothing has changed.
    """
    place = place_of(paths)
    _check_source(place)
    file = Path(target)
    with told(), appearing(file, replacing=replacing) as partial:
        asyncio.run(_save(place, partial, progress))
        return inspected(partial).document


def _check_source(place: Place) -> None:
    if place.directory is None:
        return
    database = place.directory / DATABASE
    if not os.access(database, os.F_OK):
        check_owner(place.directory)
        raise SnapshotError(f"{place.directory} holds no store: nothing was saved")
    check_owner(database)


async def _save(place: Place, partial: Path, progress: Progress | None) -> None:
    about: dict[str, Any] = {"version": __version__, "created_at": SystemClock().now(), "storage": place.type}
    with Staging(partial.parent) as staging:
        storage = place.opened()
        try:
            await storage.start()
            origin = await gather(storage, staging, Origin(**about, revision=0, commit="", rows=0), progress)
        finally:
            await storage.close()
        # Nobody vouches for it: the keys are with the servers.
        for _ in written_to(partial, written(staging, origin, None)):
            pass
