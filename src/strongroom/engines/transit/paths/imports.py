"""`wrapping_key`, `import` and `import_version`: keys from elsewhere.

Source: https://openbao.org/api-docs/secret/transit/#import-key
"""

from __future__ import annotations

from typing import Annotated

from strongroom.crypto.asymmetric import formats
from strongroom.engines.transit.key_types import Material, key_type
from strongroom.engines.transit.key_types.macs import HMAC
from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.allowed import check_type
from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.engines.transit.lifecycle import settings, timetable
from strongroom.engines.transit.moving import importing, storing
from strongroom.engines.transit.moving.wrapping import wrapping_key
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.generation import GENERATION
from strongroom.sdk import Body, Doc, Duration, Random, Request, Response, check_segment_name, path, replace, uuid4


class MaterialFields(Body, frozen=True):
    """The key material."""

    ciphertext: Annotated[
        str,
        Doc(
            description="The wrapped key, in base64: an AES-256 key encrypted with RSA-OAEP for `wrapping_key`, and "
            "after it the key itself, wrapped with that AES key by AES-KWP (RFC 5649). Symmetric keys are wrapped raw, "
            "others as PKCS#8 in DER."
        ),
    ] = ""
    public_key: Annotated[str, Doc(description="A public key in PEM, instead of a wrapped key.")] = ""
    hash_function: Annotated[
        str, Doc(description="The hash function of RSA-OAEP: `SHA1`, `SHA224`, `SHA256`, `SHA384` or `SHA512`.")
    ] = "SHA256"


class ImportFields(MaterialFields, frozen=True):
    """A key from elsewhere, and its settings."""

    type: Annotated[str, Doc(description="The type of the key, as when a key is created; not `hybrid`.")] = (
        "aes256-gcm96"
    )
    parameter_set: Annotated[
        str, Doc(description="The parameter set of a key of type `ml-dsa`, `slh-dsa` or `ml-kem`.")
    ] = ""
    derived: Annotated[bool, Doc(description="Whether every use names a context, and derives a key from it.")] = False
    exportable: Annotated[bool, Doc(description="Whether the key may be exported. Never goes back.")] = False
    allow_plaintext_backup: Annotated[bool, Doc(description="Whether the key may be backed up. Never goes back.")] = (
        False
    )
    allow_rotation: Annotated[
        bool, Doc(description="Whether the key may be rotated here. Once it is, no version can be imported any more.")
    ] = False
    auto_rotate_period: Annotated[Duration, Doc(description="How often the key is rotated; 0 for never.")] = Duration(0)


class ImportVersionFields(MaterialFields, frozen=True):
    """Another version of a key that was imported."""

    version: Annotated[
        int | None,
        Doc(description="The version that gets its private key now, because only its public key was imported."),
    ] = None


class ImportPaths:
    """`wrapping_key`, `keys/<name>/import` and `keys/<name>/import_version`"""

    random: Random

    @path.read("wrapping_key", repeatable=True)
    async def read_wrapping_key(self, request: Request) -> Response:
        """Reads the public key that imported keys are wrapped for."""
        pair = await wrapping_key(request)
        return Response(data={"public_key": formats.public_pem(pair)})

    @path.write("keys/{name}/import", exists="key_known", update_creates=True)
    async def import_key(self, request: Request, name: str, body: ImportFields) -> None:
        """Imports a key."""
        check_segment_name(name)
        if await rows.key_of(request.view, name) is not None:
            raise InvalidRequest(
                "the import path cannot be used with an existing key; use import-version to rotate an existing "
                "imported key"
            )
        key = _new_key(request, body, self.random)
        check_type(await rows.config_of(request.view), key.type)
        material = await _material(request, key, body)
        if key.type == HMAC:
            key = replace(key, key_size=len(material.private))
        storing.keep_imported(request, key, 1, material, self.random)
        rows.keep_key(request.view, name, await timetable.planned(request, name, key, request.now))

    @path.write("keys/{name}/import_version")
    async def import_version(self, request: Request, name: str, body: ImportVersionFields) -> None:
        """Imports the next version of a key that was imported, or the private part of a version."""
        check_segment_name(name)
        key = await rows.usable(
            request.view, name, f"no key found with name {name}; to import a new key, use the import/ endpoint"
        )
        if not key.imported:
            raise InvalidRequest("the import_version endpoint can only be used with an imported key")
        material = await _material(request, key, body)
        completed = body.version
        if completed is None and await storing.completes(request, key, material):
            completed = key.latest_version
        if completed is not None:
            await storing.complete(request, key, completed, material)
            return
        key = replace(key, latest_version=key.latest_version + 1)
        storing.keep_imported(request, key, key.latest_version, material, self.random)
        rows.keep_key(request.view, name, await timetable.planned(request, name, key, request.now))


def _new_key(request: Request, body: ImportFields, random: Random) -> KeyRecord:
    """The record of a key to import.  Raises `InvalidRequest` for settings that its type doesn't have."""
    type_, parameter_set = settings.type_and_set(body.type, body.parameter_set)
    if body.derived and not type_.derives:
        raise InvalidRequest(f"key derivation is not supported for keys of type {body.type}")
    settings.check_rotation_period(body.auto_rotate_period)
    if body.auto_rotate_period and not body.allow_rotation:
        raise InvalidRequest("allow_rotation must be set to true if auto-rotation is enabled")
    return KeyRecord(
        id=request.once("key id", lambda: uuid4(random)),
        type=type_.name,
        parameter_set=parameter_set,
        other_name=body.type if body.type != type_.name else "",
        created_at=request.now,
        derived=body.derived,
        exportable=body.exportable,
        allow_plaintext_backup=body.allow_plaintext_backup,
        auto_rotate_period_s=body.auto_rotate_period,
        imported=True,
        allow_imported_rotation=body.allow_rotation,
    )


async def _material(request: Request, key: KeyRecord, body: MaterialFields) -> Material:
    """The material that was sent: a wrapped key, or a public one."""
    if not body.ciphertext:
        if not body.public_key:
            raise InvalidRequest("either a `ciphertext` with the wrapped key or a `public_key` has to be given")
        return importing.public(key, body.public_key)
    pair = await wrapping_key(request)
    raw = importing.unwrapped(pair, body.ciphertext, body.hash_function)
    type_ = key_type(key.type)
    if not type_.slow:
        return type_.imported(key, raw)
    return request.once.outside(f"imported {key.id}", lambda: GENERATION.make(lambda: type_.imported(key, raw)))
