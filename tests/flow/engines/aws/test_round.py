"""The whole round against a stand-in that checks signatures and permissions, as AWS does."""

from __future__ import annotations

import json
import time

import botocore.exceptions  # type: ignore[import-untyped]

from tests.flow.engines.aws.world import World
from tests.sim.aws.moto import ACCOUNT, Moto

ALL = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})


async def test_the_whole_round(moto: Moto) -> None:
    """Keys get in while they are in force and no longer: of a user, of a static role, of the root user.

    Nothing is left in AWS but what was there before.
    """
    iam = moto.client("iam")
    for name in ("vault", "ann"):
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=ALL)
    root = iam.create_access_key(UserName="vault")["AccessKey"]
    old_root = (root["AccessKeyId"], root["SecretAccessKey"], None)
    world = await World.start(moto, access_key=old_root[0], secret_key=old_root[1])
    world.server.clock.advance(time.time() - world.server.clock.now())
    await world.role(credential_type="iam_user", policy_document=ALL)
    moto.check_signatures(0)
    try:
        issued = await world.ok("GET", "aws/creds/app")
        keys = (issued.data["access_key"], issued.data["secret_key"], None)
        assert who(moto, keys).startswith("user/vault-token-app-")
        await world.ok("POST", "aws/static-roles/r", {"username": "ann", "rotation_period": 3600})
        first = (await world.ok("GET", "aws/static-creds/r")).data
        assert who(moto, (first["access_key"], first["secret_key"], None)) == "user/ann"
        await world.ok("POST", "aws/config/rotate-root")
        await world.server.work()
        assert who(moto, old_root) == "InvalidClientTokenId"
        await world.ok("POST", "sys/leases/renew", {"lease_id": issued.lease_id})
        await world.revoke(issued.lease_id)
        assert who(moto, keys) == "InvalidClientTokenId"
        for _ in range(2):
            await world.ok("POST", "aws/rotate-role/r")
        assert who(moto, (first["access_key"], first["secret_key"], None)) == "InvalidClientTokenId"
        last = (await world.ok("GET", "aws/static-creds/r")).data
        assert who(moto, (last["access_key"], last["secret_key"], None)) == "user/ann"
        again = {"access_key": old_root[0], "secret_key": old_root[1]}
        assert (await world.ok("POST", "aws/config/root", again)).body["warnings"]
        await world.ok("GET", "aws/creds/app")
        await world.ok("DELETE", "aws/static-roles/r")
        await world.ok("DELETE", "sys/mounts/aws")
        await world.server.work()
    finally:
        moto.check_signatures(10**9)
    assert world.users() == {"vault", "ann"}
    assert last["access_key"] not in json.dumps(iam.list_access_keys(UserName="ann"), default=str)


def who(moto: Moto, keys: tuple[str, str, None]) -> str:
    """Whom AWS takes the owner of a key for, or why it doesn't."""
    try:
        arn: str = moto.client("sts", keys).get_caller_identity()["Arn"]
    except botocore.exceptions.ClientError as error:
        return str(error.response["Error"]["Code"])
    return arn.removeprefix(f"arn:aws:iam::{ACCOUNT}:")
