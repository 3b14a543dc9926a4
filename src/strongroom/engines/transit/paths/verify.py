"""`verify`: checks signatures, HMACs and CMACs.

Source: https://openbao.org/api-docs/secret/transit/#verify-signed-data
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from strongroom.engines.transit import batches
from strongroom.engines.transit.fields import number_of, text_of
from strongroom.engines.transit.keys.allowed import CMAC, HMAC, VERIFY
from strongroom.engines.transit.keys.loaded import loaded
from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.engines.transit.paths.signature_fields import SignatureFields, at_once, scheme_for
from strongroom.engines.transit.signing import macs, tagged
from strongroom.engines.transit.signing.batch_answers import answered
from strongroom.engines.transit.signing.inputs import data_of, input_of
from strongroom.engines.transit.signing.keys import usable_key
from strongroom.engines.transit.signing.schemes import DEFAULT_HASH, MU
from strongroom.engines.transit.signing.signer import is_signature
from strongroom.engines.transit.signing.verified import kind_of, kind_of_all
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import SECRET, Doc, Request, Response, View, path

_ITEM = frozenset({"input", "context", "signature", "hmac", "cmac", "mac_length", "reference"})
_NEEDS = {
    "signature": (VERIFY, "signature verification key not found"),
    "hmac": (HMAC, "encryption key not found"),
    "cmac": (CMAC, "encryption key not found"),
}
"""For each kind the operation that the key has to allow, and the error for a key that there isn't."""

Check = Callable[[Mapping[str, Any]], Awaitable[bool]]
"""Judges an item, or the fields of a request that isn't a batch."""


class VerifyFields(SignatureFields, frozen=True):
    """What to verify, and how it was made."""

    signature: Annotated[str | None, Doc(description="The signature that `sign` answered.", extra=SECRET)] = None
    hmac: Annotated[str | None, Doc(description="The code that `hmac` answered.", extra=SECRET)] = None
    cmac: Annotated[str | None, Doc(description="The code that `cmac` answered.", extra=SECRET)] = None
    mac_length: Annotated[int, Doc(description="The bytes of the CMAC; 0 for all.")] = 0


class VerifyPaths:
    """`verify/<name>` and below."""

    @path.write("verify/{name}", computes=True, repeatable=True)
    async def verify(self, request: Request, name: str, body: VerifyFields) -> Response:
        """Checks signatures or codes."""
        return await _answer(request, name, body, "")

    @path.write("verify/{name}/{urlalgorithm*}", computes=True, repeatable=True)
    async def verify_with(self, request: Request, name: str, urlalgorithm: str, body: VerifyFields) -> Response:
        """Checks signatures or codes by the given hash function."""
        return await _answer(request, name, body, urlalgorithm)


async def _answer(request: Request, name: str, body: VerifyFields, in_path: str) -> Response:
    items = batches.items_of(body.batch_input)
    kind = kind_of(request.data) if items is None else kind_of_all(items)
    if kind is None:
        raise InvalidRequest("neither a 'signature' nor an 'hmac' were given to verify")
    key = await usable_key(request.view, name, *_NEEDS[kind])
    check = _check(request.view, key, body, in_path, kind)
    if items is None:
        return Response(data={"valid": await check(request.data)})

    async def checked(item: dict[str, Any]) -> dict[str, Any]:
        return {"valid": await check({**item, "input": input_of(item)})}

    done = await batches.each(items, checked, at_once=at_once(key.type) if kind == "signature" else batches.AT_ONCE)
    return answered(items, done, _ITEM, {"valid": False})


def _check(view: View, key: KeyRecord, body: VerifyFields, in_path: str, kind: str) -> Check:
    """What judges one item.  Raises `InvalidRequest` for parameters that concern all items."""
    if kind == "signature":
        return _signatures(view, key, body, in_path)
    return (
        _hmacs(view, key, in_path or body.hash_algorithm or body.algorithm)
        if kind == "hmac"
        else _cmacs(view, key, body)
    )


def _signatures(view: View, key: KeyRecord, body: VerifyFields, in_path: str) -> Check:
    scheme = scheme_for(key, body, in_path, "verification")
    if scheme.hash == MU:
        raise InvalidRequest("hash_algorithm=mldsa-mu does not support verification")

    async def check(item: Mapping[str, Any]) -> bool:
        return await is_signature(
            view,
            key,
            scheme,
            text=text_of(item, "input"),
            context=text_of(item, "context"),
            signature=text_of(item, "signature"),
        )

    return check


def _hmacs(view: View, key: KeyRecord, algorithm: str) -> Check:
    algorithm = algorithm or DEFAULT_HASH
    macs.check_algorithm(algorithm)

    async def check(item: Mapping[str, Any]) -> bool:
        data = data_of(text_of(item, "input"))
        number, encoded = tagged.parsed(key, text_of(item, "hmac"), "HMAC")
        version = await loaded(view, key, number)
        return macs.is_code(macs.hmac_of(version, algorithm, data), encoded, "HMAC")

    return check


def _cmacs(view: View, key: KeyRecord, body: VerifyFields) -> Check:
    macs.check_cmacs(key.type)

    async def check(item: Mapping[str, Any]) -> bool:
        data = data_of(text_of(item, "input"))
        length = macs.cmac_length(number_of(item, "mac_length") if "mac_length" in item else body.mac_length)
        number, encoded = tagged.parsed(key, text_of(item, "cmac"), "CMAC")
        version = await loaded(view, key, number)
        return macs.is_code(macs.cmac_of(version, length, data), encoded, "CMAC")

    return check
