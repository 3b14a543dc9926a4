"""Roles of approle with their role ids.  Secret ids are kept as digests by a key of the role, which no API takes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from shlex import quote

from strongroom.importing.inventory import Document, Found, Kind, Stage
from strongroom.importing.stopped.content.go_values import seconds, token_fields
from strongroom.importing.stopped.content.place import Mount, Place

_DIGESTS = "secret ids are kept as digests, by which no other server can check them"


def survey(place: Place, mount: Mount) -> Iterator[Found]:
    """The roles of a mount."""
    for name in place.names(f"{mount.rows}role/"):
        path = f"role/{name}"
        load = partial(_load, place, mount, name)
        yield from place.found((Kind.ROLE, mount.path, path), Stage.ROLES, mount.engine, load)
        load_id = partial(_role_id, place, mount, name)
        yield from place.found((Kind.ROLE, mount.path, f"{path}/role-id"), Stage.CONTENT, mount.engine, load_id)
        remedy = f"strongroom write -f {quote(f'{mount.path}{path}/secret-id')}"
        yield from place.stays((Kind.ROLE, mount.path, f"{path}/secret-id"), mount.engine, _DIGESTS, remedy)


def _load(place: Place, mount: Mount, name: str) -> Document:
    stored = place.document(f"{mount.rows}role/{name}")
    body = {
        **token_fields(stored),
        "bind_secret_id": bool(stored.get("bind_secret_id")),
        "secret_id_num_uses": int(stored.get("secret_id_num_uses") or 0),
        "secret_id_ttl": seconds(stored.get("secret_id_ttl")),
        "secret_id_bound_cidrs": stored.get("secret_id_bound_cidrs") or stored.get("bound_cidr_list_list") or [],
    }
    return Document(f"{mount.path}role/{name}", body)


def _role_id(place: Place, mount: Mount, name: str) -> Document:
    stored = place.document(f"{mount.rows}role/{name}")
    return Document(f"{mount.path}role/{name}/role-id", {"role_id": str(stored["role_id"])})
