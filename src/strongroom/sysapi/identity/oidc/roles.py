"""`identity/oidc/role`: kinds of identity tokens.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/tokens#create-or-update-a-role
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import base62
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc, Duration
from strongroom.sdk.names import check_segment_name
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.oidc import OidcRole, references, rows, templates
from strongroom.sysapi.context import SystemEngine, system

_CLIENT_ID_CHARACTERS = 26


class RoleBody(Body, frozen=True):
    """A role's settings.  Settings that aren't given stay."""

    key: Annotated[str | None, Doc(description="Name of the key that signs the tokens.")] = None
    template: Annotated[
        str | None,
        Doc(description="More claims of the tokens: a JSON object with values of the entity, or its base64."),
    ] = None
    client_id: Annotated[str | None, Doc(description="The `aud` of the tokens. A random one by default.")] = None
    ttl: Annotated[Duration | None, Doc(description="How long the tokens are valid. A day by default.")] = None


class RolePaths(SystemEngine):
    """`oidc/role` and below."""

    @path.list_("oidc/role")
    async def list_oidc_roles(self, request: Request) -> Response | None:
        """Lists the names of all roles."""
        view = system(request)
        names = await view.txn.list(rows.folder(view.namespace.id, rows.ROLES))
        return Response(data={"keys": names}) if names else None

    @path.read("oidc/role/{name}")
    async def read_oidc_role(self, request: Request, name: str) -> Response | None:
        """Reads a role's settings."""
        view = system(request)
        role = await view.txn.read(rows.named(view.namespace.id, rows.ROLES, name), OidcRole)
        if role is None:
            return None
        return Response(
            data={"client_id": role.client_id, "key": role.key, "template": role.template, "ttl": role.ttl_s}
        )

    async def oidc_role_exists(self, request: Request, name: str) -> bool:
        """Whether there is a role of that name."""
        view = system(request)
        return await view.txn.read(rows.named(view.namespace.id, rows.ROLES, name), OidcRole) is not None

    @path.write("oidc/role/{name}", exists="oidc_role_exists")
    async def write_oidc_role(self, request: Request, name: str, body: RoleBody) -> Response | None:
        """Creates a role or changes the given settings."""
        check_segment_name(name)
        view = system(request)
        namespace, row = view.namespace.id, rows.named(view.namespace.id, rows.ROLES, name)
        before = await view.txn.read(row, OidcRole)
        role = _changed(before or OidcRole(name=name, key="", client_id=""), body)
        if not role.key:
            raise InvalidRequest("the key parameter is required")
        if not role.client_id:
            random = view.services.random
            made = view.txn.once("oidc role's client id", lambda: base62(random, _CLIENT_ID_CHARACTERS))
            role = msgspec.structs.replace(role, client_id=made)
        key = await view.services.oidc.keys.ready(view.txn, namespace, role.key, request.now)
        if key is None:
            raise InvalidRequest(f'cannot find key "{role.key}"')
        if role.ttl_s > key.verification_ttl_s:
            raise InvalidRequest(
                "a role's token ttl cannot be longer than the verification_ttl of the key it references"
            )
        view.txn.write(row, role)
        had = [before.key] if before is not None else []
        references.move(view.txn, namespace, rows.KEYS, had, [role.key], by=rows.ROLES, name=name)
        return None

    @path.delete("oidc/role/{name}")
    async def delete_oidc_role(self, request: Request, name: str) -> Response | None:
        """Deletes a role. Its tokens stay valid."""
        view = system(request)
        row = rows.named(view.namespace.id, rows.ROLES, name)
        role = await view.txn.read(row, OidcRole)
        if role is not None:
            view.txn.delete(row)
            references.move(view.txn, view.namespace.id, rows.KEYS, [role.key], [], by=rows.ROLES, name=name)
        return None


def _changed(role: OidcRole, body: RoleBody) -> OidcRole:
    given: dict[str, Any] = {}
    if body.key is not None:
        given["key"] = body.key
    if body.template is not None:
        given["template"] = templates.checked(body.template)
    if body.client_id is not None:
        limits.check_name("client_id", body.client_id)
        given["client_id"] = body.client_id
    if body.ttl is not None:
        given["ttl_s"] = body.ttl
    return msgspec.structs.replace(role, **given)
