"""`creds`: new users, and the end of them.

Source: https://developer.hashicorp.com/vault/api-docs/secret/rabbitmq#generate-credentials
"""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec

from strongroom.crypto.mac import sha256
from strongroom.engines.rabbitmq.management import Management
from strongroom.engines.rabbitmq.names import new_name
from strongroom.engines.rabbitmq.plans import SALT_BYTES, Plan, digest_of, plan_of
from strongroom.engines.rabbitmq.records import (
    CONNECTION,
    LEASE,
    ROLES,
    Connection,
    LeaseSettings,
    Role,
    connections,
    former_key,
)
from strongroom.lib.errors import InvalidRequest, Unreachable, UpstreamFailed
from strongroom.sdk import Lease, Made, Request, Response, SystemRandom, base62, check_segment_name, path

NOT_CONFIGURED = "the mount has no connection yet: write config/connection"
_PASSWORD_CHARACTERS = 36


class CredsPaths:
    """`creds`"""

    management: Management

    @path.read("creds/{name}")
    async def read_creds(self, request: Request, name: str) -> Response:
        """Makes a user of the broker, with what the role allows."""
        check_segment_name(name)
        role = await request.view.read(ROLES + name, Role)
        if role is None:
            raise InvalidRequest(f"unknown role: {name}")
        connection = await request.view.read(CONNECTION, Connection)
        if connection is None:
            raise InvalidRequest(NOT_CONFIGURED)
        self.management.breakers.check(connection.uri)
        lease = await request.view.read(LEASE, LeaseSettings) or LeaseSettings()
        user, password = await _new_user(request, connection, name)
        salt = request.once("salt", lambda: SystemRandom().bytes(SALT_BYTES))
        plan = plan_of(role, name, user, connection.uri, digest_of(password, salt))
        if not connection.used:
            request.view.write(CONNECTION, msgspec.structs.replace(connection, used=True))
        return Response(
            data={"username": user, "password": password},
            lease=Lease(
                ttl_s=lease.ttl_s or request.mount.default_lease_ttl_s,
                max_ttl_s=lease.max_ttl_s,
                internal=msgspec.to_builtins(plan),
                planned=True,
                group=f"role/{name}",
                account=user,
                target=former_key(connection.uri),
            ),
        )

    async def make(self, request: Request, lease: dict[str, Any]) -> Made:
        """Make the user.  Raises `UpstreamFailed`; what was made is gone then, or will be."""
        connection = await request.view.read(CONNECTION, Connection)
        plan = msgspec.convert(lease, Plan)
        if connection is None or connection.uri != plan.uri:
            raise UpstreamFailed("the connection has just been changed, ask again")
        request.once.outside(f"rabbitmq: make {_digest(connection)}", partial(self.management.make, connection, plan))
        return Made(internal={"made": True})

    async def renew(self, request: Request, lease: dict[str, Any], increment_s: int) -> int:
        """The time that is asked for, or that of the present settings."""
        settings = await request.view.read(LEASE, LeaseSettings) or LeaseSettings()
        return increment_s or settings.ttl_s

    async def revoke(self, request: Request, lease: dict[str, Any]) -> None:
        """Delete the user, and close its connections.

        It is sought at the present broker, which may be the same by another address, and where it was made.

        Raises: `UpstreamFailed` if it can't be told that it is gone.
        """
        plan = msgspec.convert(lease, Plan)
        known = await connections(request.view, plan.uri)
        if not known:
            raise UpstreamFailed(NOT_CONFIGURED)
        name = "rabbitmq: revoke " + " ".join(map(_digest, known))
        request.once.outside(name, partial(_revoke, self.management, known, plan))


async def _revoke(management: Management, known: list[Connection], plan: Plan) -> None:
    failed: Unreachable | UpstreamFailed | None = None
    for connection in known:
        try:
            if await management.revoke(connection, plan):
                return
        except UpstreamFailed as error:
            failed = error
        else:
            if connection.uri == plan.uri:
                return
    raise failed or UpstreamFailed(f"the user was made at {plan.uri}, which the mount no longer knows")


async def _new_user(request: Request, connection: Connection, role: str) -> tuple[str, str]:
    """A name and a password."""
    display_name = request.client.display_name if request.client is not None else ""
    template = connection.username_template

    def name() -> str:
        return new_name(template, display_name, role, SystemRandom().bytes, request.now)

    user = request.once(f"name by {template!r}", name)
    if connection.password_policy:
        return user, await request.password(connection.password_policy)
    return user, request.once("password", lambda: base62(SystemRandom(), _PASSWORD_CHARACTERS))


def _digest(connection: Connection) -> str:
    return sha256(msgspec.msgpack.encode(connection)).hex()
