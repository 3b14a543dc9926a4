"""How AWS is reached, other accounts, roles, and what they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import InvalidRequest, NotFound, UnsupportedPath
from strongroom.sdk import Operation
from tests.flow.auth.aws.mounts import READ, SECRET_KEY, WRITE, log_in, mounted, role, session, user
from tests.sim.aws.moto import ACCOUNT, Moto
from tests.sim.aws.signed import b64, login
from tests.sim.issuer import Issuer

OTHER = "210987654321"


async def test_client(moto: Moto) -> None:
    """What isn't given stays, the secret key is never shown; what can't work is refused and changes nothing."""
    mount = await mounted(moto)
    assert await mount.exists("config/client")
    await mount.ask(WRITE, "config/client", {"allowed_sts_header_values": "X-A,X-B", "max_retries": 3})
    shown = await mount.data(READ, "config/client")
    assert (shown["access_key"], shown["iam_endpoint"], shown["max_retries"]) == ("AKIAADMIN", moto.url, 3)
    assert shown["allowed_sts_header_values"] == ["X-A", "X-B"]
    assert SECRET_KEY not in json.dumps(shown)
    assert not any(SECRET_KEY.encode() in row for row in (await mount.rows()).values())
    for data, text in (
        ({"endpoint": "ftp://x"}, "endpoint must be a URL"),
        ({"sts_endpoint": "https://u:p@x"}, "must not hold a user's name"),
        ({"sts_region": "evil.example.com/"}, "isn't the name of an AWS region"),
        ({"max_retries": -2}, "max_retries"),
        ({"identity_token_audience": "x"}, "isn't supported"),
        ({"role_arn": "x"}, "isn't supported"),
    ):
        with pytest.raises(InvalidRequest, match=text):
            await mount.ask(WRITE, "config/client", data)
    assert await mount.data(READ, "config/client") == shown
    await mount.ask(Operation.DELETE, "config/client")
    with pytest.raises(NotFound):
        await mount.data(READ, "config/client")
    with pytest.raises(InvalidRequest, match="no access key to rotate"):
        await mount.ask(WRITE, "config/rotate-root")


async def test_rotation(moto: Moto) -> None:
    """The new key is stored first, and then the old one is deleted with it."""
    _, keys = user(moto, "vault")
    mount = await mounted(moto, access_key=keys[0], secret_key=keys[1])
    made = (await mount.data(WRITE, "config/rotate-root"))["access_key"]
    assert (await mount.data(READ, "config/client"))["access_key"] == made != keys[0]
    iam = moto.client("iam")

    def known() -> set[str]:
        return {key["AccessKeyId"] for key in iam.list_access_keys(UserName="vault")["AccessKeyMetadata"]}

    assert known() == {keys[0], made}

    async def due(txn: Transaction) -> None:
        await mount.engine.due(mount.request(txn, WRITE, "", {}, ""), "delete key", {"access_key": keys[0]})

    for _ in range(2):
        await transact(mount.barrier, due)
        assert known() == {made}


async def test_other_accounts(moto: Moto) -> None:
    """A role of another account is assumed to look into it; without, its principals aren't mixed up with our own."""
    mount = await mounted(moto)
    role(moto, "app")
    there = {"RoleName": "app", "AssumeRolePolicyDocument": "{}"}
    inside = moto.client("sts").assume_role(RoleArn=f"arn:aws:iam::{OTHER}:role/admin", RoleSessionName="session")
    found = inside["Credentials"]
    keys = (found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    arn = moto.client("iam", keys).create_role(**there)["Role"]["Arn"]
    assert arn == f"arn:aws:iam::{OTHER}:role/app"
    with pytest.raises(InvalidRequest, match=f"configure a role to assume: config/sts/{OTHER}"):
        await mount.ask(WRITE, "role/r", {"bound_iam_principal_arn": arn})
    sts = {"sts_role": f"arn:aws:iam::{OTHER}:role/admin", "external_id": "canary-external"}
    await mount.ask(WRITE, f"config/sts/{OTHER}", sts)
    await mount.ask(WRITE, "role/r", {"bound_iam_principal_arn": arn})
    assert (await log_in(mount, login(session(moto, arn), role="r"))).metadata["account_id"] == OTHER
    with pytest.raises(InvalidRequest, match="does not belong"):
        await log_in(mount, login(session(moto, f"arn:aws:iam::{ACCOUNT}:role/app"), role="r"))
    assert await mount.data(Operation.LIST, "config/sts") == {"keys": [OTHER]}
    assert await mount.data(READ, f"config/sts/{OTHER}") == sts
    for account, data, text in (
        ("123", sts, "isn't the number of an AWS account"),
        (ACCOUNT, {}, "sts_role cannot be empty"),
        (ACCOUNT, {"sts_role": f"arn:aws:iam::{OTHER}:user/x"}, "isn't the ARN of a role"),
        (ACCOUNT, {"sts_role": "x"}, "is no ARN"),
    ):
        with pytest.raises(InvalidRequest, match=text):
            await mount.ask(WRITE, f"config/sts/{account}", data)
    await mount.ask(Operation.DELETE, f"config/sts/{OTHER}")
    with pytest.raises(NotFound):
        await mount.data(READ, f"config/sts/{OTHER}")


async def test_certificates(moto: Moto) -> None:
    """In PEM or its base64, of one of two types; what is no certificate is refused."""
    mount = await mounted(moto)
    pem = Issuer("x").certificate_pem
    await mount.ask(WRITE, "config/certificate/a", {"aws_public_cert": b64(pem)})
    await mount.ask(WRITE, "config/certificate/b", {"aws_public_cert": pem, "type": "identity"})
    assert await mount.data(Operation.LIST, "config/certificates") == {"keys": ["a", "b"]}
    assert (await mount.data(READ, "config/certificate/a")) == {"aws_public_cert": pem.strip(), "type": "pkcs7"}
    await mount.ask(WRITE, "config/certificate/b", {"type": "pkcs7"})
    assert (await mount.data(READ, "config/certificate/b"))["type"] == "pkcs7"
    for data, text in (
        ({}, "missing aws_public_cert"),
        ({"aws_public_cert": "!"}, "failed to base64 decode"),
        ({"aws_public_cert": b64("x")}, "can't be used"),
        ({"aws_public_cert": pem, "type": "x"}, "invalid certificate type"),
    ):
        with pytest.raises(InvalidRequest, match=text):
            await mount.ask(WRITE, "config/certificate/c", data)


EC2: dict[str, Any] = {"auth_type": "ec2", "bound_ami_id": "ami-1"}
IAM: dict[str, Any] = {"bound_iam_principal_arn": f"arn:aws:iam::{ACCOUNT}:user/*"}
INFERRED = {"inferred_entity_type": "ec2_instance", "inferred_aws_region": "us-east-1"}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({}, "at least one bound parameter"),
        ({"auth_type": "x", "bound_ami_id": "a"}, "unrecognized auth_type: x"),
        ({"bound_ami_id": "a"}, "specified bound_ami_id but not specifying ec2 auth_type or inferring ec2_instance"),
        ({**IAM, "bound_region": "us-east-1"}, "bound_region"),
        ({**EC2, **IAM}, "bound_iam_principal_arn but not specifying iam"),
        ({**IAM, "inferred_aws_region": "us-east-1"}, "but not inferred_entity_type"),
        ({**IAM, "inferred_entity_type": "ec2_instance"}, "but not inferred_aws_region"),
        ({**IAM, **INFERRED, "inferred_entity_type": "x"}, "invalid inferred_entity_type"),
        ({**IAM, **INFERRED, "inferred_aws_region": "evil/"}, "isn't the name of an AWS region"),
        ({**EC2, **INFERRED}, "didn't allow iam auth_type"),
        ({**IAM, "role_tag": "x"}, "role_tag"),
        ({**EC2, "role_tag": "x" * 128}, "127 characters"),
        ({**IAM, "disallow_reauthentication": True}, "disallow_reauthentication"),
        ({**IAM, "allow_instance_migration": True}, "allow_instance_migration"),
        ({**EC2, "allow_instance_migration": True, "disallow_reauthentication": True}, "cannot specify both"),
        ({"bound_iam_principal_arn": "*"}, "would bind everybody"),
        ({"bound_iam_principal_arn": "arn:aws*"}, "isn't the beginning of an ARN"),
        ({"bound_iam_principal_arn": f"arn:aws:iam::{ACCOUNT}:role/*/x"}, "only at the end"),
        ({"bound_iam_principal_arn": f"arn:aws:iam::{ACCOUNT}:group/x"}, "is no ARN of a user or role"),
        (
            {"bound_iam_principal_arn": f"arn:aws:iam::{ACCOUNT}:role/p/x", "resolve_aws_unique_ids": False},
            "without its path",
        ),
        ({"bound_iam_principal_arn": f"arn:aws:iam::{ACCOUNT}:role/none"}, "unable to resolve ARN .* NoSuchEntity"),
        ({**EC2, "bound_ami_id": "a,,b"}, "is empty"),
        ({**EC2, "token_policies": "root"}, "root"),
    ],
)
async def test_roles_that_are_refused(moto: Moto, data: dict[str, Any], text: str) -> None:
    """What fits no type of role, or binds nobody in particular."""
    mount = await mounted(moto)
    with pytest.raises(InvalidRequest, match=text):
        await mount.ask(WRITE, "role/r", data)
    assert not await mount.exists("role/r")


async def test_roles(moto: Moto) -> None:
    """What isn't given stays; the type can't be changed, and ids can't be given up; names are lower case."""
    mount = await mounted(moto)
    await mount.ask(WRITE, "role/A", {**EC2, "lease": "10m", "period": "1h", "max_ttl": "2h"})
    await mount.ask(WRITE, "role/a", {"bound_region": "us-east-1"})
    shown = await mount.data(READ, "role/a")
    assert (shown["bound_ami_id"], shown["bound_region"]) == (["ami-1"], ["us-east-1"])
    assert (shown["token_ttl"], shown["token_period"], shown["token_max_ttl"]) == (600, 3600, 7200)
    with pytest.raises(InvalidRequest, match="changing auth_type"):
        await mount.ask(WRITE, "role/a", {"auth_type": "iam"})
    await mount.ask(WRITE, "role/b", IAM)
    with pytest.raises(InvalidRequest, match="from true to false is not allowed"):
        await mount.ask(WRITE, "role/b", {"resolve_aws_unique_ids": False})
    arn, keys = user(moto, "web", "/p/")
    await mount.ask(WRITE, "role/c", {"bound_iam_principal_arn": arn, "resolve_aws_unique_ids": False})
    assert (await mount.data(READ, "role/c"))["bound_iam_principals"] == []
    await log_in(mount, login(keys, role="c"))
    await mount.ask(WRITE, "role/c", {"resolve_aws_unique_ids": True})
    assert [each["arn"] for each in (await mount.data(READ, "role/c"))["bound_iam_principals"]] == [arn]
    for listed in ("role", "roles"):
        assert await mount.data(Operation.LIST, listed) == {"keys": ["a", "b", "c"]}
    assert await mount.data(Operation.LIST, "roles", {"after": "a", "limit": 1}) == {"keys": ["b"]}
    await mount.ask(Operation.DELETE, "role/a")
    with pytest.raises(NotFound):
        await mount.data(READ, "role/a")
    with pytest.raises(UnsupportedPath):
        await mount.ask(WRITE, "role/a@b", EC2)


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("unique_id", ""),
        ("canonical_arn", f"arn:aws:iam::{ACCOUNT}:user/web"),
        ("full_arn", f"arn:aws:iam::{ACCOUNT}:user/p/web"),
    ],
)
async def test_aliases(moto: Moto, alias: str, name: str) -> None:
    """What an entity is known by is chosen, and what is told of it."""
    mount = await mounted(moto)
    arn, keys = user(moto, "web", "/p/")
    await mount.ask(WRITE, "role/web", {"bound_iam_principal_arn": arn})
    await mount.ask(WRITE, "config/identity", {"iam_alias": alias, "iam_metadata": "client_arn"})
    auth = await log_in(mount, login(keys))
    (bound,) = (await mount.data(READ, "role/web"))["bound_iam_principals"]
    assert auth.alias == (name or bound["unique_id"])
    assert auth.alias_metadata == {"client_arn": arn}
    assert (await mount.data(READ, "config/identity"))["iam_metadata"] == ["client_arn"]
    await mount.ask(WRITE, "config/identity", {"iam_metadata": []})
    assert (await log_in(mount, login(keys))).alias_metadata == {}
    for data in ({"iam_alias": "x"}, {"ec2_alias": "unique_id"}, {"iam_metadata": "x"}, {"ec2_metadata": "default,x"}):
        with pytest.raises(InvalidRequest):
            await mount.ask(WRITE, "config/identity", data)


async def test_wildcards_that_let_in_nobody_are_told(moto: Moto) -> None:
    """A session's own ARN isn't what its role is compared with."""
    mount = await mounted(moto)
    good = ["arn:aws:iam::123456789012:role/a*", "arn:aws:iam::123456789012:*", "arn:aws:iam::123456789012:us*"]
    bad = ["arn:aws:iam::123456789012:group/*", "arn:aws:sts::123456789012:assumed-role/SSO_Admin_Role/*"]
    response = await mount.ask(WRITE, "role/r", {"bound_iam_principal_arn": [*good, *bad]})
    assert response is not None
    assert [text.partition(" lets in nobody")[0] for text in response.warnings] == [f'"{arn}"' for arn in bad]
    assert await mount.ask(WRITE, "role/r", {"bound_iam_principal_arn": good}) is None
