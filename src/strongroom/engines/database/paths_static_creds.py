"""`static-creds`: the credentials of static roles; and what is due for them.

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases#get-static-credentials
"""

from __future__ import annotations

from strongroom.engines.database.connections import connection_named
from strongroom.engines.database.rotating import of_static, static_row
from strongroom.engines.database.sessions import Sessions
from strongroom.engines.database.settings import may_use
from strongroom.engines.database.static_records import STATIC_ROLES, StaticRole
from strongroom.engines.database.static_roles import creds, reads_rotate
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.sdk import Request, Response, path
from strongroom.sdk.rotation import do_what_is_due, note, rotate, settle

NONE_YET = "no credential is known yet: it comes with the first rotation"
UNSETTLED = "the password is just being changed, and the database doesn't tell which one counts: "
NOT_ROTATED = "the password could not be rotated, so others may know it: "


class StaticCredsPaths:
    """`static-creds`"""

    sessions: Sessions

    @path.read("static-creds/{name}")
    async def read_static_creds(self, request: Request, name: str) -> Response:
        """Reads the credential of a static role."""
        role = await request.view.read(STATIC_ROLES + name, StaticRole)
        if role is None:
            raise InvalidRequest(f"unknown role: {name}")
        reached = await connection_named(request.view, role.db_name)
        if not may_use(name, reached.connection):
            raise InvalidRequest(f'"{name}" is not an allowed role')
        warnings = await self._made_current(request, name, role)
        if not role.account.current:
            raise InvalidRequest(NONE_YET)
        return Response(data=creds(role, request.now), warnings=warnings)

    async def _made_current(self, request: Request, name: str, role: StaticRole) -> list[str]:
        """Find out which password counts, or rotate it, if that is needed.  Returns warnings."""
        pending = request.once("pending", lambda: role.account.pending)
        rotates = request.once("rotates", lambda: reads_rotate(role, request.now))
        version = request.once("version", lambda: role.account.version)
        if not pending and not rotates:
            return []
        reached = await connection_named(request.view, role.db_name)
        rotation = await of_static(request, self.sessions, name, role, reached)
        keep, system, made = rotation.keep, rotation.system, rotation.made
        try:
            if pending:
                request.once.outside("settle", lambda: settle(keep, system, request.now))
            if rotates:
                request.once.outside("rotate", lambda: rotate(keep, system, version, made, request.now))
        except UpstreamFailed as error:
            return [(UNSETTLED if pending else NOT_ROTATED) + error.text]
        return []

    async def static_due(self, request: Request, name: str) -> None:
        """Rotate, finish what has begun, or end a user's grace.  Raises `StrongroomError`, and is called again."""
        role = await request.view.read(STATIC_ROLES + name, StaticRole)
        if role is None:
            return
        try:
            reached = await connection_named(request.view, role.db_name)
            if not may_use(name, reached.connection):
                raise InvalidRequest(f'"{name}" is not an allowed role')
            rotation = await of_static(request, self.sessions, name, role, reached)
        except InvalidRequest as error:
            reason = error
            request.once.outside("note", lambda: note(static_row(request, name, role), reason, request.now))
            raise
        request.once.outside("due", lambda: do_what_is_due(rotation.keep, rotation.system, rotation.made, request.now))
