"""`roles`: what users are like, and how they are made and dropped.

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases#create-role
"""

from __future__ import annotations

from strongroom.engines.database import demands
from strongroom.engines.database.paths_static_roles import BOTH
from strongroom.engines.database.records import CONFIG, ROLES, Connection, Role
from strongroom.engines.database.roles import RoleFields, merged, shown, warnings_of
from strongroom.engines.database.sessions import Sessions
from strongroom.engines.database.static_records import STATIC_ROLES, StaticRole
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Page, Random, Request, Response, check_segment_name, listed, path, replace, uuid4

MOST_NAME_BYTES = 256


class RolePaths:
    """`roles`"""

    random: Random
    sessions: Sessions

    async def role_exists(self, request: Request, name: str) -> bool:
        """Whether there is a role of that name."""
        return await request.view.read(ROLES + name, Role) is not None

    @path.list_("roles")
    async def list_roles(self, request: Request, body: Page) -> Response:
        """Lists the names of roles."""
        return listed(await request.view.list(ROLES, after=body.after, limit=body.most))

    @path.read("roles/{name}")
    async def read_role(self, request: Request, name: str) -> Response:
        """Reads a role."""
        role = await request.view.read(ROLES + name, Role)
        if role is None:
            raise NotFound
        return Response(data=shown(role))

    @path.write("roles/{name}", exists="role_exists", event="database/role-{operation}")
    async def write_role(self, request: Request, name: str, body: RoleFields) -> Response | None:
        """Creates a role, or changes it."""
        check_segment_name(name)
        limits.check_name("the name of a role", name, MOST_NAME_BYTES)
        if await request.view.read(STATIC_ROLES + name, StaticRole) is not None:
            raise InvalidRequest(BOTH)
        role = await request.view.read(ROLES + name, Role) or Role(db_name="")
        changed = replace(merged(role, body), revision=request.once("revision", lambda: uuid4(self.random)))
        connection = await request.view.read(CONFIG + changed.db_name, Connection)
        if connection is not None:
            demands.check_role(self.sessions.driver_of(connection.plugin), changed)
        request.view.write(ROLES + name, changed)
        warnings = warnings_of(name, changed, body, connection, request.mount)
        return Response(warnings=warnings) if warnings else None

    @path.delete("roles/{name}", event="database/role-delete")
    async def delete_role(self, request: Request, name: str) -> None:
        """Deletes a role. Its users stay until their leases end."""
        request.view.delete(ROLES + name)
