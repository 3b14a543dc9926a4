"""`config/rotate-root`: a new password for the mount's own user of the broker.

It is noted before the broker learns of it, and both passwords are tried as long as it isn't known which one counts. So
neither a crash nor an answer that is lost loses the user. One that the broker refuses is given up, so that the next
attempt has another.

Source: docs/adr/0024
"""

from __future__ import annotations

import msgspec

from strongroom.engines.rabbitmq.management import Management
from strongroom.engines.rabbitmq.paths_creds import NOT_CONFIGURED
from strongroom.engines.rabbitmq.records import CONNECTION, Connection
from strongroom.lib.errors import InvalidRequest, Unreachable, UpstreamFailed
from strongroom.sdk import Request, SystemRandom, View, base62, path

_CHARACTERS = 60
_OF_EACH_KIND = "-aA1"
"""What policies ask for."""


class RotationPaths:
    """`config/rotate-root`"""

    management: Management

    @path.write("config/rotate-root")
    async def rotate_root(self, request: Request) -> None:
        """Changes the password of the mount's own user to one that nobody knows."""
        connection = await request.view.read(CONNECTION, Connection)
        if connection is None:
            raise InvalidRequest(NOT_CONFIGURED)
        password = await self._new_password(request, connection)

        async def work() -> str:
            noted = await request.view.apart(lambda view: _note(view, connection, password))
            try:
                await self.management.set_password(noted, noted.next_password)
            except Unreachable:
                raise
            except UpstreamFailed as error:
                if not await self._in_force(request, noted):
                    raise error from error.__cause__
            return noted.next_password

        known = request.once.outside("rabbitmq: rotate", work)
        now = await request.view.read(CONNECTION, Connection)
        if now is None or now.next_password != known:
            raise InvalidRequest("the connection has been changed meanwhile")
        request.view.write(
            CONNECTION,
            msgspec.structs.replace(
                now,
                password=known,
                next_password="",
                former_passwords=now.former_with(now.password),
                rotated_at=request.now,
            ),
        )

    async def _in_force(self, request: Request, noted: Connection) -> bool:
        """Whether the next password counts, though the broker refused it: another attempt may have been before.

        It is given up if one from before is proved by a login.
        """
        try:
            if await self.management.lets_in(noted, noted.next_password):
                return True
            if await self.management.lets_in(noted, noted.password):
                await request.view.apart(lambda view: _give_up(view, noted))
        except UpstreamFailed:
            return False  # it isn't known which one counts
        return False

    async def _new_password(self, request: Request, connection: Connection) -> str:
        if connection.password_policy:
            return await request.password(connection.password_policy, name="root password")
        return request.once("root password", lambda: base62(SystemRandom(), _CHARACTERS) + _OF_EACH_KIND)


async def _note(view: View, connection: Connection, password: str) -> Connection:
    """Store the password that comes next, unless there is one already that the broker may know."""
    now = await view.read(CONNECTION, Connection)
    if now is None or (now.uri, now.username) != (connection.uri, connection.username):
        raise InvalidRequest("the connection has been changed meanwhile")
    if now.next_password:
        return now
    noted = msgspec.structs.replace(now, next_password=password)
    view.write(CONNECTION, noted)
    return noted


async def _give_up(view: View, noted: Connection) -> None:
    now = await view.read(CONNECTION, Connection)
    if now is not None and now.next_password == noted.next_password:
        former = now.former_with(now.next_password)
        view.write(CONNECTION, msgspec.structs.replace(now, next_password="", former_passwords=former))
