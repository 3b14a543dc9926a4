"""`hmac`: codes by the HMAC key that every version of every key has.

Source: https://openbao.org/api-docs/secret/transit/#generate-hmac
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.transit import batches
from strongroom.engines.transit.keys.allowed import HMAC
from strongroom.engines.transit.keys.loaded import loaded
from strongroom.engines.transit.keys.versions import to_make
from strongroom.engines.transit.signing import macs, tagged
from strongroom.engines.transit.signing.batch_answers import answered
from strongroom.engines.transit.signing.inputs import data_of, input_of
from strongroom.engines.transit.signing.keys import usable_key
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import SECRET, Body, Doc, Request, Response, path
from strongroom.sdk.fields import InPath

MISSING = "missing input for HMAC"
_ITEM = frozenset({"input", "reference"})


class HmacFields(Body, frozen=True):
    """What to authenticate."""

    input: Annotated[str | None, Doc(description="What to authenticate, in base64.", extra=SECRET)] = None
    algorithm: Annotated[str, Doc(description="The hash function, such as `sha2-512`."), InPath("urlalgorithm")] = (
        "sha2-256"
    )
    key_version: Annotated[int, Doc(description="The version of the key; 0 for the latest.")] = 0
    batch_input: Annotated[Any, Doc(description="Many inputs: objects with `input` and `reference`.", extra=SECRET)] = (
        None
    )


class HmacPaths:
    """`hmac/<name>` and below."""

    @path.write("hmac/{name}", computes=True, repeatable=True)
    async def hmac(self, request: Request, name: str, body: HmacFields) -> Response:
        """Makes HMACs."""
        return await _answer(request, name, body, body.algorithm)

    @path.write("hmac/{name}/{urlalgorithm*}", computes=True, repeatable=True)
    async def hmac_with(self, request: Request, name: str, urlalgorithm: str, body: HmacFields) -> Response:
        """Makes HMACs with the given hash function."""
        return await _answer(request, name, body, urlalgorithm)


async def _answer(request: Request, name: str, body: HmacFields, algorithm: str) -> Response:
    key = await usable_key(request.view, name, HMAC, "encryption key not found")
    version = await loaded(request.view, key, to_make(key, body.key_version, "HMAC"))
    macs.check_algorithm(algorithm)

    def made(text: str) -> dict[str, Any]:
        return {"hmac": tagged.written(version.number, macs.hmac_of(version, algorithm, data_of(text)))}

    async def item_made(item: dict[str, Any]) -> dict[str, Any]:
        return made(input_of(item, MISSING))

    items = batches.items_of(body.batch_input)
    if items is not None:
        return answered(items, await batches.each(items, item_made), _ITEM, {})
    if body.input is None:
        raise InvalidRequest(MISSING)
    return Response(data=made(body.input))
