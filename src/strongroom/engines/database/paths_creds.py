"""`creds`: users made on request.

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases#generate-credentials
"""

from __future__ import annotations

from typing import Any

from strongroom.engines.database import draining, usernames
from strongroom.engines.database.connections import connection_named, connection_of_lease
from strongroom.engines.database.credentials import Maker
from strongroom.engines.database.driver import Account
from strongroom.engines.database.issued import Issued, forgotten, issued_of, kept, user_key
from strongroom.engines.database.records import CONFIG, ROLES, Connection, Role, User
from strongroom.engines.database.sessions import Sessions
from strongroom.engines.database.settings import may_use
from strongroom.engines.database.statements import decoded
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Lease, Made, Mount, Random, Request, Response, View, path

MARGIN_S = 5
"""How much later than its lease a user's time in the database is over, because the lease begins a little later."""


class CredsPaths:
    """`creds`"""

    sessions: Sessions
    random: Random

    @path.read("creds/{name}")
    async def read_creds(self, request: Request, name: str) -> Response:
        """Makes a user of a role, which is dropped when its lease ends."""
        role = await request.view.read(ROLES + name, Role)
        if role is None:
            raise InvalidRequest(f"unknown role: {name}")
        reached = await connection_named(request.view, role.db_name)
        if not may_use(name, reached.connection):
            raise InvalidRequest(f'"{name}" is not an allowed role')
        group, reuse = f"role/{name}", f"{role.revision} {reached.connection.id}" if role.reuse else ""
        if reuse and (again := await request.reusable(group, reuse)) is not None:
            return again
        self.sessions.check(reached.key(request))
        issued, shown = await self._planned(request, name, role, reached.connection)
        key = user_key(issued.connection_id, issued.username)
        if await request.view.read(key, User) is not None:
            raise InvalidRequest(f'a user "{issued.username}" exists already: username_template needs `random`')
        request.view.write(key, User(role=name, planned_at=request.now))
        lease = Lease(
            ttl_s=role.default_ttl_s or request.mount.default_lease_ttl_s,
            max_ttl_s=role.max_ttl_s,
            internal=kept(issued),
            planned=True,
            group=group,
            ceiling=role.max_leases,
            account=issued.username,
            owner=role.lease_owner,
            reuse=reuse,
            target=issued.connection_id,
        )
        return Response(data={"username": issued.username, **shown}, lease=lease)

    async def _planned(
        self, request: Request, name: str, role: Role, connection: Connection
    ) -> tuple[Issued, dict[str, str]]:
        """A user to be made, and what is shown of its credential."""
        driver = self.sessions.driver_of(connection.plugin)
        if role.credential_type not in driver.credential_types:
            raise InvalidRequest(f'unsupported credential_type: "{role.credential_type}"')
        ttl_s, most_s = times_of(role, request.mount)
        expires_at = request.now + ttl_s + MARGIN_S
        template = connection.username_template or driver.username_template(connection.plugin)
        values = {"DisplayName": request.client.display_name if request.client else "", "RoleName": name}
        username = request.once(
            f"username {connection.revision}",
            lambda: usernames.new_name(template, values, self.random, request.now, usernames.longest(driver)),
        )
        maker = Maker(role.credential_type, role.credential_config, connection.password_policy, self.random)
        issuance = await maker.make(request, username, values, expires_at)
        issued = Issued(
            connection=role.db_name,
            connection_id=connection.id,
            role=name,
            username=username,
            planned_at=request.now,
            expires_at=expires_at,
            default_ttl_s=ttl_s,
            max_ttl_s=most_s,
            credential=issuance.credential,
            creation=decoded(role.creation_statements),
            rollback=decoded(role.rollback_statements),
            renewal=decoded(role.renew_statements),
            revocation=decoded(role.revocation_statements),
        )
        return issued, issuance.shown

    async def make(self, request: Request, lease: dict[str, Any]) -> Made:
        """Make the user of a lease."""
        issued = issued_of(lease)
        reached = await connection_of_lease(request.view, issued.connection, issued.connection_id)
        account = Account(issued.username, issued.credential, issued.expires_at)
        reached.ask(
            request,
            self.sessions,
            f"create {issued.username}",
            lambda session: session.create(account, issued.creation, issued.rollback),
            repeats=False,  # the user is there by now
        )
        request.emit("database/creds-create", f"creds/{issued.role}", name=issued.role)
        return Made(internal=forgotten(issued))

    async def renew(self, request: Request, lease: dict[str, Any], increment_s: int) -> int:
        """Extend the time of a user in the database."""
        issued = issued_of(lease)
        role = await request.view.read(ROLES + issued.role, Role)
        wanted_s = increment_s or (role.default_ttl_s if role else 0) or issued.default_ttl_s
        left_s = issued.planned_at + issued.max_ttl_s - request.now
        expires_at = request.now + max(0, min(wanted_s, left_s)) + MARGIN_S
        reached = await connection_of_lease(request.view, issued.connection, issued.connection_id)
        account = Account(issued.username, issued.credential, expires_at)
        counts = role is not None and await _counts(request.view, role, issued, reached.connection)
        statements = decoded(role.renew_statements) if role is not None and counts else issued.renewal
        reached.ask(
            request,
            self.sessions,
            f"renew {issued.username}",
            lambda session: session.renew(account, statements),
        )
        return wanted_s

    async def revoke(self, request: Request, lease: dict[str, Any]) -> None:
        """Drop the user of a lease."""
        issued = issued_of(lease)
        role = await request.view.read(ROLES + issued.role, Role)
        reached = await connection_of_lease(request.view, issued.connection, issued.connection_id)
        # As the role says by now: who has mended its statements wants users revoked by the new ones.
        counts = role is not None and await _counts(request.view, role, issued, reached.connection)
        statements = decoded(role.revocation_statements) if role is not None and counts else issued.revocation
        reached.ask(
            request,
            self.sessions,
            f"drop {issued.username}",
            lambda session: session.drop(issued.username, statements),
        )
        request.view.delete(user_key(issued.connection_id, issued.username))
        await draining.soon(request, issued.connection_id)


def times_of(role: Role, mount: Mount) -> tuple[int, int]:
    """How long a lease of a role lasts, and how long at the most, in seconds.  (p)"""
    ttl_s = role.default_ttl_s or mount.default_lease_ttl_s
    most_s = min((s for s in (role.max_ttl_s, mount.max_lease_ttl_s) if s), default=ttl_s)
    return min(ttl_s, most_s), most_s


async def _counts(view: View, role: Role, issued: Issued, connection: Connection) -> bool:
    """Whether the statements that a role has now may be carried out for a user that was made by it.

    Not those of a role for another database, and not those of one that the connection doesn't allow any more: whoever
    writes that role has no business there.
    """
    if role.db_name != issued.connection or not may_use(issued.role, connection):
        return False
    present = await view.read(CONFIG + issued.connection, Connection)
    return present is None or present.id == issued.connection_id
