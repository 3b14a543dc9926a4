"""`identity/mfa/method/okta`.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/mfa/okta
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
from strongroom.services.mfa.records import OKTA, MethodRecord, OktaSettings
from strongroom.services.mfa.usernames import check_format
from strongroom.sysapi.context import SystemEngine
from strongroom.sysapi.identity.mfa import storing
from strongroom.sysapi.identity.mfa.hosts import check_host, check_label
from strongroom.sysapi.identity.mfa.storing import NamedBody


class OktaBody(NamedBody, frozen=True):
    """The settings of an Okta method."""

    username_format: Annotated[str | None, storing.USERNAME_FORMAT] = None
    org_name: Annotated[str, Doc(description="The organization's name in Okta.")] = ""
    api_token: Annotated[str, Doc(description="The token for Okta's API.", extra=SECRET)] = ""
    base_url: Annotated[str, Doc(description="The domain of Okta's API. Empty for `okta.com`.")] = ""
    primary_email: Annotated[
        bool, Doc(description="Whether the user's name has to be the primary email of the account.")
    ] = False
    production: Annotated[
        bool | None, Doc(description="Old way to choose between `okta.com` and `oktapreview.com`. Use `base_url`.")
    ] = None


def _changed(record: MethodRecord, body: OktaBody) -> MethodRecord:
    for name in ("org_name", "api_token"):
        if not getattr(body, name):
            raise InvalidRequest(f"{name} must be set")
        limits.check_name(name, getattr(body, name))
    check_label("org_name", body.org_name)
    if body.base_url:
        check_host("base_url", body.base_url)
    format_ = record.username_format if body.username_format is None else body.username_format
    limits.check_name("username_format", format_)
    check_format(format_)
    settings = OktaSettings(
        org_name=body.org_name,
        api_token=body.api_token,
        base_url=body.base_url,
        primary_email=body.primary_email,
        production=None if body.base_url else body.production,
    )
    return msgspec.structs.replace(record, username_format=format_, okta=settings)


class OktaPaths(SystemEngine):
    """Methods that ask Okta."""

    @path.list_("mfa/method/okta")
    async def list_okta(self, request: Request) -> Response | None:
        """Lists the Okta methods with their settings."""
        return await storing.listing(request, OKTA)

    @path.write("mfa/method/okta")
    async def create_okta(self, request: Request, body: OktaBody) -> Response | None:
        """Creates an Okta method, or changes the one of that name."""
        return await storing.stored(request, _changed(await storing.begun(request, OKTA, body), body), created=True)

    @path.read("mfa/method/okta/{method_id}")
    async def read_okta(self, request: Request, method_id: str) -> Response | None:
        """Reads an Okta method, without its token."""
        return await storing.read(request, OKTA, method_id)

    @path.write("mfa/method/okta/{method_id}")
    async def update_okta(self, request: Request, method_id: str, body: OktaBody) -> Response | None:
        """Changes an Okta method. Its token has to be given again."""
        record = _changed(await storing.begun(request, OKTA, body, method_id), body)
        return await storing.stored(request, record, created=False)

    @path.delete("mfa/method/okta/{method_id}")
    async def delete_okta(self, request: Request, method_id: str) -> Response | None:
        """Deletes an Okta method, unless a login enforcement names it."""
        return await storing.delete(request, OKTA, method_id)
