"""`config`, `reset` and `reload`: connections to databases.

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases#configure-connection
"""

from __future__ import annotations

from typing import Any

from strongroom.engines.database import draining, masking, settings, static_users, usernames
from strongroom.engines.database.config_fields import ConfigFields
from strongroom.engines.database.connections import connection_named
from strongroom.engines.database.near_placeholders import placeholder_warnings
from strongroom.engines.database.paths_root import configured, shown
from strongroom.engines.database.records import CONFIG, DRAINING, Connection
from strongroom.engines.database.rotating import ROOT, work_of
from strongroom.engines.database.sessions import Sessions
from strongroom.engines.database.verification import PASSWORD_IGNORED, verified
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest, NotFound, UpstreamFailed
from strongroom.sdk import (
    Page,
    Random,
    Request,
    Response,
    check_segment_name,
    listed,
    near_miss,
    path,
    replace,
    uuid4,
)

MOST_NAME_BYTES = 256
FAILED = "error creating database object: "
NESTED = ": what a read shows in connection_details is written beside the other parameters, not in an object"
IN_URL = (
    "Password found in connection_url, use a templated url to enable root rotation and prevent read access to password "
    "information."
)


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
        hidden = self.sessions.driver_of(connection.plugin).secret_details
        return Response(data={**settings.shown(connection, hidden), **shown(connection, request.now)})

    @path.write("config/{name}", exists="connection_exists", takes_anything=True, event="database/config-write")
    async def write_config(self, request: Request, name: str, body: ConfigFields) -> Response | None:
        """Configures a connection, or changes it. It is stored if the user could log in."""
        check_segment_name(name)
        limits.check_name("the name of a connection", name, MOST_NAME_BYTES)
        if request.data.get("name") not in (None, "", name):
            raise InvalidRequest('the field "name" names something else than the path does')
        before = await request.view.read(CONFIG + name, Connection)
        connection = self._merged(before, body, request.data)
        adopted: Connection | None = None
        if before is None:
            adopted = await draining.adopted(request.view, name, connection)
            if adopted is not None:
                request.view.delete(DRAINING + adopted.id)
            new_id = request.once("connection", lambda: uuid4(self.random))
            connection = replace(connection, id=adopted.id if adopted else new_id)
        try:
            connection, kept = verified(request, self.sessions, name, before or adopted, connection)
        except UpstreamFailed as error:
            raise InvalidRequest(f"{FAILED}error verifying connection: {error.text}") from error
        connection = await configured(request, name, before, connection, body, adopted=adopted)
        self._store(request, name, connection)
        warnings = [PASSWORD_IGNORED] if kept else []
        warnings += await _likely_mistakes(request, connection)
        if connection.username_template:
            most = usernames.longest(self.sessions.driver_of(connection.plugin))
            warnings += usernames.warnings_of(connection.username_template, most)
        url = connection.details.get("connection_url")
        if isinstance(url, str) and masking.has_password(url):
            warnings.append(IN_URL)
        if ignored := settings.ignored(connection, request.data):
            warnings.append(f"Endpoint ignored these unrecognized parameters: [{' '.join(ignored)}]")
            warnings += near_miss.suggestions(ignored, settings.known() - request.data.keys())
        return Response(warnings=warnings) if warnings else None

    @path.delete("config/{name}", event="database/config-delete")
    async def delete_config(self, request: Request, name: str) -> Response | None:
        """Deletes a connection. While users of it live, it is kept to drop them, and nobody gets new ones."""
        connection = await request.view.read(CONFIG + name, Connection)
        await request.unschedule(work_of(ROOT, name))
        count = await draining.delete(request, name, connection) if connection is not None else 0
        warnings = [f"the connection drains: it is kept until its {count} live users are dropped"] if count else []
        if connection is not None and (left := await static_users.roles_of(request.view, name)):
            warnings.append(
                f"passwords aren't rotated any more, until there is a connection of that name: static roles {left}"
            )
        return Response(warnings=warnings) if warnings else None

    @path.list_("draining")
    async def list_draining(self, request: Request) -> Response:
        """Lists connections that were deleted while users of them live."""
        ids = await request.view.list(DRAINING)
        found: dict[str, Any] = {}
        for id_ in ids:
            connection = await request.view.read(DRAINING + id_, Connection)
            if connection is not None:
                count = await draining.live(request.view, id_)
                found[id_] = {"name": connection.deleted_name, "state": "draining", "live": count}
        if not found:
            raise NotFound
        return Response(data={"keys": list(found), "key_info": found})

    @path.delete("draining/{id}", sudo=True)
    async def forget_draining(self, request: Request, id: str) -> None:  # noqa: A002 - the path's parameter
        """Forgets a deleted connection at once. Users of it stay in the database, and their leases can't end."""
        request.view.delete(DRAINING + id)

    @path.write("reset/{name}", event="database/reset")
    async def reset(self, request: Request, name: str) -> None:
        """Closes the connections to a database, in all processes. They are made anew when they are needed."""
        reached = await connection_named(request.view, name)
        self._store(request, name, reached.connection)

    @path.write("reload/{plugin}", event="database/reload")
    async def reload(self, request: Request, plugin: str) -> Response:
        """Closes the connections to all databases of a kind, as `reset` does for one."""
        found = []
        for name in await request.view.list(CONFIG):
            connection = await request.view.read(CONFIG + name, Connection)
            if connection is not None and connection.plugin == plugin:
                self._store(request, name, connection)
                found.append(name)
        return Response(data={"connections": found, "count": len(found)})

    def _store(self, request: Request, name: str, connection: Connection) -> None:
        """Store a connection with another revision, so that no process goes on with what it had."""
        revision = request.once("revision", lambda: uuid4(self.random))
        request.view.write(CONFIG + name, replace(connection, revision=revision))

    def _merged(self, before: Connection | None, body: ConfigFields, data: dict[str, Any]) -> Connection:
        """The connection after a request's changes.  Raises `InvalidRequest`."""
        plugin = body.plugin_name or (before.plugin if before else "")
        if not plugin:
            raise InvalidRequest("empty plugin name")
        driver = self.sessions.driver_of(plugin)
        try:
            return settings.merged(before, plugin, driver, body, data)
        except InvalidRequest as error:
            hint = NESTED if isinstance(data.get("connection_details"), dict) else ""
            raise InvalidRequest(FAILED + error.text + hint) from error


async def _likely_mistakes(request: Request, connection: Connection) -> list[str]:
    """What may be stored, and is found out only when a password is made."""
    told = placeholder_warnings({"root_rotation_statements": connection.root_rotation_statements})
    try:
        await request.view.password_policy(connection.password_policy)
    except InvalidRequest as error:
        told.append(f"no passwords can be made until that is changed: {error.text}")
    return told
