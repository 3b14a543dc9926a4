"""`static-roles`: users of a database whose credentials are kept and rotated.

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases#create-static-role
"""

from __future__ import annotations

from functools import partial

from strongroom.engines.database import credentials, static_users
from strongroom.engines.database.connections import Reached, connection_named
from strongroom.engines.database.near_placeholders import placeholder_warnings
from strongroom.engines.database.records import ROLES, Connection, Role
from strongroom.engines.database.rotating import STATIC, Database, of_static, policy_of, work_of
from strongroom.engines.database.sessions import Sessions
from strongroom.engines.database.settings import may_use
from strongroom.engines.database.static_records import STATIC_ROLES, StaticRole, StaticUser, static_user_key
from strongroom.engines.database.static_roles import (
    StaticFields,
    check_type,
    merged,
    same_place,
    settings_changed,
    shown,
)
from strongroom.lib.errors import InvalidRequest, NotFound, StrongroomError, Unreachable
from strongroom.sdk import Page, Request, Response, View, check_segment_name, listed, path, replace
from strongroom.sdk.rotation import Credential, begun, imported, recovered, rescheduled, rotate, wake

BOTH = "Role and Static Role names must be unique"
WRONG = "the password doesn't log in, so it isn't taken for the user's"
LATER = "the static role is there, and its password is changed when the database responds again"
IGNORED = "password ignored: it doesn't log in, and the one that is kept here does"


class StaticRolePaths:
    """`static-roles`"""

    sessions: Sessions

    async def static_role_exists(self, request: Request, name: str) -> bool:
        """Whether there was a static role of that name before this request, which may itself be making it."""
        found = await request.view.read(STATIC_ROLES + name, StaticRole) is not None
        return request.once("the static role existed", lambda: found)

    @path.list_("static-roles")
    async def list_static_roles(self, request: Request, body: Page) -> Response:
        """Lists the names of static roles."""
        return listed(await request.view.list(STATIC_ROLES, after=body.after, limit=body.most))

    @path.read("static-roles/{name}")
    async def read_static_role(self, request: Request, name: str) -> Response:
        """Reads a static role, and how its rotation is going. The credential isn't shown."""
        role = await request.view.read(STATIC_ROLES + name, StaticRole)
        if role is None:
            raise NotFound
        return Response(data=shown(role, request.now))

    @path.write("static-roles/{name}", exists="static_role_exists", event="database/static-role-{operation}")
    async def write_static_role(self, request: Request, name: str, body: StaticFields) -> Response | None:
        """Takes over a user, whose password is changed at once, or changes the static role."""
        check_segment_name(name)
        if await request.view.read(ROLES + name, Role) is not None:
            raise InvalidRequest(BOTH)
        creates = not await self.static_role_exists(request, name)
        before = None if creates else await request.view.read(STATIC_ROLES + name, StaticRole)
        db_name = body.db_name or (before.db_name if before else "")
        if not db_name:
            raise InvalidRequest("database name is a required field")
        role = merged(before, body, skips=False)
        reached = await self._allowed(request.view, name, role)
        if before is None and body.skip_import_rotation is None:
            role = replace(role, skip_import_rotation=reached.connection.skip_static_role_import_rotation)
        ignored = credentials.unknown(role.credential_type, body.credential_config or {})
        warnings = placeholder_warnings({"rotation_statements": role.rotation_statements})
        warnings += [f"credential_config: nothing reads {', '.join(ignored)}"] if ignored else []
        password = body.password or body.self_managed_password or ""
        if before is None:
            await self._create(request, name, role, reached, password)
            return Response(warnings=warnings) if warnings else None
        role, more = _with_password(request, role, Database(request, self.sessions, reached), password)
        return await self._change(request, name, before, role, warnings + more)

    @path.delete("static-roles/{name}", event="database/static-role-delete")
    async def delete_static_role(self, request: Request, name: str) -> None:
        """Deletes a static role. Its user and the password stay as they are."""
        role = await request.view.read(STATIC_ROLES + name, StaticRole)
        if role is not None:
            _remove(request.view, name, role)
        await request.unschedule(work_of(STATIC, name))

    @path.write("rotate-role/{name}")
    async def rotate_role(self, request: Request, name: str) -> None:
        """Changes the password of a static role now."""
        role = await request.view.read(STATIC_ROLES + name, StaticRole)
        if role is None:
            raise InvalidRequest("no static role found for role name")
        await self._rotate(request, name, role)

    async def _allowed(self, view: View, name: str, role: StaticRole) -> Reached:
        """The connection of a role that may have it, and whose users are nobody else's."""
        reached = await connection_named(view, role.db_name)
        if not may_use(name, reached.connection):
            raise InvalidRequest(f'"{name}" is not an allowed role')
        check_type(role, self.sessions.driver_of(reached.connection.plugin))
        await static_users.check(view, name, role, reached.connection)
        await view.password_policy(policy_of(role, reached.connection))
        return reached

    async def _rotate(self, request: Request, name: str, role: StaticRole) -> None:
        reached = await connection_named(request.view, role.db_name)
        if not may_use(name, reached.connection):
            raise InvalidRequest(f'"{name}" is not an allowed role')
        rotation = await of_static(request, self.sessions, name, role, reached)
        version = request.once("version", lambda: role.account.version)
        request.once.outside(
            "rotate", lambda: rotate(rotation.keep, rotation.system, version, rotation.made, request.now)
        )

    async def _create(self, request: Request, name: str, role: StaticRole, reached: Reached, password: str) -> None:
        database = Database(request, self.sessions, reached)
        known = {"username": role.usernames[0], "password": password} if password else {}
        if known and not request.once.outside("log in", partial(database.logs_in, known)):
            raise InvalidRequest(WRONG)
        if role.skip_import_rotation:
            await _store(
                request, request.view, name, replace(role, account=imported(known, role.rotation, request.now))
            )
            return
        # Nothing is stored while the database doesn't respond.  The request begins anew before a password is changed.
        request.once.outside("reach", lambda: database.use(lambda session: session.ping()))
        role = replace(role, account=imported(known, role.rotation, request.now))
        rotation = await of_static(request, self.sessions, name, role, reached)
        begins = replace(role, account=begun(role.account, 0, rotation.made, request.now))

        async def make() -> None:
            await request.view.apart(partial(self._begin, request, name, begins, reached.connection))
            try:
                await rotate(rotation.keep, rotation.system, 0, rotation.made, request.now)
            except Unreachable as error:
                raise Unreachable(f"{error.text}; {LATER}", detail=error.detail) from error
            except StrongroomError:
                await request.view.apart(partial(_give_up, request, name, rotation.made))
                raise

        request.once.outside("create", make)

    async def _begin(self, request: Request, name: str, role: StaticRole, connection: Connection, view: View) -> None:
        """Store a role whose user's password is about to be changed.

        What the request was checked by may have changed since, and a password that is changed all the same would be
        one that nobody keeps, or that two roles do.
        """
        if await view.read(STATIC_ROLES + name, StaticRole) is not None:
            raise InvalidRequest(f'the static role "{name}" was made by another request meanwhile')
        if await view.read(ROLES + name, Role) is not None:
            raise InvalidRequest(BOTH)
        now = (await self._allowed(view, name, role)).connection
        if now.id != connection.id or not same_place(now, connection):
            raise InvalidRequest(f'the connection "{role.db_name}" was changed by another request meanwhile')
        await _store(request, view, name, role)

    async def _change(
        self, request: Request, name: str, before: StaticRole, role: StaticRole, warnings: list[str]
    ) -> Response | None:
        account = role.account
        if settings_changed(before, role):
            account = rescheduled(account, role.rotation, request.now)
        await _store(request, request.view, name, replace(role, account=account))
        return Response(warnings=warnings) if warnings else None


def _with_password(
    request: Request, role: StaticRole, database: Database, password: str
) -> tuple[StaticRole, list[str]]:
    """The role with a password that its user is said to have, if that logs in; and warnings."""
    account = role.account
    if not password or password == account.current.get("password"):
        return role, []
    given = {"username": account.current.get("username", role.usernames[0]), "password": password}
    if request.once.outside(f"log in {account.version}", partial(database.logs_in, given)):
        return replace(role, account=recovered(account, account.current, given)), []
    if not account.current:
        raise InvalidRequest(WRONG)
    return role, [IGNORED]


async def _store(request: Request, view: View, name: str, role: StaticRole) -> None:
    view.write(STATIC_ROLES + name, role)
    for username in role.usernames:
        view.write(static_user_key(username, name), StaticUser(db_name=role.db_name))
    await wake(request, view, work_of(STATIC, name), role.account, role.rotation)


async def _give_up(request: Request, name: str, refused: Credential, view: View) -> None:
    """Remove a role whose user the database refused, if no change may be under way."""
    role = await view.read(STATIC_ROLES + name, StaticRole)
    if role is None or refused not in role.account.former or role.account.version or role.account.pending:
        return
    _remove(view, name, role)
    schedule = view.schedule(request.mount.id)
    work = await schedule.read(work_of(STATIC, name))
    if work is not None:
        schedule.remove(work)


def _remove(view: View, name: str, role: StaticRole) -> None:
    view.delete(STATIC_ROLES + name)
    for username in role.usernames:
        view.delete(static_user_key(username, name))
