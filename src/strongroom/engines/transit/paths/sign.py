"""`sign`: signatures.

Source: https://openbao.org/api-docs/secret/transit/#sign-data
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.transit import batches
from strongroom.engines.transit.fields import text_of
from strongroom.engines.transit.keys.allowed import SIGN
from strongroom.engines.transit.keys.loaded import loaded
from strongroom.engines.transit.keys.versions import to_make
from strongroom.engines.transit.paths.signature_fields import SignatureFields, at_once, scheme_for
from strongroom.engines.transit.signing.batch_answers import answered
from strongroom.engines.transit.signing.inputs import input_of
from strongroom.engines.transit.signing.keys import usable_key
from strongroom.engines.transit.signing.signatures import is_determined
from strongroom.engines.transit.signing.signer import Signer
from strongroom.engines.transit.signing.slow import is_slow, signed_slowly
from strongroom.sdk import Doc, Request, Response, path

_ITEM = frozenset({"input", "context", "reference"})


class SignFields(SignatureFields, frozen=True):
    """What to sign, and how."""

    key_version: Annotated[int, Doc(description="The version of the key; 0 for the latest.")] = 0


class SignPaths:
    """`sign/<name>` and below."""

    @path.write("sign/{name}", computes=True, repeatable=True)
    async def sign(self, request: Request, name: str, body: SignFields) -> Response:
        """Signs."""
        return await _answer(request, name, body, "")

    @path.write("sign/{name}/{urlalgorithm*}", computes=True, repeatable=True)
    async def sign_with(self, request: Request, name: str, urlalgorithm: str, body: SignFields) -> Response:
        """Signs with the given hash function."""
        return await _answer(request, name, body, urlalgorithm)


async def _answer(request: Request, name: str, body: SignFields, in_path: str) -> Response:
    key = await usable_key(request.view, name, SIGN, "signing key not found")
    scheme = scheme_for(key, body, in_path, "signing")
    version = await loaded(request.view, key, to_make(key, body.key_version, "signing"))
    signer = Signer(key, version, scheme)
    if not is_determined(key.type):
        request.differs()
    items = batches.items_of(body.batch_input)
    if is_slow(signer):
        return await _slow_answer(request, signer, items, body.input)
    if items is None:
        return Response(data=signer.signed(body.input, body.context, "public_key"))

    async def signed(item: dict[str, Any]) -> dict[str, Any]:
        return signer.signed(input_of(item), text_of(item, "context"), "publickey")

    done = await batches.each(items, signed, at_once=at_once(key.type))
    return answered(items, done, _ITEM, {"key_version": 0})


async def _slow_answer(request: Request, signer: Signer, items: list[Any] | None, text: str) -> Response:
    if items is not None:
        return answered(items, await signed_slowly(request, signer, items), _ITEM, {"key_version": 0})
    [item] = await signed_slowly(request, signer, [{"input": text}])
    if item.error is not None:
        raise item.error
    return Response(data=item.answer)
