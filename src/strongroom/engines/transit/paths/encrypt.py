"""`encrypt`.

Source: https://openbao.org/api-docs/secret/transit/#encrypt-data
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from strongroom.engines.transit import batches
from strongroom.engines.transit.encryption import items as each_item
from strongroom.engines.transit.encryption.contexts import all_have_contexts
from strongroom.engines.transit.encryption.key_use import KeyUse
from strongroom.engines.transit.encryption.upserts import TYPES, upsert
from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.allowed import ENCRYPT, check_operation
from strongroom.engines.transit.paths.cipher_fields import RsaFields
from strongroom.engines.transit.refusals import Code, Refused
from strongroom.sdk import SECRET, Doc, Random, Request, Response, check_segment_name, path


class EncryptFields(RsaFields, frozen=True):
    """What to encrypt."""

    plaintext: Annotated[str, Doc(description="The plaintext, in base64. It may be empty.", extra=SECRET)] = ""
    key_version: Annotated[int, Doc(description="The version to encrypt with; 0 for the latest.")] = 0
    key_versions: Annotated[
        str,
        Doc(
            description='"all" also answers `ciphertexts`: what the plaintext has under every version that still '
            "decrypts. For keys with `convergent_encryption`, to look up stored ciphertexts."
        ),
    ] = ""
    iv: Annotated[str, Doc(description="For keys of AES-CBC the IV, in base64; by default the server makes one.")] = ""
    type: Annotated[
        str, Doc(description="The type of the key, if there is none of this name yet: one of " + ", ".join(TYPES) + ".")
    ] = ""
    convergent_encryption: Annotated[
        bool,
        Doc(description="Whether the key gives equal plaintexts equal ciphertexts, if there is none of this name yet."),
    ] = False


class EncryptPaths:
    """`encrypt/<name>`"""

    random: Random

    async def key_known(self, request: Request, name: str) -> bool:
        """Whether the key exists; to make one, a client needs the capability `create`."""
        return await rows.key_of(request.view, name) is not None

    @path.write("encrypt/{name}", exists="key_known", computes=True)
    async def encrypt(self, request: Request, name: str, body: EncryptFields) -> Response:
        """Encrypts plaintexts.

        A key that doesn't exist is created, unless `config/keys` forbids it. It is a derived key if a context is given.
        """
        check_segment_name(name)
        items = batches.items_of(body.batch_input)
        if items is None and "plaintext" not in request.data:
            raise Refused(Code.MISSING_INPUT, each_item.MISSING_PLAINTEXT)
        derived = bool(body.context) if items is None else all_have_contexts(items)
        key = await rows.key_of(request.view, name)
        if key is not None:
            check_operation(key, ENCRYPT)
            return await _encrypted(KeyUse(request.view, key, self.random), request, items, body)
        new = await upsert(
            request, name, body.type, convergent=body.convergent_encryption, derived=derived, random=self.random
        )
        response = await _encrypted(new.use, request, items, body)
        response.warnings = [*response.warnings, *new.warnings]
        return response


async def _encrypted(use: KeyUse, request: Request, items: list[Any] | None, body: EncryptFields) -> Response:
    if items is None:
        return Response(data=await each_item.encrypted(use, request.data))
    done = await batches.each(items, partial(each_item.encrypted_of_batch, use), at_once=use.at_once)
    return batches.answered(items, done, body.partial_failure_response_code, each_item.OF_ENCRYPT)
