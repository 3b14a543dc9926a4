"""`identity/mfa/method/pingid`.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/mfa/pingid
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import SECRET, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.mfa.drivers.pingid import parse_settings
from strongroom.services.mfa.records import PINGID, MethodRecord
from strongroom.services.mfa.usernames import check_format
from strongroom.sysapi.context import SystemEngine
from strongroom.sysapi.identity.mfa import storing
from strongroom.sysapi.identity.mfa.storing import NamedBody


class PingIdBody(NamedBody, frozen=True):
    """The settings of a PingID method."""

    username_format: Annotated[str | None, storing.USERNAME_FORMAT] = None
    settings_file_base64: Annotated[
        str,
        Doc(
            description="The settings file for third-party clients that Ping Identity gives out, in base64.",
            extra=SECRET,
        ),
    ] = ""


def _changed(record: MethodRecord, body: PingIdBody) -> MethodRecord:
    if not body.settings_file_base64:
        raise InvalidRequest("settings_file_base64 is empty")
    format_ = record.username_format if body.username_format is None else body.username_format
    limits.check_name("username_format", format_)
    check_format(format_)
    settings = parse_settings(body.settings_file_base64)
    return msgspec.structs.replace(record, username_format=format_, pingid=settings)


class PingIdPaths(SystemEngine):
    """Methods that ask PingID."""

    @path.list_("mfa/method/pingid")
    async def list_pingid(self, request: Request) -> Response | None:
        """Lists the PingID methods with their settings."""
        return await storing.listing(request, PINGID)

    @path.write("mfa/method/pingid")
    async def create_pingid(self, request: Request, body: PingIdBody) -> Response | None:
        """Creates a PingID method, or changes the one of that name."""
        return await storing.stored(request, _changed(await storing.begun(request, PINGID, body), body), created=True)

    @path.read("mfa/method/pingid/{method_id}")
    async def read_pingid(self, request: Request, method_id: str) -> Response | None:
        """Reads a PingID method, without its key and token."""
        return await storing.read(request, PINGID, method_id)

    @path.write("mfa/method/pingid/{method_id}")
    async def update_pingid(self, request: Request, method_id: str, body: PingIdBody) -> Response | None:
        """Changes a PingID method. Its settings file has to be given again."""
        record = _changed(await storing.begun(request, PINGID, body, method_id), body)
        return await storing.stored(request, record, created=False)

    @path.delete("mfa/method/pingid/{method_id}")
    async def delete_pingid(self, request: Request, method_id: str) -> Response | None:
        """Deletes a PingID method, unless a login enforcement names it."""
        return await storing.delete(request, PINGID, method_id)
