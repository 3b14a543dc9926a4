"""`role`: how accounts are made for a time.

Source: https://developer.hashicorp.com/vault/api-docs/secret/ldap#dynamic-roles
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.engines.ldap import templates
from strongroom.engines.ldap.names import check_name, listing
from strongroom.engines.ldap.records import ROLES, DynamicRole
from strongroom.lib.errors import NotFound
from strongroom.sdk import Body, Doc, Duration, Page, Request, Response, SystemRandom, path

_OURS = ("max_leases", "lease_owner")
"""What Vault doesn't have, and is shown if it is set."""
_USUAL = DynamicRole()
_LDIF = ("creation_ldif", "deletion_ldif", "rollback_ldif")


class RoleFields(Body, frozen=True):
    """How accounts are made; what isn't given stays."""

    creation_ldif: Annotated[
        str | None,
        Doc(
            description="The LDIF that makes an account, plain or in base64, with {{.Username}}, {{.Password}}, "
            "{{.DisplayName}}, {{.RoleName}}, {{.IssueTime}} and {{.ExpirationTime}}."
        ),
    ] = None
    deletion_ldif: Annotated[str | None, Doc(description="The LDIF that removes an account.")] = None
    rollback_ldif: Annotated[
        str | None, Doc(description="The LDIF that removes what is left of a failed creation. Default: deletion_ldif.")
    ] = None
    username_template: Annotated[str | None, Doc(description="The template of names of accounts.")] = None
    default_ttl: Annotated[Duration | None, Doc(description="How long an account lives if it isn't renewed.")] = None
    max_ttl: Annotated[Duration | None, Doc(description="How long it lives at the most.")] = None
    max_leases: Annotated[int | None, Doc(description="The most accounts at a time. 0 for no limit.")] = None
    lease_owner: Annotated[
        str | None, Doc(description="`token`: a lease ends with the token. `entity`: only with the token's entity.")
    ] = None


class RolePaths:
    """`role/<name>`"""

    async def role_known(self, request: Request, name: str) -> bool:
        """Whether there is a role of that name."""
        return await request.view.read(ROLES + check_name(name), DynamicRole) is not None

    @path.list_("role")
    async def list_roles(self, request: Request, body: Page) -> Response:
        """Lists the dynamic roles."""
        return await listing(request, ROLES, "", body)

    @path.list_("role/{name*:lower}")
    async def list_roles_below(self, request: Request, name: str, body: Page) -> Response:
        """Lists the dynamic roles of a folder."""
        return await listing(request, ROLES, name, body)

    @path.read("role/{name*:lower}")
    async def read_role(self, request: Request, name: str) -> Response:
        """Reads a dynamic role."""
        role = await request.view.read(ROLES + check_name(name), DynamicRole)
        if role is None:
            raise NotFound
        shown = {field: getattr(role, field) for field in RoleFields.__struct_fields__}
        for field in _OURS:
            if shown[field] == getattr(_USUAL, field):
                del shown[field]
        return Response(data=shown)

    @path.write("role/{name*:lower}", exists="role_known")
    async def write_role(self, request: Request, name: str, body: RoleFields) -> Response | None:
        """Creates a dynamic role, or changes it. Its templates are tried with long names."""
        before = await request.view.read(ROLES + check_name(name), DynamicRole) or DynamicRole()
        given: dict[str, Any] = {
            field: value for field in RoleFields.__struct_fields__ if (value := getattr(body, field)) is not None
        }
        given |= {field: templates.decoded(given[field]) for field in _LDIF if field in given}
        role = msgspec.structs.replace(before, **given)
        warnings = request.once(
            f"check {role!r}", lambda: templates.check(role, name, SystemRandom().bytes, request.now)
        )
        request.view.write(ROLES + name, role)
        return Response(warnings=warnings) if warnings else None

    @path.delete("role/{name*:lower}")
    async def delete_role(self, request: Request, name: str) -> None:
        """Deletes a dynamic role. Accounts that it has made end at their time."""
        request.view.delete(ROLES + check_name(name))
