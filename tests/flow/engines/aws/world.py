"""A server with the engine mounted, which asks the stand-in for AWS."""

from __future__ import annotations

import json
from typing import Any

from strongroom.barrier.transaction import transact
from strongroom.engines.aws import AwsEngine
from strongroom.engines.aws.calls import AwsCalls
from strongroom.services.leases import LeaseRecord
from strongroom.testing import PluginServer, Reply
from tests.sim.aws.faulty import FaultyApi
from tests.sim.aws.moto import ACCOUNT, Moto

SECRET_KEY = "canary-secret-of-root"
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}]})
READ_ONLY = f"arn:aws:iam::{ACCOUNT}:policy/ReadOnly"
UNDONE_S = 600
"""After that long, what broke off has been undone for the second time."""


class World:
    """The server, the stand-in, and what is asked of it."""

    def __init__(self, server: PluginServer, api: FaultyApi, moto: Moto) -> None:
        self.server = server
        self.api = api
        self.moto = moto
        self.iam: Any = moto.client("iam")

    @classmethod
    async def start(cls, moto: Moto, *, environment: dict[str, str] | None = None, **config: Any) -> World:
        """With `aws/` mounted and configured."""
        moto.client("iam").create_policy(PolicyName="ReadOnly", PolicyDocument=DOCUMENT)
        api = FaultyApi()
        calls = AwsCalls(api, environment=environment or {})
        world = cls(await PluginServer.start(lambda: AwsEngine(calls=calls)), api, moto)
        given = {
            "access_key": "AKIAADMIN",
            "secret_key": SECRET_KEY,
            "iam_endpoint": moto.url,
            "sts_endpoint": moto.url,
        }
        await world.ok("POST", "aws/config/root", {**given, **config})
        return world

    async def ok(self, verb: str, path: str, body: Any = None, **options: Any) -> Reply:
        """One request that has to succeed."""
        return await self.server.ok(verb, path, body, **options)

    async def ask(self, verb: str, path: str, body: Any = None, **options: Any) -> Reply:
        """One request."""
        return await self.server.ask(verb, path, body, **options)

    async def role(self, name: str = "app", **fields: Any) -> None:
        """A role; of users who may read all, unless told otherwise."""
        given = fields or {"credential_type": "iam_user", "policy_arns": READ_ONLY}
        await self.ok("POST", f"aws/roles/{name}", given)

    async def revoke(self, lease_id: str) -> None:
        """End a lease, and see to it that its end is done."""
        self.server.clock.advance(400)  # a user of a younger lease isn't taken for gone
        await self.ok("POST", "sys/leases/revoke", {"lease_id": lease_id})
        await self.server.work()

    def users(self) -> set[str]:
        """The names of all users of AWS."""
        return {user["UserName"] for user in self.iam.list_users()["Users"]}

    async def leases(self) -> list[str]:
        """The leases of a role that are in the store."""
        found = await self.ask("LIST", "sys/leases/lookup/aws/creds/app")
        return found.data["keys"] if found.status == 200 else []

    async def record(self, lease_id: str) -> LeaseRecord:
        """A lease as it is stored."""
        services = self.server.services
        found = await transact(services.barrier, lambda txn: services.leases.read(txn, lease_id))
        assert found is not None, lease_id
        return found
