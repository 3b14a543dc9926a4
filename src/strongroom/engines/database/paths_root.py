"""`rotate-root`: a new password for the user by whom the server manages others, which nobody else has.

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases#rotate-root-credentials
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from strongroom.engines.database import settings
from strongroom.engines.database.connections import connection_named, target_of
from strongroom.engines.database.driver import Credential
from strongroom.engines.database.records import CONFIG, ROTATED, SUPPLIED, Connection
from strongroom.engines.database.rotating import ROOT, of_root, root_account
from strongroom.engines.database.sessions import Sessions
from strongroom.engines.database.static_users import check_root
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.sdk import Random, Request, path, replace
from strongroom.sdk.rotation import (
    Account,
    RotationFields,
    RotationSettings,
    do_what_is_due,
    recovered,
    rescheduled,
    rotate,
    shown_of_root,
    shown_state,
    wake,
)
from strongroom.sdk.rotation import of_root as settings_of_root

KEPT = "password ignored: it doesn't log in, so the one that rotate-root has made stays"
UNSURE = "password ignored: rotate-root has made another one, and the database doesn't tell which one logs in: "
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
        if await request.view.read(CONFIG + name, Connection) is None:
            return
        reached = await connection_named(request.view, name)
        _check(reached.connection)
        rotation = await of_root(request, self.sessions, reached, self.random)
        request.once.outside("due", lambda: do_what_is_due(rotation.keep, rotation.system, rotation.made, request.now))


def _check(connection: Connection) -> None:
    """Raise `InvalidRequest` for a connection whose password can't be changed.  (p)"""
    if not connection.username:
        raise InvalidRequest(f"{UNABLE}no username in configuration")
    if not connection.password:
        raise InvalidRequest(f"{UNABLE}no password in configuration")
    url = connection.details.get("connection_url")
    if isinstance(url, str) and settings.has_password(url):
        raise InvalidRequest(f"{UNABLE}the password is a part of connection_url, which needs {{{{password}}}} instead")


@dataclass(frozen=True, slots=True)
class Written:
    """A connection that is being written."""

    name: str
    before: Connection | None
    connection: Connection


async def configured(
    request: Request, sessions: Sessions, written: Written, body: RotationFields
) -> tuple[Connection, list[str]]:
    """The connection with the settings of its rotation, and the password that counts.

    A tool that writes the same configuration again writes the first password, too, and that has been rotated.

    Returns: warnings besides.
    Raises: `InvalidRequest` for settings that can't be, and for a user that a static role has.
    """
    before, connection = written.before, written.connection
    await check_root(request.view, connection)
    connection = replace(connection, rotation=settings_of_root(before.rotation if before else RotationSettings(), body))
    if connection.rotation.automated:
        _check(connection)
    if before is None or before.username != connection.username:
        connection, warnings = replace(connection, password_origin=SUPPLIED, root=Account()), list[str]()
    else:
        connection, warnings = _with_password(request, written.name, sessions, before, connection)
    if before is None or before.rotation != connection.rotation:
        account = rescheduled(connection.root, connection.rotation, request.now)
        connection = replace(connection, root=account)
    await wake(request, request.view, ROOT + written.name, connection.root, connection.rotation)
    return connection, warnings


def _with_password(
    request: Request, name: str, sessions: Sessions, before: Connection, connection: Connection
) -> tuple[Connection, list[str]]:
    given = connection.password
    if given == before.password:
        return connection, []
    ours = replace(connection, password=before.password)
    if before.password_origin == ROTATED:
        target, login = target_of(name, ours), Credential(password=given)
        try:
            taken = request.once.outside(
                f"the password given {before.revision}",
                lambda: sessions.once(target, lambda session: session.logs_in(target.username, login)),
            )
        except UpstreamFailed as error:
            return ours, [UNSURE + error.text]
        if not taken:
            return ours, [KEPT]
    account = recovered(
        root_account(before), root_account(before).current, {"username": before.username, "password": given}
    )
    return replace(connection, password_origin=SUPPLIED, root=replace(account, current={})), []


def shown(connection: Connection, now: float) -> dict[str, Any]:
    """What the configuration tells of the rotation of its password.  (p)"""
    data = shown_state(connection.root, now)
    if connection.rotation != RotationSettings():
        data |= shown_of_root(connection.rotation)
    if connection.skip_static_role_import_rotation:
        data["skip_static_role_import_rotation"] = True
    return data
