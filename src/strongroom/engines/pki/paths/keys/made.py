"""`keys/generate/<exported>` and `keys/import`: new keys.

Source: https://openbao.org/api-docs/secret/pki/#generate-key
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.crypto.issuing import bundles
from strongroom.engines.pki.issuers.imports import take_key
from strongroom.engines.pki.issuers.keys import NO_HARDWARE
from strongroom.engines.pki.keys import rows
from strongroom.engines.pki.keys.making import new_key
from strongroom.engines.pki.references import check_name
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import SECRET, Body, Doc, OneOf, Random, Request, Response, path, uuid4


class NewKeyFields(Body, frozen=True):
    """What key is made."""

    key_type: Annotated[
        str, Doc(description="The type of the key: `rsa`, `ec` or `ed25519`."), OneOf("rsa", "ec", "ed25519")
    ] = "rsa"
    key_bits: Annotated[int, Doc(description="The size of the key. 0 for the default of its type.")] = 0
    key_name: Annotated[str, Doc(description="The name of the key in this mount. Empty for none.")] = ""
    external_key_ref: Annotated[str, Doc(description="Refused: keys in other hardware are not used.")] = ""


class ImportedKeyFields(Body, frozen=True):
    """A key from elsewhere."""

    pem_bundle: Annotated[
        str, Doc(description="A private key in PEM without a passphrase: PKCS #8, PKCS #1 or SEC 1.", extra=SECRET)
    ] = ""
    key_name: Annotated[str, Doc(description="The name of the key in this mount. Empty for none.")] = ""


class KeyMakingPaths:
    """`keys/generate/<exported>` and `keys/import`"""

    random: Random

    @path.write("keys/generate/internal")
    async def generate_key(self, request: Request, body: NewKeyFields) -> Response:
        """Makes a key that never leaves the mount."""
        return Response(data=(await self._made(request, body))[0])

    @path.write("keys/generate/exported")
    async def generate_exported_key(self, request: Request, body: NewKeyFields) -> Response:
        """Makes a key, and shows it once."""
        data, private_key = await self._made(request, body)
        return Response(data={**data, "private_key": private_key})

    @path.write("keys/generate/kms")
    async def generate_key_elsewhere(self, request: Request, body: NewKeyFields) -> Response:
        """Refused: keys in other hardware are not used."""
        raise InvalidRequest(NO_HARDWARE)

    @path.write("keys/import")
    async def import_key(self, request: Request, body: ImportedKeyFields) -> Response:
        """Takes a private key from elsewhere."""
        bundle = bundles.parsed(body.pem_bundle)
        if len(bundle.keys) != 1 or bundle.certificates:
            raise InvalidRequest("only a single key can be present within the pem_bundle for importing")
        known = await rows.with_public(request.view, bundle.keys[0].public)
        if known is None or known.name != body.key_name:
            check_name("key", body.key_name)
        if known is None:
            await rows.check_free(request.view, body.key_name)
        key, is_new = await take_key(request, bundle.keys[0], self.random, body.key_name)
        return Response(
            data={"key_id": key.id, "key_name": key.name, "key_type": key.type},
            warnings=[] if is_new else ["the mount has this key already: key/<ref> changes its name"],
        )

    async def _made(self, request: Request, body: NewKeyFields) -> tuple[dict[str, Any], str]:
        """What is shown of a new key, and the key."""
        if body.external_key_ref:
            raise InvalidRequest(NO_HARDWARE)
        await rows.check_free(request.view, body.key_name)
        key = new_key(request, body.key_type, body.key_bits)
        record = rows.record_of(request.once("key id", lambda: uuid4(self.random)), key, body.key_name)
        await rows.add(request.view, record)
        return {"key_id": record.id, "key_name": record.name, "key_type": record.type}, key.written("pem", "")
