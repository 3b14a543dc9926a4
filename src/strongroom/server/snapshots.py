"""`operator snapshot`: whole copies of the store that a configuration names."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from strongroom.barrier import keys
from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import StrongroomError
from strongroom.lib.postgresql.connection_url import UrlError, parse_connection_url
from strongroom.server import logs, sources
from strongroom.server.config.config import ConfigError
from strongroom.server.diagnose.service_user import name_of
from strongroom.server.stores import DATABASE, LOCAL, StoreError, directory

if TYPE_CHECKING:
    from strongroom.storage.sqlite.snapshot import Description


class SnapshotError(Exception):
    """A snapshot can't be made, read or restored; the text says why, and what to do."""


def save(paths: tuple[str, ...], target: str) -> dict[str, object]:
    """Copy the store that these configuration files name to a new file.

    Returns: what the copy holds, as `inspect` does.
    Raises: `SnapshotError`.
    """
    place = _place(paths, "save")
    database = place / DATABASE
    if not os.access(database, os.F_OK):
        _check_owner(place)
        raise SnapshotError(f"{place} holds no store: nothing was saved")
    _check_owner(database)
    from strongroom.storage.sqlite import snapshot  # noqa: PLC0415 - a backend is imported when it is used

    try:
        return _document(snapshot.save(place, Path(target), keys.KEYRING))
    except StrongroomError as error:
        raise _failed(error) from error


def inspect(file: str) -> dict[str, object]:
    """Read all of a snapshot, and tell what it holds.  Raises `SnapshotError` when it isn't whole."""
    from strongroom.storage.sqlite import snapshot  # noqa: PLC0415 - as above

    try:
        return _document(snapshot.describe(Path(file), keys.KEYRING))
    except StrongroomError as error:
        raise _failed(error) from error


def restore(paths: tuple[str, ...], file: str) -> str:
    """Put a snapshot in the place of the store that these configuration files name.

    Returns: the directory in which the files of the earlier store are; empty if there was none.
    Raises: `SnapshotError`, and then nothing has changed.
    """
    place = _place(paths, "restore")
    found = inspect(file)
    if not found["initialized"]:
        raise SnapshotError(f"{file} is of a store that was never initialized: there is nothing to restore in it")
    above = next(part for part in (place, *place.parents) if os.access(part, os.F_OK))
    _check_owner(place / DATABASE if os.access(place / DATABASE, os.F_OK) else above, may_make=above != place)
    from strongroom.storage.sqlite import snapshot  # noqa: PLC0415 - as above

    aside = _unused(place, f"before-restore-{SystemClock().now():.0f}")
    try:
        kept = snapshot.restore(place, Path(file), aside)
    except StrongroomError as error:
        raise _failed(error) from error
    return str(kept) if kept is not None else ""


def _unused(place: Path, name: str) -> str:
    """The name, with a number behind it if it is taken: two restores may come within a second."""
    names = (name, *(f"{name}-{number}" for number in range(2, 100)))
    return next((each for each in names if not os.access(place / each, os.F_OK)), name)


def _place(paths: tuple[str, ...], doing: str) -> Path:
    """The directory of the store.  Raises `SnapshotError` for a store that has none."""
    logs.configure("error")
    try:
        config = sources.load(sources.read(paths, {}))
    except (sources.SourceError, ConfigError) as error:
        raise SnapshotError(str(error)) from error
    if config.storage is None:
        raise SnapshotError("the configuration has no storage stanza")
    if config.storage.type == "postgresql":
        raise SnapshotError(_elsewhere(config.storage.options.get("connection_url", ""), doing))
    if config.storage.type not in LOCAL:
        raise SnapshotError(f'storage "{config.storage.type}" keeps nothing that could be saved')
    try:
        return directory(config.storage.type, config.storage.options)
    except StoreError as error:
        raise SnapshotError(str(error)) from error


def _elsewhere(url: str, doing: str) -> str:
    """What to do about a store in PostgreSQL."""
    database = _options(url)
    if doing == "save":
        return (
            "the store is in PostgreSQL, whose own programs save it while the servers run:\n"
            f"  pg_dump --format=custom --file=strongroom.dump {database}"
        )
    return (
        "the store is in PostgreSQL, whose own programs restore it. Stop every node, then:\n"
        f"  pg_restore --clean --if-exists --exit-on-error --single-transaction {database} strongroom.dump"
    )


def _options(url: str) -> str:
    """An address as options of PostgreSQL's programs, without its password; a placeholder for one in another form."""
    try:
        given = parse_connection_url(url).parameters
    except UrlError:
        given = {}
    # Keywords with values may hold anything, and of several hosts the programs take one.
    if "://" not in url or "," in given.get("host", "") or not given.get("dbname"):
        return "--dbname=…"
    shown = [("host", "host"), ("port", "port"), ("username", "user"), ("dbname", "dbname")]
    return " ".join(f"--{option}={shlex.quote(given[name])}" for option, name in shown if given.get(name))


def _check_owner(path: Path, *, may_make: bool = False) -> None:
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


def _failed(error: StrongroomError) -> SnapshotError:
    return SnapshotError(f"{error} ({error.detail})" if error.detail else str(error))


def _document(found: Description) -> dict[str, object]:
    return {
        "id": found.commit,
        "index": found.revision,
        "rows": found.rows,
        "size": found.size_bytes,
        "schema": found.schema,
        "initialized": found.initialized,
    }
