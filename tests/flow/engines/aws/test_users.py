"""Users of IAM: made for a lease, and gone with it."""

from __future__ import annotations

from tests.flow.engines.aws.world import DOCUMENT, READ_ONLY, World
from tests.sim.aws.moto import ACCOUNT, Moto


async def test_a_user_lives_as_long_as_its_lease(moto: Moto) -> None:
    """It has the role's policies, groups, tags, path and boundary; its key works; with the lease it is gone."""
    world = await World.start(moto)
    world.iam.create_group(GroupName="staff")
    await world.role(
        "app",
        credential_type="iam_user",
        policy_arns=[READ_ONLY],
        policy_document=DOCUMENT,
        iam_groups="staff",
        iam_tags={"team": "web"},
        user_path="/vault/",
        permissions_boundary_arn=READ_ONLY,
    )
    await world.ok("POST", "aws/config/lease", {"lease": "30m", "lease_max": "12h"})
    found = await world.ok("GET", "aws/creds/app")
    assert found.lease_id.startswith("aws/creds/app/")
    assert (found.body["lease_duration"], found.body["renewable"]) == (1800, True)
    data = found.data
    assert data["session_token"] is None
    assert data["security_token"] is None
    (name,) = world.users()
    assert name.startswith("vault-token-app-")
    assert len(name) <= 64
    keys = (data["access_key"], data["secret_key"], None)
    caller = moto.client("sts", keys).get_caller_identity()
    assert caller["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/vault/{name}"
    user = world.iam.get_user(UserName=name)["User"]
    assert user["Path"] == "/vault/"
    assert world.api.parameters("CreateUser")["PermissionsBoundary"] == READ_ONLY  # which the stand-in doesn't show
    assert {"Key": "team", "Value": "web"} in user["Tags"]
    assert world.iam.list_attached_user_policies(UserName=name)["AttachedPolicies"][0]["PolicyArn"] == READ_ONLY
    assert world.iam.list_user_policies(UserName=name)["PolicyNames"] == ["app"]
    assert world.iam.list_groups_for_user(UserName=name)["Groups"][0]["GroupName"] == "staff"
    renewed = await world.ok("POST", "sys/leases/renew", {"lease_id": found.lease_id, "increment": 7200})
    assert renewed.body["lease_duration"] == 7200
    await world.revoke(found.lease_id)
    assert world.users() == set()
    assert await world.leases() == []
