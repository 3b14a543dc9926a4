"""The store that a configuration names, and who may touch it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import StrongroomError
from strongroom.lib.rand import SystemRandom
from strongroom.server import logs, sources
from strongroom.server.config.config import ConfigError
from strongroom.server.diagnose.service_user import name_of
from strongroom.server.stores import IN_MEMORY, LOCAL, StoreError, directory, open_store
from strongroom.storage.base import Storage


class SnapshotError(Exception):
    """A snapshot can't be made, read or restored; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store is."""

    type: str
    options: Mapping[str, str]
    directory: Path | None
    """Of a store on this machine; None for one that other machines keep."""

    def __repr__(self) -> str:
        return f"Place({self.type})"

    def opened(self) -> Storage:
        """The store, not started yet.  Raises `SnapshotError`."""
        try:
            return open_store(self.type, self.options, SystemClock(), SystemRandom())
        except StoreError as error:
            raise SnapshotError(str(error)) from error


def place_of(paths: tuple[str, ...]) -> Place:
    """The store that these configuration files name.  Raises `SnapshotError` for one that nothing can be saved of."""
    logs.configure("error")
    try:
        config = sources.load(sources.read(paths, {}))
    except (sources.SourceError, ConfigError) as error:
        raise SnapshotError(str(error)) from error
    if config.storage is None:
        raise SnapshotError("the configuration has no storage stanza")
    if config.storage.type == IN_MEMORY:
        raise SnapshotError(f'storage "{config.storage.type}" keeps nothing that could be saved')
    if config.storage.type not in LOCAL:
        return Place(config.storage.type, config.storage.options, None)
    try:
        found = directory(config.storage.type, config.storage.options)
    except StoreError as error:
        raise SnapshotError(str(error)) from error
    return Place(config.storage.type, config.storage.options, found)


def check_owner(path: Path, *, may_make: bool = False) -> None:
    """Raises `SnapshotError` when this is another user's: files of ours in the store would shut the server out."""
    try:
        owner = path.stat().st_uid
    except OSError as error:
        raise SnapshotError(f"{path} cannot be looked at: {error.strerror}, as user {name_of(os.geteuid())}") from error
    if owner == os.geteuid() or (may_make and os.access(path, os.W_OK | os.X_OK)):
        return
    user = name_of(owner)
    raise SnapshotError(
        f"{path} is user {user}'s, and this is user {name_of(os.geteuid())}: run the command as the server's user, "
        f"runuser -u {user} -- strongroom operator snapshot …"
    )


@contextmanager
def told() -> Iterator[None]:
    """Errors of the store and of files as `SnapshotError`."""
    try:
        yield
    except StrongroomError as error:
        raise SnapshotError(f"{error} ({error.detail})" if error.detail else str(error)) from error
    except OSError as error:
        raise SnapshotError(f"{error.filename or 'a file'}: {error.strerror}") from error
