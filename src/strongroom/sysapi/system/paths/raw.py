"""`sys/raw`: rows of the store by their keys.  Off unless the configuration has `raw_storage_endpoint`.

Source: https://developer.hashicorp.com/vault/api-docs/system/raw
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from strongroom.lib.errors import InvalidRequest, UnsupportedPath
from strongroom.sdk import path
from strongroom.sdk.fields import SECRET, Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.sdk.routing import UNSUPPORTED_PATH
from strongroom.services import raw_rows
from strongroom.sysapi.context import SystemEngine, SystemView, system

_BASE64 = "base64"
_NOT_COMPRESSED = "rows are not compressed here, so compression_type must be empty"


class ReadRawBody(Body, frozen=True):
    """How a row is shown."""

    compressed: Annotated[bool, Doc(description="Accepted for compatibility. No row is compressed.")] = True
    encoding: Annotated[str, Doc(description="Empty for JSON, or `base64` for the row's own bytes.")] = ""


class WriteRawBody(Body, frozen=True):
    """What a row is to hold."""

    value: Annotated[str, Doc(description="The row's new value.", extra=SECRET)] = ""
    encoding: Annotated[str, Doc(description="Empty for JSON, or `base64` for the row's own bytes.")] = ""
    compression_type: Annotated[str, Doc(description="Must be empty. No row is compressed.")] = ""
    compressed: Annotated[bool, Doc(description="Accepted for compatibility. No row is compressed.")] = True


class ListRawBody(Body, frozen=True):
    """Which page of a folder."""

    after: Annotated[str, Doc(description="List the names after this one.")] = ""
    limit: Annotated[int, Doc(description="The most names to list. 0 for all.")] = 0


class RawPaths(SystemEngine):
    """Rows of the store."""

    @path.read("raw/{path**}", sudo=True, root_only=True)
    async def read_raw(self, request: Request, path: str, body: ReadRawBody) -> Response | None:
        """Reads a row of the store by its key."""
        view = _allowed(request)
        check_encoding(body.encoding)
        content = await raw_rows.read(view.txn, path)
        return Response(data={"value": shown_in(body, content)}) if content is not None else None

    @path.write("raw/{path**}", sudo=True, root_only=True)
    async def write_raw(self, request: Request, path: str, body: WriteRawBody) -> Response | None:
        """Writes a row of the store by its key."""
        await raw_rows.write(_allowed(request).txn, path, content_in(body))
        return None

    @path.delete("raw/{path**}", sudo=True, root_only=True)
    async def delete_raw(self, request: Request, path: str) -> Response | None:
        """Deletes a row of the store by its key."""
        raw_rows.delete(_allowed(request).txn, path)
        return None

    @path.list_("raw/{path**}", sudo=True, root_only=True)
    async def list_raw(self, request: Request, path: str, body: ListRawBody) -> Response | None:
        """Lists the keys below a folder of the store."""
        found = await raw_rows.names(_allowed(request).txn, path, body.after, body.limit or None)
        return Response(data={"keys": found}) if found else None


def shown_in(body: ReadRawBody, content: bytes) -> str:
    """What a row holds, as the request wants it.  Raises `InvalidRequest`."""
    check_encoding(body.encoding)
    return base64.b64encode(content).decode() if body.encoding else raw_rows.text_of(content)


def content_in(body: WriteRawBody) -> bytes:
    """What the request wants a row to hold.  Raises `InvalidRequest`."""
    if body.compression_type:
        raise InvalidRequest(_NOT_COMPRESSED)
    check_encoding(body.encoding)
    if not body.encoding:
        return raw_rows.content_of(body.value)
    try:
        return base64.b64decode(body.value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest("the value is not valid base64") from error


def check_encoding(given: str) -> None:
    """Raise `InvalidRequest` for a form that rows aren't shown in."""
    if given not in {"", _BASE64}:
        raise InvalidRequest(f'invalid encoding "{given[:64]}"')


def _allowed(request: Request) -> SystemView:
    """The view of a request that may see rows.  Raises `UnsupportedPath` unless the configuration allows it."""
    view = system(request)
    if not view.services.shows_rows:
        raise UnsupportedPath(UNSUPPORTED_PATH)
    return view
