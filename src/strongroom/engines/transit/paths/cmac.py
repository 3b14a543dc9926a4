"""`cmac`: codes by the block cipher of keys of the CMAC types.

Source: https://developer.hashicorp.com/vault/api-docs/secret/transit
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.transit import batches
from strongroom.engines.transit.fields import number_of
from strongroom.engines.transit.keys.allowed import CMAC
from strongroom.engines.transit.keys.loaded import loaded
from strongroom.engines.transit.keys.versions import to_make
from strongroom.engines.transit.signing import macs, tagged
from strongroom.engines.transit.signing.batch_answers import answered
from strongroom.engines.transit.signing.inputs import data_of, input_of
from strongroom.engines.transit.signing.keys import usable_key
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import SECRET, Body, Doc, Request, Response, path
from strongroom.sdk.coercion import FieldError, to_int
from strongroom.sdk.fields import InPath

MISSING = "missing input for CMAC"
_ITEM = frozenset({"input", "mac_length", "reference"})


class CmacFields(Body, frozen=True):
    """What to authenticate."""

    input: Annotated[str | None, Doc(description="What to authenticate, in base64.", extra=SECRET)] = None
    mac_length: Annotated[
        int, Doc(description="The bytes of the code, at most 16; 0 for all."), InPath("url_mac_length")
    ] = 0
    key_version: Annotated[int, Doc(description="The version of the key; 0 for the latest.")] = 0
    batch_input: Annotated[
        Any, Doc(description="Many inputs: objects with `input`, `mac_length` and `reference`.", extra=SECRET)
    ] = None


class CmacPaths:
    """`cmac/<name>` and below."""

    @path.write("cmac/{name}", computes=True, repeatable=True)
    async def cmac(self, request: Request, name: str, body: CmacFields) -> Response:
        """Makes CMACs."""
        return await _answer(request, name, body, None)

    @path.write("cmac/{name}/{url_mac_length}", computes=True, repeatable=True)
    async def cmac_of_length(self, request: Request, name: str, url_mac_length: str, body: CmacFields) -> Response:
        """Makes CMACs of the given length."""
        return await _answer(request, name, body, length_in_path(url_mac_length))


def length_in_path(text: str) -> int:
    """The length that a path names.  Raises `InvalidRequest` for what is no number."""
    try:
        return to_int(text)
    except FieldError as error:
        raise InvalidRequest(f"the length of a CMAC is a number, and not {text!r}") from error


async def _answer(request: Request, name: str, body: CmacFields, in_path: int | None) -> Response:
    key = await usable_key(request.view, name, CMAC, "encryption key not found")
    macs.check_cmacs(key.type)
    version = await loaded(request.view, key, to_make(key, body.key_version, "CMAC"))

    def made(text: str, asked: int) -> dict[str, Any]:
        length = macs.cmac_length(asked if in_path is None else in_path)
        return {"cmac": tagged.written(version.number, macs.cmac_of(version, length, data_of(text)))}

    async def item_made(item: dict[str, Any]) -> dict[str, Any]:
        asked = number_of(item, "mac_length") if "mac_length" in item else body.mac_length
        return made(input_of(item, MISSING), asked)

    items = batches.items_of(body.batch_input)
    if items is not None:
        return answered(items, await batches.each(items, item_made), _ITEM, {})
    if body.input is None:
        raise InvalidRequest(MISSING)
    return Response(data=made(body.input, body.mac_length))
