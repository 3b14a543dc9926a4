"""`creds`: users made on request.

Source: https://github.com/hashicorp/vault/blob/v0.7.3/website/source/docs/secrets/mysql/index.html.md
"""

from __future__ import annotations

from typing import Any

import msgspec

from strongroom.engines.database.driver import Account, Credential
from strongroom.engines.database.sessions import Sessions
from strongroom.engines.database.statements import decoded
from strongroom.engines.one_database import earlier
from strongroom.engines.one_database.asking import ask
from strongroom.engines.one_database.kinds import Kind
from strongroom.engines.one_database.records import (
    CONNECTION,
    LEASE,
    ROLES,
    USERS,
    LeaseTimes,
    MadeUser,
    OneConnection,
    SqlRole,
)
from strongroom.sdk import InvalidRequest, Lease, Made, Random, Request, Response, path, uuid4

NOT_CONFIGURED = "configure the DB connection with config/connection first"
TRIES = 8
"""Names that are tried, if there is a user of the first."""
MARGIN_S = 5
"""How much later than its lease a user's time in the database is over, because the lease begins a little later."""


class OneUser(msgspec.Struct, frozen=True):
    """A user, as its lease keeps it."""

    connection: str
    """Its id."""
    username: str
    role: str
    planned_at: float
    most_s: int
    creation: tuple[str, ...] = ()
    revocation: tuple[str, ...] = ()
    password: str = ""
    """Until the user is made."""
    expires_at: float = 0.0

    def __repr__(self) -> str:
        return f"OneUser({self.username})"


class CredsPaths:
    """`creds`"""

    kind: Kind
    sessions: Sessions
    random: Random

    @path.read("creds/{name}")
    async def read_creds(self, request: Request, name: str) -> Response:
        """Makes a user of a role, which is dropped when its lease ends."""
        role = await request.view.read(ROLES + name, SqlRole)
        if role is None:
            raise InvalidRequest(f"unknown role: {name}")
        connection = await request.view.read(CONNECTION, OneConnection)
        if connection is None:
            raise InvalidRequest(NOT_CONFIGURED)
        times = await request.view.read(LEASE, LeaseTimes) or LeaseTimes()
        ttl_s, most_s = _times(request, times)
        user = OneUser(
            connection=connection.id,
            username=await self._username(request, connection.id, name, role),
            role=name,
            planned_at=request.now,
            most_s=most_s,
            creation=decoded([role.sql]),
            revocation=decoded([role.revocation_sql]),
            password=await request.password(),
            expires_at=request.now + ttl_s + MARGIN_S,
        )
        request.view.write(user_key(user.connection, user.username), MadeUser(role=name, planned_at=request.now))
        return Response(
            data={"username": user.username, "password": user.password},
            lease=Lease(
                ttl_s=ttl_s,
                max_ttl_s=times.lease_max_s,
                internal=msgspec.to_builtins(user),
                planned=True,
                group=f"role/{name}",
                account=user.username,
            ),
        )

    async def _username(self, request: Request, id_: str, name: str, role: SqlRole) -> str:
        display_name = request.client.display_name if request.client else ""
        plain = "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "-" for char in display_name)
        for number in range(TRIES):
            random = request.once(f"name {number}", lambda: uuid4(self.random))
            username = self.kind.name(name, role, plain, random)
            if await request.view.read(user_key(id_, username), MadeUser) is None:
                return username
        raise InvalidRequest("no user name is left that nobody has: raise username_length of the role")

    async def make(self, request: Request, lease: dict[str, Any]) -> Made:
        """Make the user of a lease."""
        user = msgspec.convert(lease, OneUser)
        account = Account(user.username, Credential(password=user.password), user.expires_at)
        await ask(
            request,
            self.kind,
            self.sessions,
            lambda session: session.create(account, user.creation, ()),
            id_=user.connection,
            what=f"create {user.username}",
        )
        return Made(internal={"password": ""})

    async def renew(self, request: Request, lease: dict[str, Any], increment_s: int) -> int:
        """Extend the time of a user in the database."""
        user = msgspec.convert(lease, OneUser)
        times = await request.view.read(LEASE, LeaseTimes) or LeaseTimes()
        wanted_s = increment_s or times.lease_s or request.mount.default_lease_ttl_s
        left_s = max(0, int(user.planned_at + user.most_s - request.now))
        account = Account(user.username, Credential(), request.now + min(wanted_s, left_s) + MARGIN_S)
        await ask(
            request,
            self.kind,
            self.sessions,
            lambda session: session.renew(account, ()),
            id_=user.connection,
            what=f"renew {user.username}",
        )
        return wanted_s

    async def revoke(self, request: Request, lease: dict[str, Any]) -> None:
        """Drop the user of a lease."""
        user = msgspec.convert(lease, OneUser)
        role = await request.view.read(ROLES + user.role, SqlRole)
        # As the role says by now: who has mended its statements wants users dropped by the new ones.
        statements = decoded([role.revocation_sql]) if role is not None else user.revocation
        await ask(
            request,
            self.kind,
            self.sessions,
            lambda session: session.drop(user.username, statements),
            id_=user.connection,
            what=f"drop {user.username}",
        )
        request.view.delete(user_key(user.connection, user.username))
        await earlier.left(request, user.connection)

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Forget a connection whose users have gone."""
        await earlier.look(request, name.removeprefix(earlier.FORGET))


def user_key(id_: str, username: str) -> str:
    """The key of a user's row.  (p)"""
    return f"{USERS}{id_}/{username}"


def _times(request: Request, times: LeaseTimes) -> tuple[int, int]:
    """How long a user lives, and how long at most."""
    most_s = min(filter(None, (times.lease_max_s, request.mount.max_lease_ttl_s)))
    return min(times.lease_s or request.mount.default_lease_ttl_s, most_s), most_s
