"""`datakey` and `datakeys`: keys that clients encrypt their own data with.

Source: https://openbao.org/api-docs/secret/transit/#generate-data-key
https://developer.hashicorp.com/vault/api-docs/secret/transit for sets of them
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from strongroom.engines.transit.batches import AT_ONCE
from strongroom.engines.transit.encryption import data_keys
from strongroom.engines.transit.encryption.key_use import KeyUse
from strongroom.engines.transit.encryption.upserts import NO_KEY
from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.allowed import ENCRYPT, check_operation
from strongroom.engines.transit.paths.cipher_fields import MGF_HASH, OAEP_HASH, PADDING
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Body, Doc, Random, Request, Response, check_segment_name, path
from strongroom.sdk.fields import OldNameOf


class DataKeyFields(Body, frozen=True):
    """What data keys are wanted."""

    bits: Annotated[int, Doc(description="The length of a data key: 128, 256 or 512 bits.")] = 256
    key_version: Annotated[int, Doc(description="The version that encrypts the data keys; 0 for the latest.")] = 0
    context: Annotated[str, Doc(description="The context of a derived key, in base64.")] = ""
    associated_data: Annotated[
        str, Doc(description="What is authenticated with the encrypted data key, in base64.")
    ] = ""
    padding_scheme: Annotated[str, PADDING] = ""
    hash_algorithm: Annotated[str, OAEP_HASH] = ""
    oaep_hash: Annotated[str, OAEP_HASH, OldNameOf("hash_algorithm")] = ""
    mgf_hash: Annotated[str, MGF_HASH] = ""


class DataKeysFields(DataKeyFields, frozen=True):
    """How many data keys are wanted."""

    count: Annotated[int, Doc(description="How many data keys; at most 10,000.")] = 0


class DerivedKeysFields(Body, frozen=True):
    """Which derived data keys are wanted."""

    salt: Annotated[str, Doc(description="Tells sets of keys apart. Required.")] = ""
    info: Annotated[str, Doc(description="What the keys are for.")] = ""
    key_index_from: Annotated[int | None, Doc(description="The number of the first key. Required.")] = None
    key_index_to: Annotated[int | None, Doc(description="The number behind the last key's. Required.")] = None
    bits: Annotated[int, Doc(description="The length of a data key: 128, 256 or 512 bits.")] = 256
    key_version: Annotated[int, Doc(description="The version that the keys come from; 0 for the latest.")] = 0
    context: Annotated[str, Doc(description="The context of the key, in base64.")] = ""


class DataKeyPaths:
    """`datakey/<plaintext|wrapped>/<name>`, `datakeys/…` and `derivedkeys/…`"""

    random: Random

    @path.write("datakey/{form}/{name}", computes=True)
    async def make_data_key(self, request: Request, form: str, name: str, body: DataKeyFields) -> Response:
        """Makes a data key, and shows it encrypted.

        With `plaintext` in the path, the answer has the key itself as well.
        """
        use = await self._use(request, form, name)
        shown = form == data_keys.PLAINTEXT
        pair = await data_keys.made(use, request.data, data_keys.size_of(body.bits), shown=shown)
        return Response(data=pair)

    @path.write("datakeys/{form}/{name}", computes=True)
    async def make_data_keys(self, request: Request, form: str, name: str, body: DataKeysFields) -> Response:
        """Makes a set of data keys, and shows them encrypted.

        With `plaintext` in the path, the answer has the keys themselves as well.
        """
        use = await self._use(request, form, name)
        size = data_keys.size_of(body.bits)
        pairs: list[dict[str, Any]] = []
        for _ in data_keys.range_of(0, body.count, "count"):
            pairs.append(await data_keys.made(use, request.data, size, shown=form == data_keys.PLAINTEXT))
            if len(pairs) % use.at_once == 0:
                await asyncio.sleep(0)
        number = pairs[0]["key_version"]
        for pair in pairs:
            del pair["key_version"]
        return Response(data={"key_pairs": pairs, "key_version": number})

    @path.write("derivedkeys/{form}/{name}", computes=True)
    async def derive_data_keys(self, request: Request, form: str, name: str, body: DerivedKeysFields) -> Response:
        """Derives data keys with numbers, and shows them encrypted.

        The same salt, info, context, version and number always give the same data key, in the same ciphertext. The key
        is a convergent one.
        """
        use = await self._use(request, form, name)
        if not use.key.convergent:
            raise InvalidRequest("derivedkeys needs a key with convergent_encryption")
        if not body.salt:
            raise InvalidRequest("missing salt")
        if body.key_index_from is None or body.key_index_to is None:
            raise InvalidRequest("missing key_index_from or key_index_to")
        size = data_keys.size_of(body.bits)
        origin = await data_keys.origin_of(use, request.data, size)
        answer: dict[str, Any] = {"key_version": origin.cipher.number}
        for index in data_keys.range_of(body.key_index_from, body.key_index_to, "key_index_to"):
            answer[str(index)] = data_keys.derived(use, origin, index, shown=form == data_keys.PLAINTEXT)
            if index % AT_ONCE == 0:
                await asyncio.sleep(0)
        return Response(data=answer)

    async def _use(self, request: Request, form: str, name: str) -> KeyUse:
        """The key that encrypts.  Raises `InvalidRequest`."""
        check_segment_name(name)
        if form not in data_keys.FORMS:
            raise InvalidRequest("Invalid path, must be 'plaintext' or 'wrapped'")
        key = await rows.key_of(request.view, name)
        if key is None:
            raise InvalidRequest(NO_KEY)
        check_operation(key, ENCRYPT)
        return KeyUse(request.view, key, self.random)
