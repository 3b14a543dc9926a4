"""From settings to a store on ZooKeeper."""

from __future__ import annotations

import re

import msgspec

from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError
from strongroom.lib.rand import Random
from strongroom.storage.conditional import ConditionalStorage
from strongroom.storage.patience import PATIENCE_S
from strongroom.storage.zookeeper.cells import ZookeeperCells
from strongroom.storage.zookeeper.client import Access, Client

_PATH = re.compile(r"(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")
_LONGEST_PATH = 64


class ZookeeperSettings(msgspec.Struct, frozen=True):
    """Where a store is, and how to get there."""

    access: Access
    path: str
    """The node that has all others; begins with `/`."""
    max_parallel: int = 4
    patience_s: float = PATIENCE_S


def open_zookeeper(settings: ZookeeperSettings, clock: Clock, random: Random) -> ConditionalStorage:
    """A store on ZooKeeper, not started yet.  Raises `StorageError` for a path that is none."""
    if _PATH.fullmatch(settings.path) is None or len(settings.path) > _LONGEST_PATH:
        text = f"the path of the storage begins with /, has plain names and at most {_LONGEST_PATH} characters"
        raise StorageError(text, detail=f"path {settings.path[:200]!r}")
    cells = ZookeeperCells(Client(settings.access, settings.patience_s), settings.path, clock)
    return ConditionalStorage(cells, clock, random, max_parallel=settings.max_parallel, patience_s=settings.patience_s)
