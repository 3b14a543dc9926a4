"""`static-role`: accounts whose passwords are kept, and changed from time to time; `rotate-role` does it now.

Source: https://developer.hashicorp.com/vault/api-docs/secret/ldap#static-roles
"""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from strongroom.engines.ldap import asking, owners, static_roles
from strongroom.engines.ldap.names import check_name, listing
from strongroom.engines.ldap.passwords import plain_password
from strongroom.engines.ldap.reaching import Reached, configured
from strongroom.engines.ldap.records import STATIC_ROLES, StaticRole
from strongroom.engines.ldap.static_roles import StaticFields
from strongroom.lib.errors import InvalidRequest, NotFound, StrongroomError, Unreachable
from strongroom.lib.ldap import Directories
from strongroom.sdk import Page, Request, Response, View, path
from strongroom.sdk.rotation import Account, Credential, Kept, Place, Row, do_what_is_due, imported, rotate, wake
from strongroom.sdk.rotation.account import begun

STATIC = "static/"
"""What names of their scheduled work begin with; the role's follows."""
WRONG = "the password doesn't log in, so it isn't taken for the account's"
IGNORED = "password ignored: it doesn't log in"


class StaticRolePaths:
    """`static-role/<name>`, `rotate-role/<name>`"""

    directories: Directories

    async def static_role_known(self, request: Request, name: str) -> bool:
        """Whether there was a static role of that name before this request, which may itself be making it."""
        found = await request.view.read(STATIC_ROLES + check_name(name), StaticRole) is not None
        return request.once("the static role existed", lambda: found)

    @path.list_("static-role")
    async def list_static_roles(self, request: Request, body: Page) -> Response:
        """Lists the static roles."""
        return await listing(request, STATIC_ROLES, "", body)

    @path.list_("static-role/{name*:lower}")
    async def list_static_roles_below(self, request: Request, name: str, body: Page) -> Response:
        """Lists the static roles of a folder."""
        return await listing(request, STATIC_ROLES, name, body)

    @path.read("static-role/{name*:lower}")
    async def read_static_role(self, request: Request, name: str) -> Response:
        """Reads a static role, and how its rotation is going. The password isn't shown."""
        role = await request.view.read(STATIC_ROLES + check_name(name), StaticRole)
        if role is None:
            raise NotFound
        return Response(data=static_roles.shown(role, request.now))

    @path.write("static-role/{name*:lower}", exists="static_role_known")
    async def write_static_role(self, request: Request, name: str, body: StaticFields) -> Response | None:
        """Takes over an account, whose password is changed at once, or changes the static role."""
        existed = await self.static_role_known(request, name)
        before = await request.view.read(STATIC_ROLES + name, StaticRole) if existed else None
        if before is not None:
            return await self._change(request, name, before, body)
        await self._create(request, name, body)
        return None

    @path.delete("static-role/{name*:lower}")
    async def delete_static_role(self, request: Request, name: str) -> None:
        """Deletes a static role. Its account and the password stay as they are."""
        role = await request.view.read(STATIC_ROLES + check_name(name), StaticRole)
        if role is not None:
            _remove(request.view, name, role)
        await request.unschedule(STATIC + name)

    @path.write("rotate-role/{name*:lower}")
    async def rotate_role(self, request: Request, name: str) -> None:
        """Changes the password of a static role now."""
        role = await request.view.read(STATIC_ROLES + check_name(name), StaticRole)
        if role is None:
            raise InvalidRequest(f"role doesn't exist: {name}")
        reached = Reached(request, self.directories, await configured(request.view))
        made = {"password": await plain_password(request, reached.config.password_policy)}
        version = request.once("version", lambda: role.account.version)
        system = reached.system(role.username, role.dn)
        request.once.outside("rotate", lambda: rotate(row_of(request, name), system, version, made, request.now))

    async def static_due(self, request: Request, name: str) -> None:
        """Rotate, or finish what has begun.  Raises `StrongroomError`, and is called again."""
        role = await request.view.read(STATIC_ROLES + name, StaticRole)
        if role is None:
            return
        reached = Reached(request, self.directories, await configured(request.view))
        made = {"password": await plain_password(request, reached.config.password_policy)}
        system = reached.system(role.username, role.dn)
        request.once.outside("due", lambda: do_what_is_due(row_of(request, name), system, made, request.now))

    async def _create(self, request: Request, name: str, body: StaticFields) -> None:
        role, password = static_roles.created(body), body.password or ""
        config = await configured(request.view)
        reached = Reached(request, self.directories, config)
        skips = body.skip_import_rotation
        if skips is None:
            skips = config.skip_static_role_import_rotation
        if skips and not password:
            # Nothing is asked of the directory, where the account may be made later.
            account, owned = imported({}, role.rotation, request.now), owners.owned(role.username, role.dn)
            await _store(request, name, replace(role, account=account, owned=owned), request.view)
            return
        dn = self._found(reached, role)
        role = replace(role, owned=owners.owned(role.username, dn))
        if password:
            given = {"password": password}
            if not request.once.outside("log in", partial(reached.system(role.username, dn).proves, given)):
                raise InvalidRequest(WRONG)
            role = replace(role, account=imported(given, role.rotation, request.now))
        if skips:
            await _store(request, name, role, request.view)
            return
        made = {"password": await plain_password(request, reached.config.password_policy)}

        request.once.outside("create", lambda: _rotated_first(request, name, role, reached, made))

    async def _change(self, request: Request, name: str, before: StaticRole, body: StaticFields) -> Response | None:
        role = static_roles.changed(before, body, request.now)
        warnings: list[str] = []
        if body.password and body.password != role.account.current.get("password"):
            reached = Reached(request, self.directories, await configured(request.view))
            given = {"password": body.password}
            proves = partial(reached.system(role.username, role.dn).proves, given)
            if request.once.outside(f"log in {role.account.version}", proves):
                role = replace(role, account=replace(role.account, current=given))
            else:
                warnings.append(IGNORED)
        if role.dn != before.dn:
            reached = Reached(request, self.directories, await configured(request.view))
            owners.release(request.view, before.owned)
            role = replace(role, owned=owners.owned(role.username, self._found(reached, role)))
        await _store(request, name, role, request.view)
        return Response(warnings=warnings) if warnings else None

    def _found(self, reached: Reached, role: StaticRole) -> str:
        """The DN of a role's account, which is there and may be a role's."""
        accounts = {role.username: role.dn}
        return reached.ask(
            "find", lambda session: asking.owned_dns(session, reached.config, accounts)[role.username], repeats=True
        )


async def _rotated_first(request: Request, name: str, role: StaticRole, reached: Reached, made: Credential) -> None:
    """Store a role, and change its password for the first time.  Without that there is no role."""
    account = begun(role.account, 0, made, request.now)
    await request.view.apart(partial(_begin, request, name, replace(role, account=account)))
    try:
        await rotate(row_of(request, name), reached.system(role.username, role.dn), 0, made, request.now)
    except Unreachable as error:
        text = "the static role is there, and its password is changed when the directory responds again"
        raise Unreachable(f"{error.text}; {text}", detail=error.detail) from error
    except StrongroomError:
        await request.view.apart(partial(_give_up, request, name))
        raise


def row_of(request: Request, name: str) -> Row[StaticRole]:
    """Keeps the passwords of a static role."""
    return Row(
        request=request,
        places=(Place(STATIC_ROLES + name, STATIC + name),),
        type=StaticRole,
        read=lambda role: Kept(role.account, role.rotation),
        write=lambda role, account: replace(role, account=account),
    )


async def _store(request: Request, name: str, role: StaticRole, view: View) -> None:
    await owners.hold(view, STATIC_ROLES + name, role.username, role.owned)
    view.write(STATIC_ROLES + name, role)
    await wake(request, view, STATIC + name, role.account, role.rotation)


async def _begin(request: Request, name: str, role: StaticRole, view: View) -> None:
    if await view.read(STATIC_ROLES + name, StaticRole) is not None:
        raise InvalidRequest(f'the static role "{name}" was made by another request meanwhile')
    await _store(request, name, role, view)


async def _give_up(request: Request, name: str, view: View) -> None:
    """Remove a role whose password the directory refused, if no change may be under way."""
    role = await view.read(STATIC_ROLES + name, StaticRole)
    if role is None or role.account.version or role.account.pending:
        return
    _remove(view, name, role)
    await wake(request, view, STATIC + name, Account(), role.rotation)


def _remove(view: View, name: str, role: StaticRole) -> None:
    view.delete(STATIC_ROLES + name)
    owners.release(view, role.owned)
