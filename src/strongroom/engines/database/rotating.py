"""How users of a database have their passwords rotated: those of static roles, and the server's own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from strongroom.engines.database.connections import Reached, target_of
from strongroom.engines.database.driver import Credential as Login
from strongroom.engines.database.driver import Session
from strongroom.engines.database.records import CONFIG, DRAINING, ROTATED, Connection
from strongroom.engines.database.sessions import Key, Sessions
from strongroom.engines.database.statements import decoded
from strongroom.engines.database.static_records import STATIC_ROLES, StaticRole
from strongroom.engines.database.static_roles import next_username
from strongroom.sdk import Random, Request, SystemRandom, replace, uuid4
from strongroom.sdk.rotation import Account, Credential, Keep, Kept, Place, Row, System

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rotation:
    """All that a rotation needs."""

    keep: Keep
    system: System
    made: Credential
    """The candidate, if none is stored."""

    def __repr__(self) -> str:
        return "Rotation(…)"


STATIC = "static"
ROOT = "root"
DRAINED = "drained-root"
"""Kinds of scheduled work; the name of the role or the connection follows, or the id of a deleted connection."""


class Database:
    """A connection, asked while no transaction is open."""

    def __init__(self, request: Request, sessions: Sessions, reached: Reached) -> None:
        connection = reached.connection
        self._sessions = sessions
        self._key = Key(request.mount.id, connection.id, connection.revision)
        self._target = target_of(reached.name, connection)

    async def use(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Do some work with a session."""
        return await self._sessions.use(self._key, self._target, work)

    async def logs_in(self, credential: Credential) -> bool:
        """Whether a user can log in."""
        return await self.use(lambda session: session.logs_in(credential["username"], _login(credential)))

    async def admits_any(self, credential: Credential) -> bool:
        """Whether a user can log in by a wrong password, as from an address that the database trusts."""
        return await self.logs_in({**credential, "password": uuid4(SystemRandom())})

    async def change(self, credential: Credential, statements: tuple[str, ...]) -> None:
        """Give a user another password."""
        await self.use(lambda session: session.change(credential["username"], _login(credential), decoded(statements)))


def _login(credential: Credential) -> Login:
    return Login(password=credential["password"])


async def of_static(request: Request, sessions: Sessions, name: str, role: StaticRole, reached: Reached) -> Rotation:
    """What rotations of a static role need.  Raises `InvalidRequest` if there is no such password policy."""
    database = Database(request, sessions, reached)
    pair = len(role.usernames) > 1
    policy = policy_of(role, reached.connection)
    unknown = await request.password(policy, name="unknown") if pair else ""

    async def change(candidate: Credential, account: Account) -> Credential | None:
        await database.change(candidate, role.rotation_statements)
        return None

    async def end(previous: Credential) -> None:
        await database.change({**previous, "password": unknown}, role.rotation_statements)  # which nobody is told

    system = System(
        change=change,
        proves=database.logs_in,
        admits_any=database.admits_any,
        end=end if pair else None,
        grace_s=role.grace_s if pair else 0,
        cuts=not pair,
    )
    made = {"username": next_username(role), "password": await request.password(policy)}
    return Rotation(static_row(request, name, role), system, made)


def policy_of(role: StaticRole, connection: Connection) -> str:
    """The name of the policy of a role's passwords; empty for the usual one.  (p)"""
    return str(role.credential_config.get("password_policy") or connection.password_policy)


def work_of(kind: str, name: str) -> str:
    """The name of scheduled work.  (p)"""
    return f"{kind}/{name}"


def static_row(request: Request, name: str, role: StaticRole) -> Row[StaticRole]:
    """Keeps the account of a static role, as long as the role has the same users."""

    def read(now: StaticRole) -> Kept | None:
        # A role that was made anew under this name may be another user's, and has other clients.
        same = (now.db_name, now.usernames) == (role.db_name, role.usernames)
        return Kept(now.account, now.rotation) if same else None

    return Row(
        request=request,
        places=(Place(STATIC_ROLES + name, work_of(STATIC, name)),),
        type=StaticRole,
        read=read,
        write=lambda now, account: replace(now, account=account),
        event=request.event("database/rotate", f"static-roles/{name}", name=name),
    )


async def of_root(request: Request, sessions: Sessions, reached: Reached, random: Random) -> Rotation:
    """What rotations of the server's own user need.  Raises `InvalidRequest` if there is no such password policy."""
    database, connection = Database(request, sessions, reached), reached.connection

    async def change(candidate: Credential, account: Account) -> Credential | None:
        await database.change(candidate, connection.root_rotation_statements)
        return None

    made = {"username": connection.username, "password": await request.password(connection.password_policy)}
    system = System(change=change, proves=database.logs_in, admits_any=database.admits_any, has_to_log_in=True)
    return Rotation(root_row(request, reached, random), system, made)


def root_row(request: Request, reached: Reached, random: Random) -> Row[Connection]:
    """Keeps the account of the server's own user, as long as the connection is the same."""
    id_ = reached.connection.id

    def read(connection: Connection) -> Kept | None:
        same = connection.id == id_ and connection.username == reached.connection.username
        return Kept(root_account(connection), connection.rotation) if same else None

    return Row(
        request=request,
        places=(
            Place(CONFIG + reached.name, work_of(ROOT, reached.name)),
            # It was deleted meanwhile, and users of it live: without its password nobody could drop them.
            Place(DRAINING + id_, work_of(DRAINED, id_)),
        ),
        type=Connection,
        read=read,
        write=lambda connection, account: with_root(connection, account, uuid4(random)),
        event=request.event("database/root-rotate", f"config/{reached.name}", name=reached.name),
    )


def root_account(connection: Connection) -> Account:
    """What is known of the server's own user.  (p)"""
    current = {"username": connection.username, "password": connection.password} if connection.password else {}
    return replace(connection.root, current=current)


def with_root(connection: Connection, account: Account, revision: str) -> Connection:
    """The connection with another account.  A new password is another revision, so that its pool is renewed.  (p)"""
    password = account.current.get("password", "")
    changed = replace(connection, root=replace(account, current={}))
    if password == connection.password:
        return changed
    return replace(changed, password=password, password_origin=ROTATED, revision=revision)
