"""`roles`: what clients may ask certificates for.

Source: https://openbao.org/api-docs/secret/pki/#createupdate-role
"""

from __future__ import annotations

from typing import Annotated

from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.engines.pki.roles.rows import ROLES, role_of
from strongroom.lib.errors import NotFound
from strongroom.sdk import Body, Doc, Page, Request, Response, check_segment_name, listed, path


class RoleFields(Body, frozen=True):
    """A role."""

    allow_any_name: Annotated[bool, Doc(description="Whether any name is allowed.")] = False
    key_type: Annotated[str, Doc(description="The type of keys.")] = "rsa"


class RolePaths:
    """`roles` and `roles/<name>`"""

    @path.list_("roles")
    async def list_roles(self, request: Request, body: Page) -> Response:
        """Lists the names of the roles."""
        return listed(await request.view.list(ROLES, body.after, body.most))

    @path.read("roles/{name}")
    async def read_role(self, request: Request, name: str) -> Response:
        """Reads a role."""
        check_segment_name(name)
        role = await role_of(request.view, name)
        if role is None:
            raise NotFound
        return Response(data={"allow_any_name": role.allow_any_name, "key_type": role.key_type})

    @path.write("roles/{name}")
    async def write_role(self, request: Request, name: str, body: RoleFields) -> Response:
        """Makes or replaces a role."""
        check_segment_name(name)
        role = RoleRecord(allow_any_name=body.allow_any_name, key_type=body.key_type)
        request.view.write(ROLES + name, role)
        return Response(data={"allow_any_name": role.allow_any_name, "key_type": role.key_type})
