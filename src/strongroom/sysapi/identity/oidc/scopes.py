"""`identity/oidc/scope`: what clients may ask about an entity.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/oidc-provider#create-or-update-a-scope
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.names import check_segment_name
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.oidc import OPENID, OidcScope, references, rows, templates
from strongroom.sysapi.context import SystemEngine, system


class ScopeBody(Body, frozen=True):
    """A scope's settings.  Settings that aren't given stay."""

    template: Annotated[
        str | None, Doc(description="The claims of the scope: a JSON object with values of the entity, or its base64.")
    ] = None
    description: Annotated[str | None, Doc(description="A text for people.")] = None


class ScopePaths(SystemEngine):
    """`oidc/scope` and below."""

    @path.list_("oidc/scope")
    async def list_oidc_scopes(self, request: Request) -> Response | None:
        """Lists the names of all scopes."""
        view = system(request)
        names = await view.txn.list(rows.folder(view.namespace.id, rows.SCOPES))
        return Response(data={"keys": names}) if names else None

    @path.read("oidc/scope/{name}")
    async def read_oidc_scope(self, request: Request, name: str) -> Response | None:
        """Reads a scope."""
        view = system(request)
        scope = await view.txn.read(rows.named(view.namespace.id, rows.SCOPES, name), OidcScope)
        if scope is None:
            return None
        return Response(data={"description": scope.description, "template": scope.template})

    async def oidc_scope_exists(self, request: Request, name: str) -> bool:
        """Whether there is a scope of that name."""
        view = system(request)
        return await view.txn.read(rows.named(view.namespace.id, rows.SCOPES, name), OidcScope) is not None

    @path.write("oidc/scope/{name}", exists="oidc_scope_exists")
    async def write_oidc_scope(self, request: Request, name: str, body: ScopeBody) -> Response | None:
        """Creates a scope or changes the given settings."""
        check_segment_name(name)
        if name == OPENID:
            raise InvalidRequest(f'the "{OPENID}" scope name is reserved')
        view = system(request)
        row = rows.named(view.namespace.id, rows.SCOPES, name)
        scope = await view.txn.read(row, OidcScope) or OidcScope()
        given: dict[str, Any] = {}
        if body.template is not None:
            given["template"] = templates.checked(body.template)
        if body.description is not None:
            limits.check_name("description", body.description)
            given["description"] = body.description
        view.txn.write(row, msgspec.structs.replace(scope, **given))
        return None

    @path.delete("oidc/scope/{name}")
    async def delete_oidc_scope(self, request: Request, name: str) -> Response | None:
        """Deletes a scope that no provider supports."""
        view = system(request)
        await references.refuse(view.txn, view.namespace.id, rows.SCOPES, name, rows.PROVIDERS)
        view.txn.delete(rows.named(view.namespace.id, rows.SCOPES, name))
        return None
