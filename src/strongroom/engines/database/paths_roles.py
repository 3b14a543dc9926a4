"""`roles`: what users are like, and how they are made and dropped.

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases#create-role
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.database import credentials, demands, statements
from strongroom.engines.database.drivers import driver_of
from strongroom.engines.database.paths_static_roles import BOTH
from strongroom.engines.database.records import CONFIG, ROLES, Connection, Role
from strongroom.engines.database.settings import may_use
from strongroom.engines.database.static_records import STATIC_ROLES, StaticRole
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import (
    SECRET,
    Body,
    Doc,
    Duration,
    JsonMap,
    Mount,
    Page,
    Request,
    Response,
    check_segment_name,
    is_segment_name,
    listed,
    path,
    replace,
)

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
    credential_config: Annotated[JsonMap | None, Doc(description="How credentials are made.", extra=SECRET)] = None


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
    async def write_role(self, request: Request, name: str, body: RoleFields) -> Response | None:
        """Creates a role, or changes it."""
        check_segment_name(name)
        if await request.view.read(STATIC_ROLES + name, StaticRole) is not None:
            raise InvalidRequest(BOTH)
        role = await request.view.read(ROLES + name, Role) or Role(db_name="")
        changed = merged(role, body)
        connection = await request.view.read(CONFIG + changed.db_name, Connection)
        if connection is not None:
            demands.check_role(driver_of(connection.plugin), changed)
        request.view.write(ROLES + name, changed)
        warnings = warnings_of(name, changed, body, connection, request.mount)
        return Response(warnings=warnings) if warnings else None

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
    db_name = body.db_name or role.db_name
    if not db_name:
        raise InvalidRequest("database name is required")
    if not is_segment_name(db_name):
        raise InvalidRequest("db_name is no name of a connection")
    if body.credential_type or body.credential_config is not None:
        type_ = body.credential_type or role.credential_type
        before = role.credential_config if type_ == role.credential_type else {}
        given["credential_type"] = type_
        given["credential_config"] = credentials.checked(type_, {**before, **(body.credential_config or {})})
    return replace(role, **given, db_name=db_name)


def warnings_of(name: str, role: Role, body: RoleFields, connection: Connection | None, mount: Mount) -> list[str]:
    """What is likely to be a mistake.  (p)"""
    warnings = []
    if connection is None:
        warnings.append(f'there is no connection "{role.db_name}" yet')
    elif not may_use(name, connection):
        warnings.append(f"the connection \"{role.db_name}\" doesn't allow this role: its allowed_roles don't name it")
    if role.max_ttl_s and role.default_ttl_s > role.max_ttl_s:
        warnings.append("default_ttl is longer than max_ttl, which counts")
    if role.max_ttl_s > mount.max_lease_ttl_s:
        warnings.append(f"max_ttl is longer than the mount's, which counts: {mount.max_lease_ttl_s} seconds")
    if ignored := credentials.unknown(role.credential_type, body.credential_config or {}):
        warnings.append(f"credential_config: nothing reads {', '.join(ignored)}")
    return warnings


def shown(role: Role) -> dict[str, Any]:
    """A role as a response's data.  (p)"""
    config = {name: value for name, value in role.credential_config.items() if name not in credentials.SECRETS}
    return {
        "db_name": role.db_name,
        **{name: list(getattr(role, name)) for name in FIELDS},
        "default_ttl": role.default_ttl_s,
        "max_ttl": role.max_ttl_s,
        "credential_type": role.credential_type,
        **({"credential_config": config} if config else {}),
    }
