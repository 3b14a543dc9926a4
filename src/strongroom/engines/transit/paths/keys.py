"""`keys`: creating, reading, listing and deleting keys.

Source: https://openbao.org/api-docs/secret/transit/#create-key
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.transit.key_types import KEY_TYPES, key_type
from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.engines.transit.lifecycle.making import make_key
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Body, Doc, Page, Random, Request, Response, check_segment_name, listed, path, uuid4

DEFAULT_TYPE = "aes256-gcm96"


class KeyFields(Body, frozen=True):
    """Settings of a new key."""

    type: Annotated[str, Doc(description="The type of the key.")] = DEFAULT_TYPE
    derived: Annotated[bool, Doc(description="Whether every use names a context, and derives a key from it.")] = False
    convergent_encryption: Annotated[
        bool, Doc(description="Whether equal plaintexts have equal ciphertexts. Needs `derived`.")
    ] = False
    exportable: Annotated[bool, Doc(description="Whether the key may be exported. Never goes back.")] = False
    allow_plaintext_backup: Annotated[bool, Doc(description="Whether the key may be backed up. Never goes back.")] = (
        False
    )


class KeysPaths:
    """`keys` and below."""

    random: Random

    @path.list_("keys")
    async def list_keys(self, request: Request, body: Page) -> Response:
        """Lists the names of all keys."""
        return listed(await request.view.list(rows.KEYS, after=body.after, limit=body.most))

    @path.read("keys/{name}")
    async def read_key(self, request: Request, name: str) -> Response:
        """Reads the settings of a key, and when its versions were made."""
        check_segment_name(name)
        key = await rows.key_of(request.view, name)
        if key is None:
            raise NotFound
        return await _shown(request, name, key)

    @path.write("keys/{name}")
    async def create_key(self, request: Request, name: str, body: KeyFields) -> Response:
        """Creates a key. A key that exists stays as it is."""
        check_segment_name(name)
        key = await rows.key_of(request.view, name)
        if key is not None:
            return await _shown(request, name, key)
        key = new_key(request, body, self.random)
        await make_key(request, name, key, self.random)
        return await _shown(request, name, key)


def new_key(request: Request, body: KeyFields, random: Random) -> KeyRecord:
    """The record of a new key.  Raises `InvalidRequest` for settings that its type doesn't have."""
    if body.type not in KEY_TYPES:
        raise InvalidRequest(f"unknown key type {body.type}")
    return KeyRecord(
        id=request.once("key id", lambda: uuid4(random)),
        type=body.type,
        created_at=request.now,
        derived=body.derived,
        convergent=body.convergent_encryption,
        exportable=body.exportable,
        allow_plaintext_backup=body.allow_plaintext_backup,
    )


async def _shown(request: Request, name: str, key: KeyRecord) -> Response:
    type_ = key_type(key.type)
    versions: dict[str, Any] = {}
    for number in rows.available(key):
        version = await rows.version_of(request.view, key, number)
        versions[str(number)] = int(version.created_at)
    return Response(
        data={
            "name": name,
            "type": key.type,
            "keys": versions,
            "latest_version": key.latest_version,
            "supports_encryption": type_.encrypts,
            "supports_decryption": type_.decrypts,
            "supports_signing": type_.signs,
            "supports_derivation": type_.derives,
        }
    )
