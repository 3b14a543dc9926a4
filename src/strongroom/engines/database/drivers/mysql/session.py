"""A session: what the engine asks of one server."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial

import msgspec

from strongroom.engines.database.driver import CLIENT_CERTIFICATE, PASSWORD, Account, Credential, Statements, Target
from strongroom.engines.database.drivers.mysql import details, dsn, work
from strongroom.engines.database.drivers.mysql.connecting import Held, Limits, Login, connect
from strongroom.engines.database.drivers.mysql.pool import Pool, sizes
from strongroom.engines.database.drivers.mysql.refusals import LoginRefused
from strongroom.engines.database.drivers.mysql.subjects import oneline
from strongroom.lib.errors import Unreachable


class MysqlSession:
    """A pool of connections to one target."""

    def __init__(self, target: Target, limits: Limits | None = None) -> None:
        self._login = msgspec.structs.replace(login_of(target), limits=limits or Limits())
        most, idle = sizes(target.max_open, target.max_idle)
        self.pool = Pool(self._login, most=most, idle=idle, lifetime_s=target.lifetime_s)

    async def ping(self) -> None:
        """Prove that the target's user can log in."""
        await self.pool.run(lambda connection: connection.ping(reconnect=False))

    async def create(self, account: Account, statements: Statements, rollback: Statements) -> None:
        """Make a user.  If that fails half-way, undo by `rollback`, or by dropping it."""
        values = _values(account)
        await self.pool.run(lambda connection: work.create(connection, values, statements, rollback))

    async def renew(self, account: Account, statements: Statements) -> None:
        """Nothing, without statements: the server keeps no times."""
        if statements:
            values = _values(account)
            await self.pool.run(lambda connection: work.run(connection, values, statements))

    async def drop(self, username: str, statements: Statements) -> None:
        """Remove a user, and end its sessions.  A user that isn't there counts as removed."""
        await self.pool.run(lambda connection: work.drop(connection, username, statements))

    async def change(self, username: str, credential: Credential, statements: Statements) -> None:
        """Give an existing user another credential."""
        if statements:
            values = _values(Account(username, credential, 0.0))
            await self.pool.run(lambda connection: work.run(connection, values, statements))
            return
        if credential.type == CLIENT_CERTIFICATE:
            subject = oneline(credential.subject)
            await self.pool.run(lambda connection: work.change_subject(connection, username, subject))
            return
        if credential.type != PASSWORD:
            raise work.refused()
        own = username == self._login.user
        await self.pool.run(lambda connection: work.change_password(connection, username, credential.password, own=own))

    async def logs_in(self, username: str, credential: Credential) -> bool:
        """Whether a user can log in by a password.  Raises `Unreachable` if that can't be told."""
        if credential.type != PASSWORD:
            raise Unreachable("whether a certificate logs in can't be told without its key")
        source = self._login
        return await self.pool.run_apart(
            partial(_logs_in, msgspec.structs.replace(source, user=username, password=credential.password, database=""))
        )

    async def close(self) -> None:
        """Close all connections.  Calls that are under way may finish."""
        await self.pool.close()


def login_of(target: Target) -> Login:
    """Who logs in to a target.  Names and passwords are put in the place of what stands for them in its URL."""
    known = target.details
    parsed = dsn.parse(str(known.get("connection_url") or ""))
    user = parsed.user.replace(dsn.USERNAME, target.username) or target.username
    password = str(known.get(details.URL_PASSWORD) or "") or parsed.password.replace(dsn.PASSWORD, target.password)
    return Login(parsed, details.tls_of(known, parsed), user, password or target.password, parsed.database)


def _logs_in(login: Login, held: Held) -> bool:
    try:
        connection = connect(login, held)
    except LoginRefused:
        return False
    connection.close()
    return True


def _values(account: Account) -> Mapping[str, str]:
    """What stands in the place of names in statements."""
    credential = account.credential
    values = {"name": account.username, "username": account.username, "password": credential.password}
    if credential.type == CLIENT_CERTIFICATE:
        values |= {"subject": oneline(credential.subject)}
    elif credential.type != PASSWORD:
        raise work.refused()
    if account.expires_at:
        values["expiration"] = time.strftime("%Y-%m-%d %H:%M:%S+0000", time.gmtime(account.expires_at))
    return values
