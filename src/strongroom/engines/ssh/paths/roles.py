"""`roles`: who gets what.

Source: https://openbao.org/api-docs/secret/ssh/#create-role
"""

from __future__ import annotations

from strongroom.engines.ssh.roles import rows, rules
from strongroom.engines.ssh.roles.fields import RoleFields
from strongroom.lib.errors import NotFound
from strongroom.sdk import Page, Request, Response, check_segment_name, path


class RolePaths:
    """`roles` and `roles/<role>`"""

    @path.list_("roles")
    async def list_roles(self, request: Request, body: Page) -> Response:
        """Lists the names of all roles, and of what type they are."""
        names = await request.view.list(rows.ROLES, after=body.after, limit=body.most)
        found = {name: await rows.role_of(request.view, name) for name in names}
        info = {name: rules.summary(role) for name, role in found.items() if role is not None}
        if not info:
            raise NotFound
        return Response(data={"keys": names, "key_info": info})

    @path.read("roles/{role}")
    async def read_role(self, request: Request, role: str) -> Response:
        """Reads a role."""
        check_segment_name(role)
        record = await rows.role_of(request.view, role)
        if record is None:
            raise NotFound
        return Response(data=rules.shown(record))

    @path.write("roles/{role}")
    async def write_role(self, request: Request, role: str, body: RoleFields) -> Response | None:
        """Creates a role, or replaces it."""
        check_segment_name(role)
        record, warnings = rules.made_of(body)
        rows.keep(request.view, role, record)
        return Response(warnings=warnings) if warnings else None

    @path.delete("roles/{role}")
    async def delete_role(self, request: Request, role: str) -> None:
        """Deletes a role. What it has signed stays valid."""
        check_segment_name(role)
        await rows.remove(request.view, role)
