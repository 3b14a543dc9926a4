"""Roles of the mount.

Source: https://developer.hashicorp.com/vault/api-docs/auth/approle#create-update-approle
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from strongroom.auth.approle import expiry, roles
from strongroom.auth.approle.fields import RoleFields, merged, shown, warnings_of, without_nulls
from strongroom.auth.approle.records import Role
from strongroom.sdk import (
    Body,
    Doc,
    InvalidRequest,
    NotFound,
    Page,
    Random,
    Request,
    Response,
    UnsupportedPath,
    listed,
    path,
)


class RoleIdFields(Body, frozen=True):
    """A role's id."""

    role_id: Annotated[str, Doc(description="The role id, unique in the mount.")] = ""


class RolePaths:
    """`role`, `role/<name>` and `role/<name>/role-id`"""

    random: Random

    async def role_exists(self, request: Request, role_name: str) -> bool:
        """Whether there is a role of that name."""
        return await roles.by_name(request, role_name) is not None

    @path.list_("role", repeatable=True)
    async def list_roles(self, request: Request, body: Page) -> Response:
        """Lists the names of all roles."""
        names = await request.view.list(roles.NAMES, after=body.after, limit=body.most)
        return listed(names)

    @path.read("role/{role_name:lower}", repeatable=True)
    async def read_role(self, request: Request, role_name: str) -> Response:
        """Reads a role's settings."""
        role = await roles.by_name(request, role_name)
        if role is None:
            raise NotFound
        return Response(data=shown(role))

    @path.write("role/{role_name:lower}", exists="role_exists")
    async def write_role(self, request: Request, role_name: str, body: RoleFields) -> Response | None:
        """Creates a role or changes one."""
        body = without_nulls(body, request.data)
        before = await roles.by_name(request, role_name)
        role = merged(before or roles.new_role(request, role_name, self.random), body)
        if body.local_secret_ids is not None:
            if before is not None and body.local_secret_ids is not before.local_secret_ids:
                raise InvalidRequest("local_secret_ids can only be modified during role creation")
            role = msgspec.structs.replace(role, local_secret_ids=body.local_secret_ids)
        if body.role_id is not None:
            role = await roles.with_role_id(request, role, body.role_id)
        roles.write(request, before, role)
        warnings = warnings_of(role, request.mount)
        return Response(warnings=warnings) if warnings else None

    @path.delete("role/{role_name:lower}")
    async def delete_role(self, request: Request, role_name: str) -> None:
        """Deletes a role and its secret ids. Tokens of the role live on, but can't be renewed any more."""
        role = await roles.by_name(request, role_name)
        if role is not None:
            roles.delete(request, role)
            await request.schedule(request.now, expiry.OF_ROLE + role.id)

    @path.read("role/{role_name:lower}/role-id", repeatable=True)
    async def read_role_id(self, request: Request, role_name: str) -> Response:
        """Reads a role's id, which logins need."""
        role = await roles.by_name(request, role_name)
        if role is None:
            raise NotFound
        return Response(data={"role_id": role.role_id})

    @path.write("role/{role_name:lower}/role-id")
    async def write_role_id(self, request: Request, role_name: str, body: RoleIdFields) -> None:
        """Changes a role's id. Logins with the old one are refused from then on."""
        role = await existing(request, role_name)
        if not body.role_id.strip():
            raise InvalidRequest("missing role_id")
        roles.write(request, role, await roles.with_role_id(request, role, body.role_id))


async def existing(request: Request, name: str) -> Role:
    """The role of that name.  Raises `UnsupportedPath` if there is none."""
    role = await roles.by_name(request, name)
    if role is None:
        raise UnsupportedPath(f'role "{name}" does not exist')
    return role
