"""`sys/config/cors`: which other origins may call the API from a browser.

Source: https://developer.hashicorp.com/vault/api-docs/system/config-cors
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, CommaList, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services import cors
from strongroom.services.cors import ANY_ORIGIN, STANDARD_HEADERS, CorsRecord
from strongroom.sysapi.context import SystemEngine, system

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""Source: RFC 9110, section 5.1."""


class CorsBody(Body, frozen=True):
    """Which other origins may call the API."""

    enable: Annotated[bool, Doc(description="Accepted for compatibility. Setting origins enables CORS.")] = True
    allowed_origins: Annotated[CommaList | None, Doc(description="Origins, or `*` alone for any.")] = None
    allowed_headers: Annotated[
        CommaList | None, Doc(description="Request headers that are allowed beside the standard ones.")
    ] = None
    allow_credentials: Annotated[bool, Doc(description="Whether browsers may send credentials.")] = False


class BrowserPaths(SystemEngine):
    """Cross-origin requests."""

    @path.read("config/cors", sudo=True, root_only=True)
    async def read_cors(self, request: Request) -> Response | None:
        """Reads the CORS settings."""
        record = await cors.read(system(request).txn)
        if record is None:
            return Response(data={"enabled": False}, repeat=True)
        data: dict[str, Any] = {
            "enabled": True,
            "allowed_origins": list(record.origins),
            "allowed_headers": list(record.all_headers),
            "allow_credentials": record.credentials,
        }
        return Response(data=data, repeat=True)

    @path.write("config/cors", sudo=True, root_only=True)
    async def write_cors(self, request: Request, body: CorsBody) -> Response | None:
        """Changes the CORS settings: which other origins may call the API."""
        origins = tuple(body.allowed_origins or ())
        if not origins:
            raise InvalidRequest("at least one origin or the wildcard must be provided")
        if ANY_ORIGIN in origins and len(origins) > 1:
            raise InvalidRequest("to allow all origins the '*' must be the only value for allowed_origins")
        if any(_HEADER_NAME.fullmatch(name) is None for name in body.allowed_headers or ()):
            raise InvalidRequest("allowed_headers must be names of headers")
        extra = tuple(name for name in body.allowed_headers or () if name not in STANDARD_HEADERS)
        record = CorsRecord(origins=origins, headers=extra, credentials=body.allow_credentials)
        system(request).txn.write(cors.KEY, record)
        return None

    @path.delete("config/cors", sudo=True, root_only=True)
    async def delete_cors(self, request: Request) -> Response | None:
        """Disables CORS: no other origin may call the API."""
        system(request).txn.delete(cors.KEY)
        return None
