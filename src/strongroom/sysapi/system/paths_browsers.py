"""`sys/config/cors` and `sys/config/ui/headers`: what browsers are told."""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.barrier import keys
from strongroom.barrier.record import Record
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, CommaList, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.sysapi.context import SystemEngine, system

_CORS = keys.SETTINGS + "cors"
_UI_HEADERS = keys.SETTINGS + "ui-header/"

_STANDARD_HEADERS = (
    "Content-Type",
    "Authorization",
    "X-Vault-Token",
    "X-Vault-MFA",
    "X-Vault-No-Request-Forwarding",
    "X-Vault-Wrap-Format",
    "X-Vault-Wrap-TTL",
    "X-Requested-With",
    "X-Vault-AWS-IAM-Server-ID",
    "X-Vault-Policy-Override",
)
"""Allowed in every cross-origin request."""


class CorsRecord(Record, frozen=True, tag="cors"):
    """Which other origins may call the API from a browser."""

    origins: tuple[str, ...]
    headers: tuple[str, ...]
    """Allowed besides the standard ones."""
    credentials: bool = False


class UiHeader(Record, frozen=True, tag="ui-header"):
    """A header on answers of the user interface."""

    name: str
    """As it was given."""
    values: tuple[str, ...]


class CorsBody(Body, frozen=True):
    """Which other origins may call the API."""

    allowed_origins: Annotated[CommaList | None, Doc(description="Origins, or `*` alone for any.")] = None
    allowed_headers: Annotated[CommaList | None, Doc(description="Headers besides the standard ones.")] = None
    allow_credentials: Annotated[bool, Doc(description="Whether browsers may send credentials.")] = False


class UiHeaderBody(Body, frozen=True):
    """The values of a header."""

    values: Annotated[CommaList | None, Doc(description="The values.")] = None
    multivalue: Annotated[bool, Doc(description="When reading: all values instead of the first.")] = False


class BrowserPaths(SystemEngine):
    """Cross-origin requests and the user interface's headers."""

    @path.read("config/cors", sudo=True)
    async def read_cors(self, request: Request) -> Response | None:
        """Read which other origins may call the API."""
        record = await system(request).txn.read(_CORS, CorsRecord)
        if record is None:
            return Response(data={"enabled": False}, repeat=True)
        data: dict[str, Any] = {
            "enabled": True,
            "allowed_origins": list(record.origins),
            "allowed_headers": [*_STANDARD_HEADERS, *record.headers],
            "allow_credentials": record.credentials,
        }
        return Response(data=data, repeat=True)

    @path.write("config/cors", sudo=True)
    async def write_cors(self, request: Request, body: CorsBody) -> Response | None:
        """Let other origins call the API."""
        origins = tuple(body.allowed_origins or ())
        if not origins:
            raise InvalidRequest("at least one origin or the wildcard must be provided")
        if "*" in origins and len(origins) > 1:
            raise InvalidRequest("to allow all origins the '*' must be the only value for allowed_origins")
        extra = tuple(name for name in body.allowed_headers or () if name not in _STANDARD_HEADERS)
        system(request).txn.write(_CORS, CorsRecord(origins=origins, headers=extra, credentials=body.allow_credentials))
        return None

    @path.delete("config/cors", sudo=True)
    async def delete_cors(self, request: Request) -> Response | None:
        """Let no other origin call the API."""
        system(request).txn.delete(_CORS)
        return None

    @path.list_("config/ui/headers", sudo=True)
    async def list_ui_headers(self, request: Request) -> Response | None:
        """List the headers of the user interface's answers."""
        txn = system(request).txn
        found = [await txn.read(_UI_HEADERS + name, UiHeader) for name in await txn.list(_UI_HEADERS)]
        names = [header.name for header in found if header is not None]
        return Response(data={"keys": names}) if names else None

    @path.read("config/ui/headers/{header}", sudo=True)
    async def read_ui_header(self, request: Request, header: str, body: UiHeaderBody) -> Response | None:
        """Read a header: its first value, or with `multivalue` all of them."""
        record = await system(request).txn.read(_UI_HEADERS + header.lower(), UiHeader)
        if record is None:
            return None
        return Response(data={"values": list(record.values)} if body.multivalue else {"value": record.values[0]})

    @path.write("config/ui/headers/{header}", sudo=True)
    async def write_ui_header(self, request: Request, header: str, body: UiHeaderBody) -> Response | None:
        """Put a header on the user interface's answers."""
        if header.lower().startswith("x-vault-"):
            raise InvalidRequest("X-Vault headers cannot be set")
        values = tuple(body.values or ())
        if not values:
            raise InvalidRequest("header and values must be specified")
        if any(not value.isprintable() for value in (header, *values)):
            raise InvalidRequest("a header holds printable characters only")
        system(request).txn.write(_UI_HEADERS + header.lower(), UiHeader(name=header, values=values))
        return Response()

    @path.delete("config/ui/headers/{header}", sudo=True)
    async def delete_ui_header(self, request: Request, header: str) -> Response | None:
        """Take a header off the user interface's answers."""
        system(request).txn.delete(_UI_HEADERS + header.lower())
        return None
