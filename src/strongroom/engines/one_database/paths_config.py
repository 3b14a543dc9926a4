"""`config/connection` and `config/lease`.

Source: https://github.com/hashicorp/vault/blob/v0.7.3/website/source/docs/secrets/mysql/index.html.md
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.database.drivers import driver_of
from strongroom.engines.database.masking import without_password
from strongroom.engines.database.sessions import Sessions
from strongroom.engines.one_database import earlier
from strongroom.engines.one_database.asking import target_of
from strongroom.engines.one_database.kinds import Kind, place_of
from strongroom.engines.one_database.records import CONNECTION, LEASE, LeaseTimes, OneConnection
from strongroom.lib.durations import format_duration_s, parse_duration_s
from strongroom.sdk import (
    SECRET,
    Body,
    Doc,
    InvalidRequest,
    NotFound,
    Random,
    Request,
    Response,
    UpstreamFailed,
    path,
    uuid4,
)

OPEN_AT_FIRST = 2


class ConnectionFields(Body, frozen=True):
    """How the database is reached."""

    connection_url: Annotated[str, Doc(description="The address, with user and password.", extra=SECRET)] = ""
    value: Annotated[str, Doc(description="An older name of `connection_url`.", extra=SECRET)] = ""
    verify_connection: Annotated[bool, Doc(description="Log in once before it is stored.")] = True
    max_open_connections: Annotated[
        int, Doc(description="Most connections at once. 0 for two; negative for as many as the server allows itself.")
    ] = 0
    max_idle_connections: Annotated[
        int, Doc(description="Connections that stay open unused. 0 for as many as at once; negative for none.")
    ] = 0


class LeaseFields(Body, frozen=True):
    """How long users live."""

    lease: Annotated[str, Doc(description="Time of a lease, such as `1h`.")] = ""
    lease_max: Annotated[str, Doc(description="Most time of a lease, with its renewals.")] = ""


class ConfigPaths:
    """`config/connection`, `config/lease`"""

    kind: Kind
    sessions: Sessions
    random: Random

    @path.read("config/connection")
    async def read_connection(self, request: Request) -> Response:
        """Reads how the database is reached. The password isn't shown."""
        found = await request.view.read(CONNECTION, OneConnection)
        if found is None:
            raise NotFound
        return Response(
            data={
                "connection_url": _shown(found),
                "max_open_connections": found.max_open_connections,
                "max_idle_connections": found.max_idle_connections,
                "verify_connection": found.verify_connection,
            }
        )

    @path.write("config/connection")
    async def write_connection(self, request: Request, body: ConnectionFields) -> None:
        """Configures how the database is reached."""
        url = body.connection_url or body.value
        if not url:
            raise InvalidRequest("connection_url parameter must be supplied")
        before = await request.view.read(CONNECTION, OneConnection)
        most = body.max_open_connections or OPEN_AT_FIRST
        idle = body.max_idle_connections or most
        place = before.place if before is not None and url == _shown(before) else place_of(url)
        id_ = await earlier.id_at(request.view, before, place)
        connection = OneConnection(
            id=id_ or request.once("id", lambda: uuid4(self.random)),
            place=place,
            revision=request.once("revision", lambda: uuid4(self.random)),
            details=self._details(url, before),
            max_open_connections=most,
            max_idle_connections=idle if most < 0 else min(idle, most),
            verify_connection=body.verify_connection,
        )
        if body.verify_connection:
            target = target_of(self.kind, connection)
            try:
                request.once.outside("verify", lambda: self.sessions.once(target, lambda session: session.ping()))
            except UpstreamFailed as error:
                raise InvalidRequest(f"error validating connection info: {error.text}") from error
        await earlier.replace_by(request, before, connection)

    def _details(self, url: str, before: OneConnection | None) -> dict[str, Any]:
        if before is not None and url == _shown(before):
            return before.details  # what was read is written back, and the password isn't in it
        return driver_of(self.kind.plugin).check(self.kind.plugin, {"connection_url": url})

    @path.read("config/lease")
    async def read_lease(self, request: Request) -> Response:
        """Reads how long users live."""
        found = await request.view.read(LEASE, LeaseTimes)
        if found is None:
            raise NotFound
        return Response(
            data={"lease": format_duration_s(found.lease_s), "lease_max": format_duration_s(found.lease_max_s)}
        )

    @path.write("config/lease")
    async def write_lease(self, request: Request, body: LeaseFields) -> None:
        """Configures how long users live."""
        request.view.write(LEASE, LeaseTimes(lease_s=_seconds(body.lease), lease_max_s=_seconds(body.lease_max)))


def _shown(connection: OneConnection) -> str:
    return without_password(str(connection.details.get("connection_url", "")))


def _seconds(text: str) -> int:
    try:
        seconds = parse_duration_s(text)
    except InvalidRequest as error:
        raise InvalidRequest(f"Invalid lease: {error.text}") from error
    if seconds < 0:
        raise InvalidRequest("Invalid lease: a time can't be negative")
    return seconds
