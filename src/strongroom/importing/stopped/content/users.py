"""Users of userpass, whose passwords are kept as hashes by bcrypt, which both servers know."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterator
from functools import partial
from shlex import quote
from typing import Any

from strongroom.importing.inventory import Document, Found, Kind, Lack, SourceFault, Stage
from strongroom.importing.stopped.content.go_values import token_fields
from strongroom.importing.stopped.content.place import Mount, Place


def survey(place: Place, mount: Mount) -> Iterator[Found]:
    """The users of a mount."""
    for name in place.names(f"{mount.rows}user/"):
        load = partial(_load, place, mount, name)
        yield from place.found((Kind.ROLE, mount.path, f"users/{name}"), Stage.ROLES, mount.engine, load)


def _load(place: Place, mount: Mount, name: str) -> Document:
    stored = place.document(f"{mount.rows}user/{name}")
    path = f"{mount.path}users/{name}"
    body: dict[str, Any] = token_fields(stored)
    try:
        # Bytes are written in base64, and those of a hash are text themselves.
        hash_ = b64decode(str(stored.get("PasswordHash") or ""), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise SourceFault(f"the password of {name} has another form than is known") from None
    if not hash_:
        lack = Lack("password", "it is older than hashes", f"strongroom write {quote(path)} password=-")
        return Document(path, body, lacks=(lack,))
    return Document(path, {**body, "password_hash": hash_}, unseen=frozenset({"password_hash"}))
