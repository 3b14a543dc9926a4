"""Sessions of STS: of roles, of federated users, of the root user."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from strongroom.lib.errors import Unreachable
from tests.flow.engines.aws.world import DOCUMENT, READ_ONLY, World
from tests.sim.aws.moto import ACCOUNT, Moto

ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"
OTHER = f"arn:aws:iam::{ACCOUNT}:role/other"


async def test_a_session_of_a_role(moto: Moto) -> None:
    """It has no lease, because nothing could end it; but the time that it lasts, so that agents ask again in time."""
    world = await World.start(moto)
    await world.role(
        credential_type="assumed_role",
        role_arns=ROLE,
        policy_arns=READ_ONLY,
        policy_document=DOCUMENT,
        session_tags={"team": "web"},
        external_id="canary-external",
        max_sts_ttl=900,
    )
    for verb, path in (("GET", "creds"), ("POST", "creds"), ("GET", "sts"), ("PUT", "sts")):
        found = await world.ok(verb, f"aws/{path}/app")
        assert (found.lease_id, found.body["renewable"], found.body["lease_duration"]) == ("", False, 900)
        assert (found.data["ttl"], found.data["revocable"]) == (900, False)
        assert found.data["session_token"] == found.data["security_token"]
        assert found.data["arn"].startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/vault-token-app-")
        keys = (found.data["access_key"], found.data["secret_key"], found.data["session_token"])
        assert moto.client("sts", keys).get_caller_identity()["Arn"] == found.data["arn"]
    said = world.api.parameters("AssumeRole")
    assert said["DurationSeconds"] == "900"
    assert (said["PolicyArns.member.1.arn"], said["Policy"], said["ExternalId"]) == (
        READ_ONLY,
        DOCUMENT.replace(" ", ""),
        "canary-external",
    )
    assert (said["Tags.member.1.Key"], said["Tags.member.1.Value"]) == ("team", "web")


TIMES = [
    ({}, {}, 3600),
    ({"default_sts_ttl": "30m"}, {}, 1800),
    ({"default_sts_ttl": "30m"}, {"ttl": "2h"}, 7200),
    ({"max_sts_ttl": "1h"}, {"ttl": "2h"}, 3600),
    ({}, {"ttl": "100d"}, 2764800),
]


async def test_how_long_a_session_lasts(moto: Moto) -> None:
    """As long as is asked for, or the role says, or an hour; at most as long as the role or the mount allows."""
    world = await World.start(moto)
    for role, wanted, seconds in TIMES:
        await world.ok("DELETE", "aws/roles/app")
        await world.role(credential_type="assumed_role", role_arns=ROLE, **role)
        await world.ask("POST", "aws/sts/app", wanted)
        assert world.api.parameters("AssumeRole")["DurationSeconds"] == str(seconds)


async def test_which_role_is_assumed(moto: Moto) -> None:
    """One of those that are allowed, under the name that is asked for."""
    world = await World.start(moto)
    await world.role(credential_type="assumed_role", role_arns=[ROLE, OTHER])
    refused = await world.ask("GET", "aws/creds/app")
    assert (refused.status, refused.error) == (400, "did not supply a role_arn parameter and unable to determine one")
    refused = await world.ask("POST", "aws/creds/app", {"role_arn": f"{ROLE}x"})
    assert refused.error == f'role_arn "{ROLE}x" not in allowed role arns for Vault role "app"'
    found = await world.ok("GET", f"aws/sts/app?role_arn={OTHER}&role_session_name={'me/' * 30}")
    assert found.data["arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/other/{('me_' * 30)[:64]}"
    assert world.api.actions == ["AssumeRole"]


async def test_a_federated_user(moto: Moto) -> None:
    """It has the role's policies and those of its groups, never all that the root user may do."""
    world = await World.start(moto)
    await world.role(credential_type="federation_token", policy_document=DOCUMENT, iam_groups="staff")
    world.iam.create_group(GroupName="staff")
    world.iam.attach_group_policy(GroupName="staff", PolicyArn=READ_ONLY)
    inline = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
    world.iam.put_group_policy(GroupName="staff", PolicyName="s3", PolicyDocument=json.dumps(inline))
    found = await world.ok("PUT", "aws/sts/app", {"ttl": "15m", "role_session_name": "n" * 60})
    assert (found.lease_id, found.body["lease_duration"]) == ("", 900)
    said = world.api.parameters("GetFederationToken")
    assert said["Name"].startswith("vault-1700000000-")
    assert len(said["Name"]) == 32
    assert said["PolicyArns.member.1.arn"] == READ_ONLY
    statements = json.loads(said["Policy"])["Statement"]
    assert [each["Action"] for each in statements] == ["s3:*", "ec2:*"]
    await world.role("bare", credential_type="federation_token")
    refused = await world.ask("GET", "aws/creds/bare")
    assert (refused.status, "must specify at least one of policy_arns" in refused.error) == (400, True)


async def test_groups_without_policies_do_not_mean_all(moto: Moto) -> None:
    """Somebody takes the last policy away from the group that limits a session: it isn't opened without a limit."""
    world = await World.start(moto)
    await world.role(credential_type="assumed_role", role_arns=ROLE, iam_groups="staff")
    world.iam.create_group(GroupName="staff")
    world.iam.attach_group_policy(GroupName="staff", PolicyArn=READ_ONLY)
    await world.ok("GET", "aws/sts/app")
    assert world.api.parameters("AssumeRole")["PolicyArns.member.1.arn"] == READ_ONLY
    world.iam.detach_group_policy(GroupName="staff", PolicyArn=READ_ONLY)
    refused = await world.ask("GET", "aws/sts/app")
    assert (refused.status, "nothing would limit the session" in refused.error) == (400, True)
    assert world.api.actions.count("AssumeRole") == 1
    await world.role(policy_arns=READ_ONLY)
    await world.ok("GET", "aws/sts/app")


async def test_a_session_of_the_root_user(moto: Moto) -> None:
    """With the code of its MFA device."""
    world = await World.start(moto)
    await world.role(credential_type="session_token", mfa_serial_number="arn:aws:iam::1:mfa/vault", max_sts_ttl="1h")
    found = await world.ok("POST", "aws/creds/app", {"mfa_code": "123456", "ttl": "2h"})
    assert found.body["lease_duration"] == 3600
    assert found.data["session_token"] == found.data["security_token"]
    said = world.api.parameters("GetSessionToken")
    assert (said["SerialNumber"], said["TokenCode"]) == ("arn:aws:iam::1:mfa/vault", "123456")


async def test_what_a_role_cannot_do(moto: Moto) -> None:
    """Asked as the role of the machine, AWS gives no session but another role's, and that for an hour."""
    environment = {"AWS_ACCESS_KEY_ID": "ASIA1", "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "t"}
    world = await World.start(moto, environment=environment, access_key="", secret_key="")
    await world.role("session", credential_type="session_token")
    await world.role("federated", credential_type="federation_token", policy_arns=READ_ONLY)
    for name in ("session", "federated"):
        refused = await world.ask("GET", f"aws/sts/{name}")
        assert (refused.status, "to a role" in refused.error) == (400, True), refused
    await world.role(credential_type="assumed_role", role_arns=ROLE)
    found = await world.ok("POST", "aws/sts/app", {"ttl": "2h"})
    assert found.body["lease_duration"] == 3600
    assert "AWS's limit" in found.body["warnings"][0]
    assert world.api.asked == [("AssumeRole", "ASIA1")]


async def test_another_endpoint_is_asked_when_one_is_silent(moto: Moto) -> None:
    """In the order that is configured, each with requests signed for its own region; not where AWS has refused."""
    fallbacks: dict[str, Any] = {"sts_fallback_endpoints": [moto.url], "sts_fallback_regions": ["eu-west-1"]}
    world = await World.start(moto, sts_endpoint="http://127.0.0.1:1", sts_region="us-east-2", **fallbacks)
    await world.role(credential_type="assumed_role", role_arns=ROLE)
    regions: list[str] = []

    async def note(call: object, key: object, target: object) -> None:
        regions.append(getattr(target, "region"))  # noqa: B009

    world.api.meanwhile = note
    await world.ok("GET", "aws/sts/app")
    assert regions == ["us-east-2", "eu-west-1"]
    for _ in range(3):
        await world.ok("GET", "aws/sts/app")
    regions.clear()
    await world.ok("GET", "aws/sts/app")
    assert regions == ["eu-west-1"]  # nobody waits any more for the one that doesn't answer
    world.api.failing["AssumeRole"] = Unreachable("AWS did not answer in time")
    refused = await world.ask("GET", "aws/sts/app")
    assert (refused.status, refused.error) == (502, "AWS did not answer in time")


async def test_sessions_are_ended_by_a_denial(moto: Moto) -> None:
    """Of the roles of AWS that are meant; a role of another account is told, and so is what makes users."""
    world = await World.start(moto)
    for name in ("deploy", "other"):
        world.iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
    await world.role(credential_type="assumed_role", role_arns=[ROLE, OTHER])
    found = await world.ok("POST", "aws/roles/app/revoke-sessions", {"role_arn": OTHER})
    assert found.data == {"revoked_before": "2023-11-14T22:13:21+00:00", "role_arns": [OTHER]}
    assert world.iam.list_role_policies(RoleName="deploy")["PolicyNames"] == []
    await world.ok("POST", "aws/roles/app/revoke-sessions")
    document = world.iam.get_role_policy(RoleName="deploy", PolicyName="AWSRevokeOlderSessions")["PolicyDocument"]
    (statement,) = (document if isinstance(document, dict) else json.loads(unquote(document)))["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"DateLessThan": {"aws:TokenIssueTime": "2023-11-14T22:13:21Z"}}
    await world.role("far", credential_type="assumed_role", role_arns="arn:aws:iam::210987654321:role/x")
    refused = await world.ask("POST", "aws/roles/far/revoke-sessions")
    assert (refused.status, "another account" in refused.error) == (400, True)
    await world.role("users", credential_type="iam_user", policy_arns=READ_ONLY)
    refused = await world.ask("POST", "aws/roles/users/revoke-sessions")
    assert (refused.status, "sys/leases/revoke-prefix" in refused.error) == (400, True)
