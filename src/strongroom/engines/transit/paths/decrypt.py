"""`decrypt`.

Source: https://openbao.org/api-docs/secret/transit/#decrypt-data
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
from strongroom.engines.transit.keys.allowed import DECRYPT, check_operation
from strongroom.engines.transit.paths.cipher_fields import RsaFields
from strongroom.engines.transit.refusals import Code, Refused
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Doc, Random, Request, Response, check_segment_name, path


class DecryptFields(RsaFields, frozen=True):
    """What to decrypt."""

    ciphertext: Annotated[str, Doc(description="The ciphertext that `encrypt` answered.")] = ""


class DecryptPaths:
    """`decrypt/<name>`"""

    random: Random

    @path.write("decrypt/{name}", computes=True, repeatable=True)
    async def decrypt(self, request: Request, name: str, body: DecryptFields) -> Response:
        """Decrypts ciphertexts."""
        check_segment_name(name)
        items = batches.items_of(body.batch_input)
        if items is not None:
            all_have_contexts(items)
        elif not body.ciphertext:
            raise Refused(Code.MISSING_INPUT, each_item.MISSING_CIPHERTEXT)
        key = await rows.key_of(request.view, name)
        if key is None:
            raise InvalidRequest(NO_KEY)
        check_operation(key, DECRYPT)
        use = KeyUse(request.view, key, self.random)
        if items is None:
            return Response(data=await each_item.decrypted(use, request.data))
        done = await batches.each(items, partial(each_item.decrypted, use), at_once=use.at_once)
        return batches.answered(items, done, body.partial_failure_response_code, each_item.OF_DECRYPT)
