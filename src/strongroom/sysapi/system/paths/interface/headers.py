"""`sys/config/ui/headers`: headers that the user interface's answers carry.

Source: https://developer.hashicorp.com/vault/api-docs/system/config-ui-headers
"""

from __future__ import annotations

from typing import Annotated, Final

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.header_fields import canonical, is_reserved, is_value
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.names import check_segment_name
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.interface import headers
from strongroom.services.interface.headers import UiHeaders
from strongroom.sysapi.context import SystemEngine, system

_MOST: Final = 64
_MOST_VALUES: Final = 16
_LONGEST: Final = 4096
"""Bounds of what each answer carries: browsers and proxies refuse an answer whose header is too long."""


_OF_THE_FILE: Final = frozenset({"Content-Encoding", "Content-Range", "Content-Type", "Etag", "Location"})
"""What a browser takes an answer for.  One that is wrong would stay with it, for it may keep files for a year."""


class HeaderBody(Body, frozen=True):
    """The values of a header."""

    values: Annotated[list[str] | None, Doc(description="The header's values. Each becomes a field of its own.")] = None


class MultivalueBody(Body, frozen=True):
    """How a header is shown."""

    multivalue: Annotated[bool, Doc(description="Whether to return all values, not only the first.")] = False


class HeaderPaths(SystemEngine):
    """Headers of the user interface."""

    @path.list_("config/ui/headers", sudo=True, root_only=True)
    async def list_ui_headers(self, request: Request) -> Response | None:
        """Lists the headers that are set for the user interface."""
        found = await headers.read(system(request).txn)
        return Response(data={"keys": sorted(found)}) if found else None

    @path.read("config/ui/headers/{header}", sudo=True, root_only=True)
    async def read_ui_header(self, request: Request, header: str, body: MultivalueBody) -> Response | None:
        """Reads a header of the user interface."""
        values = (await headers.read(system(request).txn)).get(canonical(header))
        if values is None:
            return None
        return Response(data={"values": list(values)} if body.multivalue else {"value": values[0]})

    @path.write("config/ui/headers/{header}", sudo=True, root_only=True)
    async def write_ui_header(self, request: Request, header: str, body: HeaderBody) -> Response | None:
        """Sets a header of the user interface."""
        check_segment_name(header)
        if not body.values:
            raise InvalidRequest("header and values must be specified")
        _check(header, body.values)
        txn = system(request).txn
        found = {**await headers.read(txn), canonical(header): tuple(body.values)}
        if len(found) > _MOST:
            raise InvalidRequest(f"at most {_MOST} headers can be set")
        txn.write(headers.KEY, UiHeaders(headers=found))
        return Response()

    @path.delete("config/ui/headers/{header}", sudo=True, root_only=True)
    async def delete_ui_header(self, request: Request, header: str) -> Response | None:
        """Removes a header of the user interface."""
        txn = system(request).txn
        found = dict(await headers.read(txn))
        if found.pop(canonical(header), None) is not None:
            txn.write(headers.KEY, UiHeaders(headers=found))
        return None


def _check(name: str, values: list[str]) -> None:
    """Raise `InvalidRequest` for a field that only the server may write, or that would end the header early."""
    if canonical(name).startswith("X-Vault-"):
        raise InvalidRequest("X-Vault headers cannot be set")
    if is_reserved(name):
        raise InvalidRequest(f"{canonical(name)} follows from the connection and cannot be set")
    if canonical(name) in _OF_THE_FILE:
        raise InvalidRequest(f"{canonical(name)} follows from the file and cannot be set")
    if len(values) > _MOST_VALUES:
        raise InvalidRequest(f"a header has at most {_MOST_VALUES} values")
    if not all(is_value(value) and len(value) <= _LONGEST for value in values):
        raise InvalidRequest(f"a header's value is one line of Latin-1, with at most {_LONGEST} characters")
