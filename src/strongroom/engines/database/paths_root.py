"""`rotate-root`: a new password for the user by whom the server manages others, which nobody else has.

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases#rotate-root-credentials
"""

from __future__ import annotations

from typing import Any

from strongroom.engines.database import masking
from strongroom.engines.database.connections import Reached, connection_named
from strongroom.engines.database.records import CONFIG, DRAINING, Connection
from strongroom.engines.database.rotating import ROOT, of_root, root_account, root_row, work_of
from strongroom.engines.database.sessions import Sessions
from strongroom.engines.database.static_users import check_root
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Random, Request, path, replace
from strongroom.sdk.rotation import (
    Account,
    RotationFields,
    RotationSettings,
    do_what_is_due,
    note,
    recovered,
    rescheduled,
    rotate,
    shown_of_root,
    shown_state,
    wake,
)
from strongroom.sdk.rotation import of_root as settings_of_root

UNABLE = "unable to rotate root credentials: "


class RootPaths:
    """`rotate-root`"""

    sessions: Sessions
    random: Random

    @path.write("rotate-root/{name}")
    async def rotate_root(self, request: Request, name: str) -> None:
        """Changes the password of the connection's user to one that nobody knows."""
        reached = await connection_named(request.view, name)
        _check(reached.connection)
        rotation = await of_root(request, self.sessions, reached, self.random)
        version = request.once("version", lambda: reached.connection.root.version)
        request.once.outside(
            "rotate", lambda: rotate(rotation.keep, rotation.system, version, rotation.made, request.now)
        )

    async def root_due(self, request: Request, name: str) -> None:
        """Rotate, or finish what has begun.  Raises `StrongroomError`, and is called again."""
        connection = await request.view.read(CONFIG + name, Connection)
        if connection is not None:
            await self._root_due(request, Reached(name, connection))

    async def drained_root_due(self, request: Request, id_: str) -> None:
        """Finish what had begun when the connection was deleted, so that its users can be dropped.  Raises the same."""
        connection = await request.view.read(DRAINING + id_, Connection)
        if connection is not None:
            await self._root_due(request, Reached(connection.deleted_name, connection))

    async def _root_due(self, request: Request, reached: Reached) -> None:
        try:
            _check(reached.connection)
            rotation = await of_root(request, self.sessions, reached, self.random)
        except InvalidRequest as error:
            reason = error
            request.once.outside("note", lambda: note(root_row(request, reached, self.random), reason, request.now))
            raise
        request.once.outside("due", lambda: do_what_is_due(rotation.keep, rotation.system, rotation.made, request.now))


def _check(connection: Connection) -> None:
    """Raise `InvalidRequest` for a connection whose password can't be changed.  (p)"""
    if not connection.username:
        raise InvalidRequest(f"{UNABLE}no username in configuration")
    if not connection.password:
        raise InvalidRequest(f"{UNABLE}no password in configuration")
    url = connection.details.get("connection_url")
    if isinstance(url, str) and masking.has_password(url):
        raise InvalidRequest(f"{UNABLE}the password is a part of connection_url, which needs {{{{password}}}} instead")


async def configured(
    request: Request,
    name: str,
    before: Connection | None,
    connection: Connection,
    body: RotationFields,
    *,
    adopted: Connection | None,
) -> Connection:
    """A connection that is being written, with the settings of its rotation.

    Args:
        adopted: the deleted connection that it goes on with, whose passwords are still known.

    Raises: `InvalidRequest` for settings that can't be, and for a user that a static role has.
    """
    await check_root(request.view, connection)
    settings_before = before.rotation if before else RotationSettings()
    connection = replace(connection, rotation=settings_of_root(settings_before, body))
    if connection.rotation.automated:
        _check(connection)
    account = _account(before or adopted, connection)
    if connection.rotation != settings_before:
        account = rescheduled(account, connection.rotation, request.now)
    await wake(request, request.view, work_of(ROOT, name), account, connection.rotation)
    return replace(connection, root=account)


def _account(before: Connection | None, connection: Connection) -> Account:
    """What is known of the user of a connection that is being written.  (p)"""
    if before is None or before.username != connection.username:
        return Account(next_rotation_at=0.0 if before is None else before.root.next_rotation_at)
    account = root_account(before)
    given = {"username": connection.username, "password": connection.password}
    return replace(recovered(account, account.current, given), current={})


def shown(connection: Connection, now: float) -> dict[str, Any]:
    """What the configuration tells of the rotation of its password.  (p)"""
    data = shown_state(connection.root, now)
    if connection.rotation != RotationSettings():
        data |= shown_of_root(connection.rotation)
    if connection.skip_static_role_import_rotation:
        data["skip_static_role_import_rotation"] = True
    return data
