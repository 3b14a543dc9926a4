"""`config`: connections to databases.

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases#configure-connection
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.database import settings, statements
from strongroom.engines.database.connections import target_of
from strongroom.engines.database.drivers import driver_of
from strongroom.engines.database.records import CONFIG, Connection
from strongroom.engines.database.sessions import Sessions
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest, NotFound, UpstreamFailed
from strongroom.sdk import SECRET, Body, CommaList, Doc, Page, Random, Request, Response, listed, path, replace, uuid4

FAILED = "error creating database object: "
IN_URL = (
    "Password found in connection_url, use a templated url to enable root rotation and prevent read access to password "
    "information."
)
OWN = frozenset(
    {
        *("name", "plugin_name", "plugin_version", "verify_connection", "allowed_roles", "root_rotation_statements"),
        *("password_policy", "username", "password", "username_template", "terminate_sessions"),
    }
)
"""Parameters of the engine; all others are details for the driver."""


class ConfigFields(Body, frozen=True):
    """How a database is reached; what isn't given stays."""

    plugin_name: Annotated[str | None, Doc(description="The kind of database.")] = None
    plugin_version: Annotated[str | None, Doc(description="Only the built-in version, which is empty.")] = None
    verify_connection: Annotated[bool | None, Doc(description="Log in once before it is stored.")] = None
    allowed_roles: Annotated[
        CommaList | None, Doc(description="Names of roles that may use it, or patterns with *. Empty allows none.")
    ] = None
    root_rotation_statements: Annotated[
        list[str] | None, Doc(description="Statements that change the password of the user by whom users are made.")
    ] = None
    password_policy: Annotated[str | None, Doc(description="The policy that passwords are made by.")] = None
    username_template: Annotated[str | None, Doc(description="The template of user names.")] = None
    username: Annotated[str | None, Doc(description="The user by whom other users are made.")] = None
    password: Annotated[str | None, Doc(description="Their password.", extra=SECRET)] = None
    connection_url: Annotated[
        str | None, Doc(description="The address, with {{username}} and {{password}} where they belong.", extra=SECRET)
    ] = None
    private_key: Annotated[str | None, Doc(description="The key of the client certificate, in PEM.", extra=SECRET)] = (
        None
    )
    tls_certificate_key: Annotated[str | None, Doc(description="Client certificate and key, in PEM.", extra=SECRET)] = (
        None
    )
    pem_bundle: Annotated[str | None, Doc(description="Certificate, key and authorities, in PEM.", extra=SECRET)] = None
    pem_json: Annotated[Any, Doc(description="The same in JSON.", extra=SECRET)] = None
    service_account_json: Annotated[Any, Doc(description="A key for Google's API.", extra=SECRET)] = None


class ConfigPaths:
    """`config`"""

    sessions: Sessions
    random: Random

    async def connection_exists(self, request: Request, name: str) -> bool:
        """Whether there is a connection of that name."""
        return await request.view.read(CONFIG + name, Connection) is not None

    @path.list_("config")
    async def list_config(self, request: Request, body: Page) -> Response:
        """Lists the names of connections."""
        return listed(await request.view.list(CONFIG, after=body.after, limit=body.most))

    @path.read("config/{name}")
    async def read_config(self, request: Request, name: str) -> Response:
        """Reads a connection. Passwords and keys aren't shown."""
        connection = await request.view.read(CONFIG + name, Connection)
        if connection is None:
            raise NotFound
        return Response(data=settings.shown(connection, driver_of(connection.plugin).secret_details))

    @path.write("config/{name}", exists="connection_exists", takes_anything=True)
    async def write_config(self, request: Request, name: str, body: ConfigFields) -> Response | None:
        """Configures a connection, or changes it."""
        before = await request.view.read(CONFIG + name, Connection)
        connection = merged(before, body, request.data)
        id_ = before.id if before else request.once("connection", lambda: uuid4(self.random))
        revision = request.once("revision", lambda: uuid4(self.random))
        connection = replace(connection, id=id_, revision=revision)
        if connection.verify_connection:
            target = target_of(name, connection)
            try:
                request.once.outside(
                    f"verify {before.revision if before else ''}",
                    lambda: self.sessions.once(target, lambda session: session.ping()),
                )
            except UpstreamFailed as error:
                raise InvalidRequest(f"{FAILED}error verifying connection: {error.text}") from error
        request.view.write(CONFIG + name, connection)
        url = connection.details.get("connection_url")
        warned = isinstance(url, str) and settings.has_password(url)
        return Response(warnings=[IN_URL]) if warned else None

    @path.delete("config/{name}")
    async def delete_config(self, request: Request, name: str) -> None:
        """Deletes a connection."""
        request.view.delete(CONFIG + name)

    @path.write("reset/{name}")
    async def reset(self, request: Request, name: str) -> None:
        """Closes the connections to a database, which are made anew when they are needed."""
        connection = await request.view.read(CONFIG + name, Connection)
        if connection is None:
            raise InvalidRequest(f'failed to find entry for connection with name: "{name}"')
        changed = replace(connection, revision=request.once("revision", lambda: uuid4(self.random)))
        request.view.write(CONFIG + name, changed)


def merged(before: Connection | None, body: ConfigFields, data: dict[str, Any]) -> Connection:
    """The connection after a request's changes, without a new id and revision.  Raises `InvalidRequest`.  (p)"""
    plugin = body.plugin_name or (before.plugin if before else "")
    if not plugin:
        raise InvalidRequest("empty plugin name")
    driver = driver_of(plugin)
    given = {name: value for name, value in data.items() if name not in OWN and value is not None}
    details = {**(before.details if before else {}), **given}
    try:
        settings.check_details(details)
        details = driver.check(plugin, details)
    except InvalidRequest as error:
        raise InvalidRequest(FAILED + error.text) from error
    connection = before or Connection(id="", revision="", plugin=plugin)
    changes: dict[str, Any] = {"plugin": plugin, "details": details}
    for name in ("plugin_version", "password_policy", "username_template", "username", "password", "verify_connection"):
        value = getattr(body, name)
        if value is not None:
            changes[name] = value
    if body.allowed_roles is not None:
        limits.check_names("allowed_roles", body.allowed_roles)
        changes["allowed_roles"] = tuple(body.allowed_roles)
    if body.root_rotation_statements is not None:
        statements.check("root_rotation_statements", body.root_rotation_statements)
        changes["root_rotation_statements"] = tuple(body.root_rotation_statements)
    return replace(connection, **changes)
