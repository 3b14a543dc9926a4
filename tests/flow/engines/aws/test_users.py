"""Users of IAM: made for a lease, and gone with it."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from strongroom.lib.aws import AwsRefused, Call, Credentials, Target
from strongroom.lib.errors import Unreachable
from tests.flow.engines.aws.world import DOCUMENT, READ_ONLY, UNDONE_S, World
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


async def test_a_user_with_a_console_login(moto: Moto) -> None:
    """Is deleted with all that others have attached to it: first its keys are useless, then what is in the way goes."""
    world = await World.start(moto)
    await world.role()
    found = await world.ok("GET", "aws/creds/app")
    (name,) = world.users()
    world.iam.create_login_profile(UserName=name, Password="not-a-real-Passw0rd")
    device = world.iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]["SerialNumber"]
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "123457"}
    world.iam.enable_mfa_device(UserName=name, SerialNumber=device, **codes)
    world.iam.create_access_key(UserName=name)
    world.iam.upload_ssh_public_key(UserName=name, SSHPublicKeyBody="ssh-rsa AAAA")
    world.iam.put_user_policy(UserName=name, PolicyName="more", PolicyDocument=DOCUMENT)
    strict(world, name)
    world.api.asked.clear()
    await world.revoke(found.lease_id)
    assert world.users() == set()
    assert world.iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []
    done = [each for each in world.api.actions if not each.startswith(("Get", "List"))]
    assert done == [
        "UpdateAccessKey",
        "UpdateAccessKey",
        "DeleteUserPolicy",
        "DetachUserPolicy",
        "DeleteAccessKey",
        "DeleteAccessKey",
        "DeleteUser",
        "DeleteLoginProfile",
        "DeactivateMFADevice",
        "DeleteVirtualMFADevice",
        "DeleteSSHPublicKey",
        "DeleteUser",
    ]


def strict(world: World, name: str) -> None:
    """Have AWS refuse to delete a user with logins, as it does and the stand-in doesn't; and know all its actions."""

    async def conflict(call: Call, key: Credentials, target: Target) -> None:
        iam = world.iam
        if call.action == "ListServiceSpecificCredentials":  # which the stand-in doesn't have
            raise AwsRefused(call.action, "AccessDenied", 403)
        if call.action != "DeleteUser":
            return
        with contextlib.suppress(iam.exceptions.NoSuchEntityException):
            iam.get_login_profile(UserName=name)
            raise AwsRefused(call.action, "DeleteConflict", 409)
        attached = (
            iam.list_mfa_devices(UserName=name)["MFADevices"],
            iam.list_ssh_public_keys(UserName=name)["SSHPublicKeys"],
            iam.list_access_keys(UserName=name)["AccessKeyMetadata"],
        )
        if any(attached):
            raise AwsRefused(call.action, "DeleteConflict", 409)

    world.api.meanwhile = conflict


async def test_a_root_user_with_the_permissions_of_vaults_documentation(moto: Moto) -> None:
    """Deletes users as ever; where it lacks a permission to delete one with a login, the error names that.

    Source: https://developer.hashicorp.com/vault/docs/secrets/aws#example-iam-policy-for-vault
    """
    world = await World.start(moto)
    await world.role()
    for action in ("UpdateAccessKey", "DeleteLoginProfile", "ListMFADevices", "ListSigningCertificates"):
        world.api.failing[action] = AwsRefused(action, "AccessDenied", 403)
    first = (await world.ok("GET", "aws/creds/app")).lease_id
    await world.revoke(first)
    assert world.users() == set()
    second = await world.ok("GET", "aws/creds/app")
    (name,) = world.users()
    world.iam.create_login_profile(UserName=name, Password="not-a-real-Passw0rd")
    strict(world, name)
    await world.revoke(second.lease_id)
    assert world.users() == {name}
    assert world.iam.list_access_keys(UserName=name)["AccessKeyMetadata"] == []
    reason = (await world.record(second.lease_id)).last_error
    assert "AWS refused UpdateAccessKey, DeleteLoginProfile" in reason
    world.api.failing.clear()
    world.server.clock.advance(3600)
    await world.server.work()
    assert world.users() == set()


@pytest.mark.parametrize("action", ["CreateUser", "AttachUserPolicy", "CreateAccessKey"])
@pytest.mark.parametrize("lost", [True, False])
async def test_what_breaks_off_leaves_no_user(moto: Moto, action: str, lost: bool) -> None:
    """Whether the request or the answer got lost, the client gets an error, and soon the user is gone."""
    world = await World.start(moto)
    await world.role()
    (world.api.losing if lost else world.api.failing)[action] = Unreachable("AWS did not answer in time")
    refused = await world.ask("GET", "aws/creds/app")
    assert (refused.status, refused.error) == (502, "AWS did not answer in time")
    world.api.losing.clear()
    world.api.failing.clear()
    world.server.clock.advance(UNDONE_S)
    await world.server.work()
    assert world.users() == set()
    world.server.clock.advance(UNDONE_S)
    await world.server.work()
    assert await world.leases() == []


async def test_a_process_that_dies_between_user_and_key_leaves_neither(moto: Moto) -> None:
    """Another process finds the plan, and undoes by it what was made."""
    world = await World.start(moto)
    await world.role()

    async def dies(call: Call, key: Credentials, target: Target) -> None:
        if call.action == "CreateAccessKey":
            raise asyncio.CancelledError

    world.api.meanwhile = dies
    with pytest.raises(asyncio.CancelledError):
        await world.ask("GET", "aws/creds/app")
    assert len(world.users()) == 1
    world.api.meanwhile = None
    other = await world.server.peer()
    for _ in range(2):
        world.server.clock.advance(UNDONE_S)
        await other.work()
    assert world.users() == set()


async def test_a_user_of_the_planned_name_that_is_not_ours_stays(moto: Moto) -> None:
    """Somebody else has made it: the client gets an error, and nothing of it is touched."""
    template = '{{if eq .Type "STS"}}x{{else}}web{{end}}'
    world = await World.start(moto, username_template=template)
    await world.role()
    world.iam.create_user(UserName="web")
    world.iam.create_access_key(UserName="web")
    refused = await world.ask("GET", "aws/creds/app")
    assert (refused.status, refused.error) == (502, "AWS refused CreateUser: EntityAlreadyExists")
    for _ in range(2):
        world.server.clock.advance(UNDONE_S)
        await world.server.work()
    assert world.users() == {"web"}
    assert len(world.iam.list_access_keys(UserName="web")["AccessKeyMetadata"]) == 1
    assert await world.leases() == []


async def test_a_user_that_took_the_name_later_stays(moto: Moto) -> None:
    """The lease's own was deleted by hand, and its name given to another: which has another id."""
    world = await World.start(moto)
    await world.role()
    found = await world.ok("GET", "aws/creds/app")
    (name,) = world.users()
    tags = world.iam.get_user(UserName=name)["User"]["Tags"]
    key = found.data["access_key"]
    world.iam.detach_user_policy(UserName=name, PolicyArn=READ_ONLY)
    world.iam.delete_access_key(UserName=name, AccessKeyId=key)
    world.iam.delete_user(UserName=name)
    world.iam.create_user(UserName=name, Tags=tags)
    await world.revoke(found.lease_id)
    assert world.users() == {name}
    assert await world.leases() == []


async def test_a_user_deleted_by_hand(moto: Moto) -> None:
    """Is revoked; but not in the first minutes, when AWS may not know yet a user that it has just made."""
    world = await World.start(moto)
    await world.role()
    found = await world.ok("GET", "aws/creds/app")
    (name,) = world.users()
    world.api.failing["GetUser"] = AwsRefused("GetUser", "NoSuchEntity", 404)
    await world.ok("POST", "sys/leases/revoke", {"lease_id": found.lease_id})
    await world.server.work()
    assert len(await world.leases()) == 1
    world.api.failing.clear()
    world.server.clock.advance(60)
    await world.server.work()
    assert world.users() == set()
    found = await world.ok("GET", "aws/creds/app")
    (name,) = world.users()
    world.iam.detach_user_policy(UserName=name, PolicyArn=READ_ONLY)
    world.iam.delete_user(UserName=name)
    await world.revoke(found.lease_id)
    assert await world.leases() == []


async def test_a_key_of_another_account_does_not_hide_a_user(moto: Moto) -> None:
    """Where the configured key sees no such user, because it is of another account, the lease stays and says so."""
    world = await World.start(moto)
    await world.role()
    found = await world.ok("GET", "aws/creds/app")
    other = "arn:aws:iam::210987654321:role/vault"
    session = moto.client("sts").assume_role(RoleArn=other, RoleSessionName="test")["Credentials"]
    there = {"access_key": session["AccessKeyId"], "secret_key": session["SecretAccessKey"]}
    await world.ok("POST", "aws/config/root", there)
    await world.revoke(found.lease_id)
    assert len(world.users()) == 1
    reason = (await world.record(found.lease_id)).last_error
    assert f"is in the account {ACCOUNT}; the key in config/root is of 210987654321" in reason


async def test_a_role_and_its_policies_may_go_before_its_leases(moto: Moto) -> None:
    """A lease knows all that its end needs; the mount can be disabled, and takes its users with it."""
    world = await World.start(moto)
    await world.role()
    first = (await world.ok("GET", "aws/creds/app")).lease_id
    await world.ok("GET", "aws/creds/app")
    await world.ok("DELETE", "aws/roles/app")
    await world.revoke(first)
    assert len(world.users()) == 1
    await world.ok("DELETE", "sys/mounts/aws")
    await world.server.work()
    assert world.users() == set()


async def test_a_refused_policy(moto: Moto) -> None:
    """AWS's reason is told by its name, its words stay in the log; the half-made user goes."""
    world = await World.start(moto)
    await world.role(credential_type="iam_user", policy_document='{"Version":"2012-10-17"}')
    refused = await world.ask("GET", "aws/creds/app")
    assert (refused.status, refused.error) == (502, "AWS refused PutUserPolicy: MalformedPolicyDocument")
    world.server.clock.advance(UNDONE_S)
    await world.server.work()
    assert world.users() == set()


async def test_waiting_until_aws_knows_a_key(moto: Moto) -> None:
    """Three times running STS has to take it; if it hasn't in time, the answer warns."""
    world = await World.start(moto)
    await world.role(credential_type="iam_user", policy_arns=READ_ONLY, wait_usable="10s")
    answers = iter([False, True, False, False, True, True, True])

    async def slow(call: Call, key: Credentials, target: Target) -> None:
        if call.action == "GetCallerIdentity" and not next(answers):
            raise AwsRefused(call.action, "InvalidClientTokenId", 403)

    world.api.meanwhile = slow
    found = await world.ok("GET", "aws/creds/app")
    assert found.body["warnings"] is None
    assert world.api.asked[-7:] == [("GetCallerIdentity", found.data["access_key"])] * 7
    assert world.api.pauses == [1.0] * 3
    world.api.meanwhile = None
    world.api.failing["GetCallerIdentity"] = Unreachable("AWS did not answer in time")
    found = await world.ok("GET", "aws/creds/app")
    assert "AWS doesn't know the new key everywhere yet" in found.body["warnings"][0]
    assert len(world.users()) == 2


async def test_endpoints_by_the_environment(moto: Moto) -> None:
    """By the variables that AWS's own programs know, where the mount has none."""
    for environment in (
        {"AWS_ENDPOINT_URL": moto.url},
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_IAM": moto.url, "AWS_ENDPOINT_URL_STS": moto.url},
    ):
        moto.reset()
        world = await World.start(moto, environment=environment, iam_endpoint="", sts_endpoint="")
        await world.role()
        await world.ok("GET", "aws/creds/app")
        assert len(world.users()) == 1


async def test_a_lease_is_found_by_its_role_and_the_name_of_its_user(moto: Moto) -> None:
    """Both are kept with it."""
    world = await World.start(moto)
    await world.role()
    record = await world.record((await world.ok("GET", "aws/creds/app")).lease_id)
    assert (record.group, {record.account}) == ("role/app", world.users())


async def test_how_many_users_and_whose(moto: Moto) -> None:
    """A role may bound them, let an entity have one, and let it outlive the token; all of that for users alone."""
    world = await World.start(moto)
    await world.role(credential_type="iam_user", policy_arns=READ_ONLY, max_leases=2, reuse=True, lease_owner="entity")
    shown = (await world.ok("GET", "aws/roles/app")).data
    assert (shown["max_leases"], shown["reuse"], shown["lease_owner"]) == (2, True, "entity")
    refused = await world.ask("GET", "aws/creds/app")
    assert refused.status == 400  # the root token has no entity
    await world.role(lease_owner="token")
    first, second = [await world.ok("GET", "aws/creds/app") for _ in range(2)]
    assert first.lease_id != second.lease_id
    assert (await world.ask("GET", "aws/creds/app")).status == 429
    assert len(world.users()) == 2
    for given, text in (
        ({"credential_type": "assumed_role"}, "max_leases parameter only valid for iam_user"),
        ({"max_leases": -1}, "max_leases is less than 0"),
        ({"lease_owner": "me"}, "lease_owner has to be one of token, entity"),
    ):
        refused = await world.ask("POST", "aws/roles/app", given)
        assert (refused.status, text in refused.error) == (400, True), refused


async def test_an_entity_is_given_its_user_again(moto: Moto) -> None:
    """With `reuse`, and until the role is changed."""
    world = await World.start(moto)
    await world.role(credential_type="iam_user", policy_arns=READ_ONLY, reuse=True)
    await world.ok("POST", "sys/policies/acl/all", {"policy": 'path "*" { capabilities = ["read", "update"] }'})
    await world.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await world.ok("POST", "auth/userpass/users/eva", {"password": "p" * 20, "policies": "all"})
    login = await world.ok("POST", "auth/userpass/login/eva", {"password": "p" * 20}, token="")
    token = login.body["auth"]["client_token"]
    first, again = [await world.ok("GET", "aws/creds/app", token=token) for _ in range(2)]
    assert (first.lease_id, first.data) == (again.lease_id, again.data)
    await world.role(iam_tags={"a": "b"})
    other = await world.ok("GET", "aws/creds/app", token=token)
    assert other.lease_id != first.lease_id


async def test_many_at_once(moto: Moto) -> None:
    """Each gets a user of its own, and when all leases are revoked none is left."""
    world = await World.start(moto)
    await world.role()
    answers = await asyncio.gather(*(world.ok("GET", "aws/creds/app") for _ in range(20)))
    assert len({answer.data["access_key"] for answer in answers}) == len(world.users()) == 20
    await world.ok("POST", "sys/leases/revoke-prefix/aws/creds/app")
    await world.server.work()
    assert world.users() == set()
    assert await world.leases() == []
