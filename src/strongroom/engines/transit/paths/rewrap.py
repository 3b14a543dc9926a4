"""`rewrap`.

Source: https://openbao.org/api-docs/secret/transit/#rewrap-data
"""

from __future__ import annotations

from functools import partial
from typing import Annotated

from strongroom.engines.transit import batches
from strongroom.engines.transit.encryption import items as each_item
from strongroom.engines.transit.encryption.contexts import all_have_contexts
from strongroom.engines.transit.encryption.key_use import KeyUse
from strongroom.engines.transit.encryption.upserts import NO_KEY
from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.allowed import REWRAP, check_operation
from strongroom.engines.transit.paths.cipher_fields import MGF_HASH, OAEP_HASH, PADDING, CipherFields
from strongroom.engines.transit.refusals import Code, Refused
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Doc, Random, Request, Response, check_segment_name, path
from strongroom.sdk.fields import OldNameOf


class RewrapFields(CipherFields, frozen=True):
    """What to encrypt anew."""

    ciphertext: Annotated[str, Doc(description="The ciphertext that `encrypt` answered.")] = ""
    key_version: Annotated[int, Doc(description="The version to encrypt with; 0 for the latest.")] = 0
    decrypt_padding_scheme: Annotated[str, PADDING] = ""
    decrypt_hash_algorithm: Annotated[str, OAEP_HASH] = ""
    decrypt_oaep_hash: Annotated[str, OAEP_HASH, OldNameOf("decrypt_hash_algorithm")] = ""
    decrypt_mgf_hash: Annotated[str, MGF_HASH] = ""
    encrypt_padding_scheme: Annotated[str, PADDING] = ""
    encrypt_hash_algorithm: Annotated[str, OAEP_HASH] = ""
    encrypt_oaep_hash: Annotated[str, OAEP_HASH, OldNameOf("encrypt_hash_algorithm")] = ""
    encrypt_mgf_hash: Annotated[str, MGF_HASH] = ""


class RewrapPaths:
    """`rewrap/<name>`"""

    random: Random

    @path.write("rewrap/{name}", computes=True)
    async def rewrap(self, request: Request, name: str, body: RewrapFields) -> Response:
        """Encrypts ciphertexts anew, without showing their plaintexts.

        The answer to a batch has the status 200 even if items of it failed. Each has its error.
        """
        check_segment_name(name)
        items = batches.items_of(body.batch_input)
        if items is None and not body.ciphertext:
            raise Refused(Code.MISSING_INPUT, each_item.MISSING_CIPHERTEXT)
        if items is not None:
            all_have_contexts(items)
        key = await rows.key_of(request.view, name)
        if key is None:
            raise InvalidRequest(NO_KEY)
        check_operation(key, REWRAP)
        use = KeyUse(request.view, key, self.random)
        if items is None:
            return Response(data=await each_item.rewrapped(use, request.data))
        done = await batches.each(items, partial(each_item.rewrapped, use), at_once=use.at_once)
        return batches.answered(items, done, 200, each_item.OF_REWRAP, total_failure_code=200)
