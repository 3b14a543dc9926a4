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
        encoding = _encoding(body.encoding)
        content = await raw_rows.read(_allowed(request).txn, path)
        if content is None:
            return None
        value = base64.b64encode(content).decode() if encoding else raw_rows.text_of(content)
        return Response(data={"value": value})

    @path.write("raw/{path**}", sudo=True, root_only=True)
    async def write_raw(self, request: Request, path: str, body: WriteRawBody) -> Response | None:
        """Writes a row of the store by its key."""
        view = _allowed(request)
        if body.compression_type:
            raise InvalidRequest(_NOT_COMPRESSED)
        if not _encoding(body.encoding):
            content = raw_rows.content_of(body.value)
        else:
            try:
                content = base64.b64decode(body.value, validate=True)
            except (binascii.Error, ValueError) as error:
                raise InvalidRequest("the value is not valid base64") from error
        await raw_rows.write(view.txn, path, content)
        return None

    @path.delete("raw/{path**}", sudo=True, root_only=True)
    async def delete_raw(self, request: Request, path: str) -> Response | None:
        """Deletes a row of the store by its key."""
        raw_rows.delete(_allowed(request).txn, path)
        return None

    @path.list_("raw/{path**}", sudo=True, root_only=True)
    async def list_raw(self, request: Request, path: str, body: ListRawBody) -> Response | None:
        """Lists the keys below a folder of the store."""
        if body.limit < 0:
            raise InvalidRequest("limit cannot be negative")
        found = await raw_rows.names(_allowed(request).txn, path, body.after, body.limit or None)
        return Response(data={"keys": found}) if found else None


def _encoding(given: str) -> str:
    if given not in {"", _BASE64}:
        raise InvalidRequest(f'invalid encoding "{given[:64]}"')
    return given


def _allowed(request: Request) -> SystemView:
    """The view of a request that may see rows.  Raises `UnsupportedPath` unless the configuration allows it."""
    view = system(request)
    if not view.services.shows_rows:
        raise UnsupportedPath(UNSUPPORTED_PATH)
    return view
