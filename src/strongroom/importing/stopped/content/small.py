"""Engines of which a store has little: authorities of ssh, keys of totp."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from shlex import quote
from typing import Final

from strongroom.importing.inventory import Document, Found, Kind, SourceFault, Stage
from strongroom.importing.stopped.content.place import Mount, Place

_ALGORITHMS: Final = {0: "SHA1", 1: "SHA256", 2: "SHA512"}
_ROLES: Final = "roles of ssh aren't read from a store"
_SEVERAL: Final = "only the default authority moves"


def ssh(place: Place, mount: Mount) -> Iterator[Found]:
    """The authority of a mount; newer servers can have several."""
    default = place.optional(f"{mount.rows}config/issuers").get("default")
    issuers = list(place.names(f"{mount.rows}config/issuer/"))
    for id_ in issuers:
        if id_ != default:
            yield from place.stays((Kind.CONFIG, mount.path, f"config/issuer/{id_}"), mount.engine, _SEVERAL)
    pair: tuple[str, str] | None = None
    if default in issuers:
        pair = (f"config/issuer/{default}", f"config/issuer/{default}")
    elif place.optional(f"{mount.rows}config/ca_private_key"):
        pair = ("config/ca_private_key", "config/ca_public_key")
    if pair is not None:
        load = partial(_authority, place, mount, *pair)
        yield from place.found((Kind.CONFIG, mount.path, "config/ca"), Stage.SETTINGS, mount.engine, load)
    for name in place.names(f"{mount.rows}roles/"):
        remedy = f"strongroom write {quote(f'{mount.path}roles/{name}')} …"
        yield from place.stays((Kind.ROLE, mount.path, f"roles/{name}"), mount.engine, _ROLES, remedy)


def _authority(place: Place, mount: Mount, private: str, public: str) -> Document:
    one, other = place.document(f"{mount.rows}{private}"), place.document(f"{mount.rows}{public}")
    private_key = str(one.get("private_key") or one.get("key") or "")
    public_key = str(other.get("public_key") or other.get("key") or "")
    if not private_key or not public_key:
        raise SourceFault("the authority has another form than is known")
    body = {"private_key": private_key, "public_key": public_key, "generate_signing_key": False}
    return Document(f"{mount.path}config/ca", body, shown={"public_key": public_key}, refused_if_absent=True)


def totp(place: Place, mount: Mount) -> Iterator[Found]:
    """The keys of a mount."""
    for name in place.names(f"{mount.rows}key/"):
        load = partial(_key, place, mount, name)
        yield from place.found((Kind.ROLE, mount.path, f"keys/{name}"), Stage.ROLES, mount.engine, load)


def _key(place: Place, mount: Mount, name: str) -> Document:
    stored = place.document(f"{mount.rows}key/{name}")
    shown = {
        "issuer": str(stored.get("issuer") or ""),
        "account_name": str(stored.get("account_name") or ""),
        "period": int(stored.get("period") or 0),
        "algorithm": _ALGORITHMS[int(stored.get("algorithm") or 0)],
        "digits": int(stored.get("digits") or 0),
    }
    body = {**shown, "key": str(stored["key"]), "skew": int(stored.get("skew") or 0), "generate": False}
    return Document(f"{mount.path}keys/{name}", body, shown=shown, creates_only=True)
