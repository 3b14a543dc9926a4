"""`identity/oidc/config`: the issuer of identity tokens.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/tokens#configure-the-identity-tokens-backend
"""

from __future__ import annotations

from typing import Annotated

from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.oidc import OidcConfig, logic, rows
from strongroom.sysapi.context import SystemEngine, system


class ConfigBody(Body, frozen=True):
    """Settings of identity tokens."""

    issuer: Annotated[
        str | None,
        Doc(
            description="Scheme, host and port of the issuer, the `iss` claim. If empty, it is the server's `api_addr`."
        ),
    ] = None


class ConfigPaths(SystemEngine):
    """`oidc/config`."""

    @path.read("oidc/config")
    async def read_oidc_config(self, request: Request) -> Response | None:
        """Reads the settings of identity tokens."""
        view = system(request)
        config = await view.services.oidc.config(view.txn, view.namespace.id)
        return Response(data={"issuer": config.issuer})

    @path.write("oidc/config")
    async def write_oidc_config(self, request: Request, body: ConfigBody) -> Response | None:
        """Changes the settings of identity tokens."""
        view = system(request)
        if body.issuer is None:
            return None
        logic.check_issuer(body.issuer)
        view.txn.write(rows.config(view.namespace.id), OidcConfig(issuer=body.issuer))
        return Response(warnings=[logic.ISSUER_WARNING]) if body.issuer else None
