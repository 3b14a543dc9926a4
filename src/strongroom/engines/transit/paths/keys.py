"""`keys`: creating, reading, listing and deleting keys.

Source: https://openbao.org/api-docs/secret/transit/#create-key
https://developer.hashicorp.com/vault/api-docs/secret/transit#create-key for the types that OpenBao doesn't have
"""

from __future__ import annotations

from typing import Annotated

from strongroom.engines.transit.key_types import KEY_TYPES
from strongroom.engines.transit.key_types.hybrid import EC_TYPES, PQC_TYPES
from strongroom.engines.transit.keys import allowed, rows
from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.engines.transit.keys.shown import shown
from strongroom.engines.transit.lifecycle import settings
from strongroom.engines.transit.lifecycle.deletion import remove
from strongroom.engines.transit.lifecycle.making import make_key
from strongroom.lib import go_base64
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import (
    Body,
    CommaList,
    Doc,
    Duration,
    OneOf,
    Page,
    Random,
    Request,
    Response,
    check_segment_name,
    listed,
    path,
    uuid4,
)

DEFAULT_TYPE = "aes256-gcm96"


class KeyFields(Body, frozen=True):
    """Settings of a new key."""

    type: Annotated[
        str,
        Doc(description="The type of the key: one of " + ", ".join(f"`{name}`" for name in KEY_TYPES) + "."),
        OneOf(*KEY_TYPES),
    ] = DEFAULT_TYPE
    derived: Annotated[bool, Doc(description="Whether every use names a context, and derives a key from it.")] = False
    convergent_encryption: Annotated[
        bool, Doc(description="Whether equal plaintexts have equal ciphertexts. Needs `derived`.")
    ] = False
    exportable: Annotated[bool, Doc(description="Whether the key may be exported. Never goes back.")] = False
    allow_plaintext_backup: Annotated[bool, Doc(description="Whether the key may be backed up. Never goes back.")] = (
        False
    )
    auto_rotate_period: Annotated[
        Duration, Doc(description="How often the key is rotated: an hour or more; 0 for never.")
    ] = Duration(0)
    key_size: Annotated[int, Doc(description="The bytes of a key of type `hmac`: 32 to 512. 0 for 32.")] = 0
    parameter_set: Annotated[
        str, Doc(description="The parameter set of a key of type `ml-dsa`, `slh-dsa`, `ml-kem` or `hybrid`.")
    ] = ""
    hybrid_key_type_pqc: Annotated[
        str, Doc(description="The post-quantum half of a key of type `hybrid`: " + ", ".join(PQC_TYPES) + ".")
    ] = ""
    hybrid_key_type_ec: Annotated[
        str,
        Doc(
            description="The elliptic curve half of a key of type `hybrid`: "
            + ", ".join(f"`{name}`" for name in EC_TYPES)
            + "."
        ),
        OneOf(*EC_TYPES),
    ] = ""
    managed_key_name: Annotated[str, Doc(description="Refused: keys in other hardware are not used.")] = ""
    managed_key_id: Annotated[str, Doc(description="Refused: keys in other hardware are not used.")] = ""
    external_key_ref: Annotated[str, Doc(description="Refused: keys in other hardware are not used.")] = ""
    allowed_operations: Annotated[
        CommaList | None,
        Doc(description="What the key may be used for, of " + ", ".join(allowed.OPERATIONS) + "; `*` for everything."),
    ] = None


class ReadFields(Body, frozen=True):
    """What is read of a key."""

    context: Annotated[
        str, Doc(description="In base64: the context whose public key is shown, for derived keys of type `ed25519`.")
    ] = ""


class KeysPaths:
    """`keys` and `keys/<name>`"""

    random: Random

    @path.list_("keys", repeatable=True)
    async def list_keys(self, request: Request, body: Page) -> Response:
        """Lists the names of all keys."""
        return listed(await request.view.list(rows.KEYS, after=body.after, limit=body.most))

    @path.read("keys/{name}", repeatable=True)
    async def read_key(self, request: Request, name: str, body: ReadFields) -> Response:
        """Reads the settings of a key, and when its versions were made."""
        check_segment_name(name)
        key = await rows.key_of(request.view, name)
        if key is None:
            raise NotFound
        try:
            context = go_base64.decoded(body.context)
        except ValueError as error:
            raise InvalidRequest("failed to base64-decode context") from error
        return Response(data=await shown(request.view, name, key, context))

    @path.write("keys/{name}", exists="key_known", update_creates=True)
    async def create_key(self, request: Request, name: str, body: KeyFields) -> Response:
        """Creates a key. A key that exists stays as it is."""
        check_segment_name(name)
        asked = new_key(request, body, self.random)
        key = await rows.key_of(request.view, name)
        if key is not None:
            return Response(data=await shown(request.view, name, key), warnings=_differences(name, key, asked, request))
        allowed.check_type(await rows.config_of(request.view), asked.type)
        made, _ = await make_key(request, name, asked, self.random)
        return Response(data=await shown(request.view, name, made))

    @path.delete("keys/{name}")
    async def delete_key(self, request: Request, name: str) -> None:
        """Deletes a key with all its versions. What it has encrypted can't be decrypted any more."""
        check_segment_name(name)
        key = await rows.key_of(request.view, name)
        if key is None:
            raise InvalidRequest(f"error deleting policy {name}: could not delete key; not found")
        if not key.deletion_allowed:
            raise InvalidRequest(
                f"error deleting policy {name}: deletion is not allowed for this key; "
                "deletion_allowed=true at keys/<name>/config allows it"
            )
        await remove(request, name, key)


def new_key(request: Request, body: KeyFields, random: Random) -> KeyRecord:
    """The record of a new key.  Raises `InvalidRequest` for settings that don't go together."""
    settings.check_rotation_period(body.auto_rotate_period)
    if body.convergent_encryption and not body.derived:
        raise InvalidRequest("convergent encryption requires derivation to be enabled")
    if body.managed_key_name or body.managed_key_id or body.external_key_ref:
        raise InvalidRequest("managed and external keys live in other hardware, which this server doesn't use")
    type_, parameter_set = settings.type_and_set(body.type, body.parameter_set)
    settings.check_hybrid(type_, body.hybrid_key_type_pqc, body.hybrid_key_type_ec)
    settings.check_derivation(type_, derived=body.derived, convergent=body.convergent_encryption)
    operations: tuple[str, ...] = (allowed.ANY,)
    if body.allowed_operations is not None:
        operations = allowed.names("allowed_operations", body.allowed_operations, allowed.OPERATIONS)
    return KeyRecord(
        id=request.once("key id", lambda: uuid4(random)),
        type=type_.name,
        other_name=body.type if body.type != type_.name else "",
        created_at=request.now,
        derived=body.derived,
        convergent=body.convergent_encryption,
        exportable=body.exportable,
        allow_plaintext_backup=body.allow_plaintext_backup,
        auto_rotate_period_s=body.auto_rotate_period,
        key_size=settings.key_size(type_, body.key_size),
        parameter_set=parameter_set,
        hybrid_pqc=body.hybrid_key_type_pqc,
        hybrid_ec=body.hybrid_key_type_ec,
        allowed_operations=operations,
    )


_SETTINGS = {
    "type": "type",
    "derived": "derived",
    "convergent_encryption": "convergent",
    "exportable": "exportable",
    "allow_plaintext_backup": "allow_plaintext_backup",
    "auto_rotate_period": "auto_rotate_period_s",
    "key_size": "key_size",
    "parameter_set": "parameter_set",
    "hybrid_key_type_pqc": "hybrid_pqc",
    "hybrid_key_type_ec": "hybrid_ec",
    "allowed_operations": "allowed_operations",
}


def _differences(name: str, key: KeyRecord, asked: KeyRecord, request: Request) -> list[str]:
    """A warning that names the settings of the request that the existing key has otherwise."""
    differ = [
        field
        for field, attribute in _SETTINGS.items()
        if field in request.data and getattr(key, attribute) != getattr(asked, attribute)
    ]
    if not differ:
        return []
    return [f'key "{name}" exists already and stays as it is: {", ".join(differ)} of this request had no effect']
