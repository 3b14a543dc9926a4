"""The secrets of a versioned mount, whichever form their rows have.

**Upgrading.**  A mount that is tuned from version 1 to version 2 keeps its `plain/` rows, and nothing is converted at
once: no job runs and no request waits.  A secret whose metadata row is missing is looked for among the plain rows, and
found there, is shown as a secret whose only version is 1.  The first request that changes such a secret moves it, in
its own transaction: metadata row and version row come, the plain row goes.  Listings merge both.  Whether there can be
plain rows at all is settled by the first write to the versioned mount, in the same row that holds the key of its names;
a mount that was always versioned therefore never asks the store for a name in clear again, and since mounts can't be
tuned back, no plain row comes later.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from strongroom.engines.kv import logic
from strongroom.engines.kv.due import rows as due
from strongroom.engines.kv.names import KEY_BYTES, names_of, sealed_path
from strongroom.engines.kv.records import KvConfig, Metadata, NamesKey, PlainSecret, VersionData
from strongroom.lib import json
from strongroom.lib.errors import Internal
from strongroom.lib.rand import Random
from strongroom.sdk import Request, View

PLAIN = "plain/"
NAMES = "names"
CONFIG = "config"
META = "meta/"
VERSION = "version/"

_NO_CONFIG = KvConfig()
_OPENED_AT_ONCE = 512
"""Names that a listing decrypts before it lets others run: about two milliseconds' worth."""


class VersionedSecret(msgspec.Struct, frozen=True):
    """A secret as found."""

    name: str
    sealed: str
    """Its path in stored form; empty while the mount has no key for names."""
    metadata: Metadata | None
    plain: PlainSecret | None = None
    """Its row from before the mount had versions, if that is still where it is."""


async def config_of(view: View) -> KvConfig:
    """What holds for every secret of the mount."""
    config = await view.read(CONFIG, KvConfig)
    return config if config is not None else _NO_CONFIG


async def find(view: View, name: str) -> VersionedSecret:
    """The secret of that name; without metadata if there is none.  Raises `InvalidRequest` for an impossible name."""
    key = await view.read(NAMES, NamesKey)
    if key is None:
        return await _find_plain(view, name, "")
    sealed = sealed_path(key.key, name)
    metadata = await view.read(META + sealed, Metadata)
    if metadata is None and key.upgraded:
        return await _find_plain(view, name, sealed)
    return VersionedSecret(name, sealed, metadata)


async def _find_plain(view: View, name: str, sealed: str) -> VersionedSecret:
    plain = await view.read(PLAIN + name, PlainSecret)
    return VersionedSecret(name, sealed, logic.of_plain(plain) if plain is not None else None, plain)


async def data_of(view: View, secret: VersionedSecret, number: int) -> Any:
    """What was written as a version that is still there."""
    if secret.plain is not None:
        return json.loads(secret.plain.data)
    row = await view.read(f"{VERSION}{secret.sealed}/{number}", VersionData)
    if row is None:
        raise Internal("could not find version data")
    return json.loads(row.data)


async def keep(request: Request, secret: VersionedSecret, metadata: Metadata, random: Random) -> str:
    """Store a secret's new state; moves it first if its row is from before the mount had versions.

    Returns: its path in stored form.
    """
    view = request.view
    sealed = secret.sealed
    if not sealed:
        sealed = sealed_path(await _first_key(request, random), secret.name)
    if secret.plain is not None:
        view.write(f"{VERSION}{sealed}/1", VersionData(data=secret.plain.data))
        view.delete(PLAIN + secret.name)
    view.write(META + sealed, metadata)
    await due.follow(request, sealed, secret.name, secret.metadata, metadata)
    return sealed


async def _first_key(request: Request, random: Random) -> bytes:
    key = request.once("kv names", lambda: random.bytes(KEY_BYTES))
    upgraded = bool(await request.view.list(PLAIN, limit=1))
    request.view.write(NAMES, NamesKey(key=key, upgraded=upgraded))
    return key


def keep_data(view: View, sealed: str, number: int, data: bytes) -> None:
    """Store what was written as a version; `data` is JSON."""
    view.write(f"{VERSION}{sealed}/{number}", VersionData(data=data))


def drop_data(view: View, sealed: str, number: int) -> None:
    """Remove what was written as a version."""
    view.delete(f"{VERSION}{sealed}/{number}")


def remove(view: View, secret: VersionedSecret) -> None:
    """Remove a secret with all of its versions."""
    if secret.plain is not None:
        view.delete(PLAIN + secret.name)
    elif secret.metadata is not None:
        view.delete(META + secret.sealed)
        for number, version in secret.metadata.versions.items():
            if not version.destroyed:
                drop_data(view, secret.sealed, number)


async def list_names(view: View, folder: str, *, deep: bool) -> set[str]:
    """The names in a folder: the next segments, or with `deep` every secret's path below it.

    Args:
        folder: empty, or ending in `/`.
    """
    key = await view.read(NAMES, NamesKey)
    found: set[str] = set()
    if key is None or key.upgraded:
        found.update(await (view.scan(PLAIN + folder) if deep else view.list(PLAIN + folder)))
    if key is not None:
        names = names_of(key.key)
        sealed = sealed_path(key.key, folder[:-1]) + "/" if folder else ""
        stored = await (view.scan(META + sealed) if deep else view.list(META + sealed))
        for start in range(0, len(stored), _OPENED_AT_ONCE):
            if start:
                await asyncio.sleep(0)  # a folder of many thousands must not hold up every other request
            found.update(names.open_paths(sealed, stored[start : start + _OPENED_AT_ONCE]))
    return found
