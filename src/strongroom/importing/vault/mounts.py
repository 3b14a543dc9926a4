"""Mounts: which there are, with their settings, and what is in each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from strongroom.importing.inventory import Found, Kind, Lack, MountPoint, SourceFault, Stage, engine_of
from strongroom.importing.vault import authorities, documents, keys, secrets
from strongroom.importing.vault.reading import Place, found
from strongroom.importing.vault.table import TYPES

_OWN_ENGINES: Final = frozenset({"system", "identity", "cubbyhole", "ns_system", "ns_identity", "ns_cubbyhole"})
_OWN_METHODS: Final = frozenset({"token", "ns_token"})
"""What every server and namespace has itself."""
_NOT_SETTINGS: Final = frozenset({"plugin_name", "plugin_version", "override_pinned_version"})
_INHERITED: Final = ("default_lease_ttl", "max_lease_ttl")
"""0 stands for the server's own, which the destination takes too if nothing is said."""
_WALKS: Final[Mapping[str, Callable[[Place, str, str], Iterator[Found]]]] = {
    "kv-1": secrets.survey,
    "kv-2": secrets.survey,
    "transit": keys.survey,
    "pki": authorities.survey,
}
"""Engines whose content is more than documents."""
_NO_WRAP = "it is kept and shown, and has no effect: all rows are under the keyring that the seal wraps"
_UNKNOWN = "this program knows no way to read what a mount of this type holds, so only the mount moves"


def survey(place: Place) -> Iterator[Found]:
    """The mounts of a namespace, with all that is in them."""
    yield from _table(place, Kind.MOUNT, "sys/mounts", "", _OWN_ENGINES)
    yield from _table(place, Kind.AUTH, "sys/auth", "auth/", _OWN_METHODS)


def _table(place: Place, kind: Kind, path: str, prefix: str, own: frozenset[str]) -> Iterator[Found]:
    try:
        mounts = place.data(path)
    except SourceFault as error:
        yield place.unseen(kind, "", path, error)
        return
    for name, mount in sorted(mounts.items()):
        type_ = str(mount.get("type", ""))
        if type_ in own and type_ not in {"token", "ns_token"}:
            continue
        engine = engine_of(type_, mount.get("options"))
        if type_ not in own and place.selection.wants(kind):
            load = partial(_mount_point, place, f"{prefix}{name}", engine, mount)
            yield found(place, place.name(kind, f"{prefix}{name}", ""), Stage.MOUNTS, engine, load)
        yield from _contents(place, kind, f"{prefix}{name}", engine)


def _mount_point(place: Place, path: str, engine: str, mount: Mapping[str, Any]) -> MountPoint:
    """The mount's settings; they came with the inventory, and are no secrets."""
    config = {name: value for name, value in (mount.get("config") or {}).items() if name not in _NOT_SETTINGS}
    for name in _INHERITED:
        if not int(config.get(name) or 0):
            config.pop(name, None)
    return MountPoint(
        path,
        "kv" if engine.startswith("kv-") else engine,
        description=str(mount.get("description") or ""),
        local=bool(mount.get("local")),
        seal_wrap=bool(mount.get("seal_wrap")),
        options={str(name): str(value) for name, value in (mount.get("options") or {}).items()},
        config=config,
        accessor=str(mount.get("accessor") or ""),
        lacks=(Lack("seal_wrap", _NO_WRAP),) if mount.get("seal_wrap") else (),
    )


def _contents(place: Place, kind: Kind, path: str, engine: str) -> Iterator[Found]:
    """What is in a mount, as far as it is wanted."""
    layout = TYPES.get(path.partition("/")[0] == "auth", {}).get(engine)
    walk = _WALKS.get(engine) if kind is Kind.MOUNT else None
    if layout is None and walk is None:
        yield Found(place.name(Kind.CONFIG, path, ""), engine=engine, reason=_UNKNOWN)
        return
    if walk is not None and place.selection.wants(Kind.KV, Kind.TRANSIT, Kind.PKI):
        yield from (each for each in walk(place, path, engine) if place.selection.wants(each.name.kind))
    if layout is not None:
        yield from (
            each for each in documents.survey(place, path, engine, layout) if place.selection.wants(each.name.kind)
        )
