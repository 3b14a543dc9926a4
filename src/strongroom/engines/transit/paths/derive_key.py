"""`derive-key`: a key that this server and another party agree on, each by its own key and the other's public one.

Source: https://openbao.org/api-docs/secret/transit/
"""

from __future__ import annotations

from typing import Annotated

from strongroom.engines.transit.key_types import Material, key_type, unknown_type
from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.allowed import DERIVE, check_operation, check_type
from strongroom.engines.transit.keys.loaded import loaded
from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.engines.transit.keys.versions import to_make
from strongroom.engines.transit.moving.storing import keep_imported
from strongroom.engines.transit.signing.agreement import ECDH, TYPES, agreed, peer_of
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import (
    Body,
    Doc,
    Random,
    Request,
    check_segment_name,
    is_segment_name,
    path,
    replace,
    uuid4,
)


class DeriveKeyFields(Body, frozen=True):
    """The two keys, and what becomes of them."""

    base_key_name: Annotated[str, Doc(description="The own key, of a type `ecdsa-…`.")] = ""
    base_key_version: Annotated[int, Doc(description="The version of the own key; 0 for the latest.")] = 0
    peer_public_key: Annotated[str, Doc(description="The other party's public key on the same curve, in PEM.")] = ""
    derived_key_type: Annotated[str, Doc(description="The type of the new key: one of " + ", ".join(TYPES) + ".")] = (
        "aes256-gcm96"
    )
    key_derivation_algorithm: Annotated[str, Doc(description="Always `ecdh`.")] = ECDH


class DeriveKeyPaths:
    """`derive-key/<name>`"""

    random: Random

    @path.write("derive-key/{name}")
    async def derive_key(self, request: Request, name: str, body: DeriveKeyFields) -> None:
        """Agrees on a key with another party, and keeps it under a name.

        The key is like one that was imported: it is not exportable, and can't be rotated here.  The same request for
        other keys makes another version of it.
        """
        check_segment_name(name)
        _check(body)
        base = await _base_key(request, body.base_key_name)
        peer = peer_of(body.peer_public_key)
        number = to_make(base, body.base_key_version, "key agreement")
        version = await loaded(request.view, base, number)
        size = key_type(body.derived_key_type).size_bytes
        secret = agreed(base, version.cryptor, peer, size)
        key = await self._target(request, name, body.derived_key_type)
        rows.keep_key(request.view, name, key)
        keep_imported(request, key, key.latest_version, Material(private=secret), self.random)

    async def _target(self, request: Request, name: str, type_: str) -> KeyRecord:
        """The key that gets a version: a new one, or one that was agreed on or imported before.

        A version that another party knows must not become the latest of a key that was made here.

        Raises: `InvalidRequest` for a key of another type or origin, and for a type that the mount doesn't allow.
        """
        key = await rows.key_of(request.view, name)
        if key is None:
            check_type(await rows.config_of(request.view), type_)
            id_ = request.once("key id", lambda: uuid4(self.random))
            return KeyRecord(id=id_, type=type_, created_at=request.now, imported=True)
        if key.soft_deleted:
            raise InvalidRequest("refusing to use soft-deleted key")
        if key.type != type_:
            raise InvalidRequest(f"the key {name} is of type {key.type}, and can't have a version of type {type_}")
        if not key.imported:
            raise InvalidRequest(f"the key {name} was made here: derive a key under a name that isn't in use")
        return replace(key, latest_version=key.latest_version + 1)


def _check(body: DeriveKeyFields) -> None:
    """Raise `InvalidRequest` for parameters that are missing or unknown."""
    if body.key_derivation_algorithm != ECDH:
        raise InvalidRequest(f"key derivation algorithm {body.key_derivation_algorithm} not supported; it is {ECDH}")
    if not body.peer_public_key:
        raise InvalidRequest("peer public key not provided")
    if body.derived_key_type not in TYPES:
        raise unknown_type(body.derived_key_type, TYPES)
    if not body.base_key_name:
        raise InvalidRequest("base_key_name not provided")


async def _base_key(request: Request, name: str) -> KeyRecord:
    """The own key.  Raises `InvalidRequest` if there is none, or if it can't or may not agree on keys."""
    missing = "specified base key not found"
    if not is_segment_name(name):
        raise InvalidRequest(missing)
    base = await rows.usable(request.view, name, missing)
    if not key_type(base.type).agrees:
        raise InvalidRequest(f"base key type {base.type} does not support key agreement")
    check_operation(base, DERIVE)
    return base
