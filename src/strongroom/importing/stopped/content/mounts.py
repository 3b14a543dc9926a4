"""The mounts of a namespace: which there are, with their settings, and what is in each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from shlex import quote
from typing import Any, Final

from strongroom.importing.inventory import Found, Kind, Lack, MountPoint, Stage, engine_of
from strongroom.importing.stopped.content import approle, authorities, kv, transit, users
from strongroom.importing.stopped.content.go_values import seconds
from strongroom.importing.stopped.content.place import Mount, Place
from strongroom.importing.stopped.content.small import ssh, totp

OWN: Final = frozenset({"system", "identity", "cubbyhole", "token"})
"""What every server and namespace has itself."""
_TOKEN_TYPES: Final = {1: "service", 2: "batch", 3: "default-service", 4: "default-batch"}
_USUAL_TOKEN_TYPE: Final = 3
_SETTINGS: Final = (
    "audit_non_hmac_request_keys",
    "audit_non_hmac_response_keys",
    "listing_visibility",
    "passthrough_request_headers",
    "allowed_response_headers",
)
_WALKS: Final[Mapping[tuple[Kind, str], Callable[[Place, Mount], Iterator[Found]]]] = {
    (Kind.MOUNT, "kv-1"): kv.survey_plain,
    (Kind.MOUNT, "kv-2"): kv.survey_versioned,
    (Kind.MOUNT, "transit"): transit.survey,
    (Kind.MOUNT, "pki"): authorities.survey,
    (Kind.MOUNT, "ssh"): ssh,
    (Kind.MOUNT, "totp"): totp,
    (Kind.AUTH, "userpass"): users.survey,
    (Kind.AUTH, "approle"): approle.survey,
}
_UNREAD: Final = (
    "what a mount of this type holds isn't read from a store; import it from the running server, before it is stopped "
    "for good"
)
_REMEDY: Final = "strongroom import vault -from-address=… -only=configs,roles"
_NO_WRAP: Final = "it is kept and shown, and has no effect: all rows are under the keyring that the seal wraps"


def table(place: Place, kind: Kind) -> list[dict[str, Any]]:
    """The entries of a table of mounts, also local ones; newer servers keep a row for each.  Raises `SourceFault`."""
    name = "mounts" if kind is Kind.MOUNT else "auth"
    found: list[dict[str, Any]] = []
    for key in (f"core/{name}", f"core/local-{name}"):
        found += place.optional(key).get("entries") or []
        found += [place.document(f"{key}/{row}") for row in place.names(f"{key}/")]
    return sorted(found, key=lambda entry: str(entry.get("path")))


def mounts(place: Place, kind: Kind) -> list[Mount]:
    """The mounts of a table, but those that every namespace has itself."""
    area, prefix = ("logical/", "") if kind is Kind.MOUNT else ("auth/", "auth/")
    return [
        Mount(f"{prefix}{entry['path']}", engine_of(type_, entry.get("options")), f"{area}{entry['uuid']}/", entry)
        for entry in table(place, kind)
        if (type_ := str(entry.get("type"))).removeprefix("ns_") not in OWN
    ]


def survey(place: Place) -> Iterator[Found]:
    """The mounts of a namespace, with all that is in them."""
    for kind in (Kind.MOUNT, Kind.AUTH):
        for mount in mounts(place, kind):
            name = (kind, mount.path, "")
            if str(mount.entry.get("namespace_id") or "root") != "root" and not place.prefix:
                yield from place.stays(name, mount.engine, "it is in a namespace of Vault Enterprise")
                continue
            yield from place.found(name, Stage.MOUNTS, mount.engine, partial(_mount_point, mount))
            walk = _WALKS.get((kind, mount.engine))
            if walk is not None:
                yield from walk(place, mount)
            else:
                yield from place.stays((Kind.CONFIG, mount.path, ""), mount.engine, _UNREAD, _REMEDY)


def _mount_point(mount: Mount) -> MountPoint:
    entry = mount.entry
    stored: Mapping[str, Any] = entry.get("config") or {}
    config: dict[str, Any] = {name: stored[name] for name in _SETTINGS if stored.get(name)}
    for name in ("default_lease_ttl", "max_lease_ttl"):
        if value := seconds(stored.get(name)):
            config[name] = value
    token_type = stored.get("token_type") or 0
    if token_type not in {0, _USUAL_TOKEN_TYPE}:
        config["token_type"] = _TOKEN_TYPES.get(token_type, str(token_type))
    lacks = [Lack("seal_wrap", _NO_WRAP)] if entry.get("seal_wrap") else []
    if stored.get("user_lockout_config"):
        lacks.append(Lack("user_lockout_config", "its form isn't read", f"strongroom auth tune {quote(mount.path)} …"))
    return MountPoint(
        mount.path,
        "kv" if mount.engine.startswith("kv-") else mount.engine,
        description=str(entry.get("description") or ""),
        local=bool(entry.get("local")),
        seal_wrap=bool(entry.get("seal_wrap")),
        options={str(name): str(value) for name, value in (entry.get("options") or {}).items()},
        config=config,
        accessor=str(entry.get("accessor") or ""),
        lacks=tuple(lacks),
    )
