"""`identity/mfa/method/duo`.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/mfa/duo
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
from strongroom.services.mfa.records import DUO, DuoSettings, MethodRecord
from strongroom.services.mfa.usernames import check_format
from strongroom.sysapi.context import SystemEngine
from strongroom.sysapi.identity.mfa import storing
from strongroom.sysapi.identity.mfa.hosts import check_host
from strongroom.sysapi.identity.mfa.storing import NamedBody


class DuoBody(NamedBody, frozen=True):
    """The settings of a Duo method."""

    username_format: Annotated[str | None, storing.USERNAME_FORMAT] = None
    secret_key: Annotated[str, Doc(description="The secret key of the application in Duo.", extra=SECRET)] = ""
    integration_key: Annotated[str, Doc(description="The integration key of the application in Duo.")] = ""
    api_hostname: Annotated[str, Doc(description="The host name of Duo's API.")] = ""
    push_info: Annotated[str, Doc(description="What Duo shows beside a push: URL-encoded pairs.")] = ""
    use_passcode: Annotated[
        bool, Doc(description="Whether clients should ask for a passcode. A push remains possible.")
    ] = False


def _changed(record: MethodRecord, body: DuoBody) -> MethodRecord:
    for name in ("secret_key", "integration_key", "api_hostname"):
        if not getattr(body, name):
            raise InvalidRequest(f"{name} is empty")
        limits.check_name(name, getattr(body, name))
    limits.check_name("push_info", body.push_info, limits.NAME_BYTES * 2)
    check_host("api_hostname", body.api_hostname)
    format_ = record.username_format if body.username_format is None else body.username_format
    limits.check_name("username_format", format_)
    check_format(format_)
    settings = DuoSettings(
        api_hostname=body.api_hostname,
        integration_key=body.integration_key,
        secret_key=body.secret_key,
        push_info=body.push_info,
        use_passcode=body.use_passcode,
    )
    return msgspec.structs.replace(record, username_format=format_, duo=settings)


class DuoPaths(SystemEngine):
    """Methods that ask Duo."""

    @path.list_("mfa/method/duo")
    async def list_duo(self, request: Request) -> Response | None:
        """Lists the Duo methods with their settings."""
        return await storing.listing(request, DUO)

    @path.write("mfa/method/duo")
    async def create_duo(self, request: Request, body: DuoBody) -> Response | None:
        """Creates a Duo method, or changes the one of that name."""
        return await storing.stored(request, _changed(await storing.begun(request, DUO, body), body), created=True)

    @path.read("mfa/method/duo/{method_id}")
    async def read_duo(self, request: Request, method_id: str) -> Response | None:
        """Reads a Duo method, without its keys."""
        return await storing.read(request, DUO, method_id)

    @path.write("mfa/method/duo/{method_id}")
    async def update_duo(self, request: Request, method_id: str, body: DuoBody) -> Response | None:
        """Changes a Duo method. Its keys have to be given again."""
        record = _changed(await storing.begun(request, DUO, body, method_id), body)
        return await storing.stored(request, record, created=False)

    @path.delete("mfa/method/duo/{method_id}")
    async def delete_duo(self, request: Request, method_id: str) -> Response | None:
        """Deletes a Duo method, unless a login enforcement names it."""
        return await storing.delete(request, DUO, method_id)
