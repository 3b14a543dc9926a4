"""`roles`: how users are made and dropped.

Source: https://github.com/hashicorp/vault/blob/v0.7.3/website/source/docs/secrets/mysql/index.html.md
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.database import statements
from strongroom.engines.one_database.kinds import Kind, check_lengths
from strongroom.engines.one_database.records import ROLES, SqlRole
from strongroom.sdk import Body, Doc, InvalidRequest, NotFound, Page, Request, Response, listed, path


class PlainRoleFields(Body, frozen=True):
    """How users are made and dropped."""

    sql: Annotated[
        str, Doc(description="Statements that make a user, by {{name}}, {{password}} and {{expiration}}.")
    ] = ""
    revocation_sql: Annotated[str, Doc(description="Statements that drop a user, instead of the usual ones.")] = ""


class MeasuredRoleFields(PlainRoleFields, frozen=True):
    """The same, and how long the parts of a user's name are."""

    username_length: Annotated[int, Doc(description="Characters of a user's name.")] = 16
    rolename_length: Annotated[int, Doc(description="Characters of the role's name within it.")] = 4
    displayname_length: Annotated[int, Doc(description="Characters of the token's display name within it.")] = 4


class RolePaths:
    """`roles`, without what is written to a role: that depends on the kind."""

    kind: Kind

    @path.list_("roles")
    async def list_roles(self, request: Request, body: Page) -> Response:
        """Lists the names of roles."""
        return listed(await request.view.list(ROLES, after=body.after, limit=body.most))

    @path.read("roles/{name}")
    async def read_role(self, request: Request, name: str) -> Response:
        """Reads a role."""
        role = await request.view.read(ROLES + name, SqlRole)
        if role is None:
            raise NotFound
        shown: dict[str, Any] = {"sql": role.sql, "revocation_sql": role.revocation_sql}
        if self.kind.lengths:
            for each in ("username_length", "rolename_length", "displayname_length"):
                shown[each] = getattr(role, each)
        return Response(data=shown)

    @path.delete("roles/{name}")
    async def delete_role(self, request: Request, name: str) -> None:
        """Deletes a role. Its users stay until their leases end."""
        request.view.delete(ROLES + name)


class PlainRolePaths:
    """Roles of PostgreSQL."""

    @path.write("roles/{name}")
    async def write_role(self, request: Request, name: str, body: PlainRoleFields) -> None:
        """Creates or replaces a role."""
        request.view.write(ROLES + name, checked(SqlRole(sql=body.sql, revocation_sql=body.revocation_sql)))


class MeasuredRolePaths:
    """Roles of MySQL."""

    @path.write("roles/{name}")
    async def write_role(self, request: Request, name: str, body: MeasuredRoleFields) -> None:
        """Creates or replaces a role."""
        role = checked(
            SqlRole(
                sql=body.sql,
                revocation_sql=body.revocation_sql,
                username_length=body.username_length,
                rolename_length=body.rolename_length,
                displayname_length=body.displayname_length,
            )
        )
        check_lengths(role)
        request.view.write(ROLES + name, role)


def checked(role: SqlRole) -> SqlRole:
    """The role.  Raises `InvalidRequest` for one without statements, or with more than can be kept."""
    if not statements.decoded([role.sql]):
        raise InvalidRequest("sql parameter must be supplied")
    for name in ("sql", "revocation_sql"):
        statements.check(name, [getattr(role, name)])
    return role
