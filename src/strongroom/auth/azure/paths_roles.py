"""Roles: who gets which token.

Source: https://developer.hashicorp.com/vault/api-docs/auth/azure#create-update-role
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.auth.azure.records import EVERYBODY, ROLES, AzureRole
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import (
    CommaList,
    Doc,
    Duration,
    OldNameOf,
    Page,
    Request,
    Response,
    check_segment_name,
    listed,
    path,
    token_fields,
)
from strongroom.sdk.token_fields import OldTokenFields

BOUND = (
    "bound_service_principal_ids",
    "bound_group_ids",
    "bound_subscription_ids",
    "bound_resource_groups",
    "bound_locations",
    "bound_scale_sets",
)


class RoleFields(OldTokenFields, frozen=True):
    """What a role is made of; what isn't given stays."""

    bound_service_principal_ids: Annotated[
        CommaList | None, Doc(description="Object ids of identities; `*` for any, if groups are bound.")
    ] = None
    bound_group_ids: Annotated[
        CommaList | None, Doc(description="Ids of groups, one of which the identity has to be in.")
    ] = None
    bound_subscription_ids: Annotated[CommaList | None, Doc(description="Subscriptions of resources.")] = None
    bound_resource_groups: Annotated[CommaList | None, Doc(description="Resource groups of resources.")] = None
    bound_locations: Annotated[CommaList | None, Doc(description="Locations of resources.")] = None
    bound_scale_sets: Annotated[CommaList | None, Doc(description="Scale sets of machines.")] = None
    num_uses: Annotated[int | None, Doc(description="Old name of `token_num_uses`."), OldNameOf("token_num_uses")] = (
        None
    )
    period: Annotated[Duration | None, Doc(description="Old name of `token_period`."), OldNameOf("token_period")] = None


class RolePaths:
    """`role/<name>`"""

    async def role_exists(self, request: Request, name: str) -> bool:
        """Whether there is a role of that name."""
        return await role_of(request, name) is not None

    @path.list_("role")
    async def list_roles(self, request: Request, body: Page) -> Response:
        """Lists the names of all roles."""
        names = await request.view.list(ROLES, after=body.after, limit=body.most)
        return listed(names)

    @path.read("role/{name:lower}")
    async def read_role(self, request: Request, name: str) -> Response:
        """Reads a role."""
        role = await role_of(request, name)
        if role is None:
            raise NotFound
        bound: dict[str, Any] = {field: list(getattr(role, field)) for field in BOUND}
        return Response(data={**bound, **token_fields.shown(role.token)})

    @path.write("role/{name:lower}", exists="role_exists")
    async def write_role(self, request: Request, name: str, body: RoleFields) -> Response | None:
        """Creates a role or changes one."""
        role = await role_of(request, name) or AzureRole()
        given: dict[str, Any] = {
            field: tuple(dict.fromkeys(getattr(body, field))) for field in BOUND if getattr(body, field) is not None
        }
        if body.token_period is None and body.period is not None:
            body = msgspec.structs.replace(body, token_period=body.period)
        if body.token_num_uses is None and body.num_uses is not None:
            body = msgspec.structs.replace(body, token_num_uses=body.num_uses)
        role = msgspec.structs.replace(role, **given, token=token_fields.merged(role.token, body))
        warnings = _checked(role)
        if role.token.max_ttl_s > request.mount.max_lease_ttl_s:
            warnings.append(
                "max_ttl is greater than the system or backend mount's maximum TTL value; issued tokens' max TTL value "
                "will be truncated"
            )
        request.view.write(ROLES + name, role)
        return Response(warnings=warnings) if warnings else None

    @path.delete("role/{name:lower}")
    async def delete_role(self, request: Request, name: str) -> None:
        """Deletes a role. Its tokens can't be renewed any more."""
        check_segment_name(name)
        request.view.delete(ROLES + name)


async def role_of(request: Request, name: str) -> AzureRole | None:
    """The role of a name."""
    check_segment_name(name)
    return await request.view.read(ROLES + name, AzureRole)


def _checked(role: AzureRole) -> list[str]:
    """Warnings about a role.  Raises `InvalidRequest` for one that binds nobody."""
    for field in BOUND:
        limits.check_names(field, getattr(role, field))
        if "" in getattr(role, field):
            raise InvalidRequest(f"an item of {field} is empty")
    if not any(getattr(role, field) for field in BOUND):
        raise InvalidRequest("must have at least one bound constraint when creating/updating a role")
    nobody = [bound in {(), (EVERYBODY,)} for bound in (role.bound_service_principal_ids, role.bound_group_ids)]
    if all(nobody):
        return [
            "nobody can log in: expected specific bound_group_ids or bound_service_principal_ids; both cannot be empty "
            "or '*'"
        ]
    return []
