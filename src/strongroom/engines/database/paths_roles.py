"""`roles`: what users are like, and how they are made and dropped.

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases#create-role
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.database import statements
from strongroom.engines.database.records import ROLES, Role
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Body, Doc, Duration, JsonMap, Page, Request, Response, listed, path, replace

FIELDS = ("creation_statements", "revocation_statements", "rollback_statements", "renew_statements")


class RoleFields(Body, frozen=True):
    """What a role consists of; what isn't given stays."""

    db_name: Annotated[str | None, Doc(description="Name of the connection.")] = None
    creation_statements: Annotated[list[str] | None, Doc(description="Statements that make a user.")] = None
    revocation_statements: Annotated[
        list[str] | None, Doc(description="Statements that drop a user, instead of the database's usual ones.")
    ] = None
    rollback_statements: Annotated[
        list[str] | None, Doc(description="Statements that undo a user that could not be made.")
    ] = None
    renew_statements: Annotated[
        list[str] | None, Doc(description="Statements that extend a user's time, instead of the usual ones.")
    ] = None
    default_ttl: Annotated[Duration | None, Doc(description="Time of a lease. 0 for the mount's.")] = None
    max_ttl: Annotated[Duration | None, Doc(description="Most time of a lease. 0 for the mount's.")] = None
    credential_type: Annotated[str | None, Doc(description="`password`, `rsa_private_key`, `client_certificate`.")] = (
        None
    )
    credential_config: Annotated[JsonMap | None, Doc(description="How credentials are made.")] = None


class RolePaths:
    """`roles`"""

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

    @path.write("roles/{name}", exists="role_exists")
    async def write_role(self, request: Request, name: str, body: RoleFields) -> None:
        """Creates a role, or changes it."""
        role = await request.view.read(ROLES + name, Role) or Role(db_name="")
        request.view.write(ROLES + name, merged(role, body))

    @path.delete("roles/{name}")
    async def delete_role(self, request: Request, name: str) -> None:
        """Deletes a role. Its users stay until their leases end."""
        request.view.delete(ROLES + name)


def merged(role: Role, body: RoleFields) -> Role:
    """The role after a request's changes.  Raises `InvalidRequest`.  (p)"""
    given: dict[str, Any] = {}
    for name in FIELDS:
        value = getattr(body, name)
        if value is not None:
            statements.check(name, value)
            given[name] = tuple(value)
    if body.default_ttl is not None:
        given["default_ttl_s"] = body.default_ttl
    if body.max_ttl is not None:
        given["max_ttl_s"] = body.max_ttl
    changed = replace(role, **given, db_name=body.db_name or role.db_name)
    if not changed.db_name:
        raise InvalidRequest("database name is required")
    return changed


def shown(role: Role) -> dict[str, Any]:
    """A role as a response's data.  (p)"""
    return {
        "db_name": role.db_name,
        **{name: list(getattr(role, name)) for name in FIELDS},
        "default_ttl": role.default_ttl_s,
        "max_ttl": role.max_ttl_s,
        "credential_type": role.credential_type,
    }
