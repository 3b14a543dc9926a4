"""`hvac`'s methods for the aws secrets engine against a dev server, and what Terraform's resources send.

The reference server doesn't have this engine.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import hvac  # type: ignore[import-untyped]
import pytest
from hvac import exceptions

from tests.conformance.servers import Server
from tests.sim.aws.moto import ACCOUNT, Moto, running

DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}]}
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"


@pytest.fixture(scope="module")
def moto() -> Iterator[Moto]:
    """The stand-in."""
    with running() as found:
        yield found


@pytest.fixture
def client(ours: Server, moto: Moto) -> Iterator[hvac.Client]:
    """A client with the root token, and a mount `aws-…` that asks the stand-in by the key of a user."""
    moto.reset()
    moto.client("iam").create_user(UserName="vault")
    key = moto.client("iam").create_access_key(UserName="vault")["AccessKey"]
    found = hvac.Client(url=ours.url, token=ours.token)
    found.mount = f"aws-{uuid.uuid4().hex[:8]}"
    found.sys.enable_secrets_engine("aws", path=found.mount)
    found.secrets.aws.configure_root_iam_credentials(
        access_key=key["AccessKeyId"],
        secret_key=key["SecretAccessKey"],
        region="us-east-1",
        iam_endpoint=moto.url,
        sts_endpoint=moto.url,
        max_retries=-1,
        mount_point=found.mount,
    )
    yield found
    found.sys.disable_secrets_engine(found.mount)
    found.adapter.close()


def users(moto: Moto) -> set[str]:
    """The names of all users of AWS, but for the server's own."""
    return {user["UserName"] for user in moto.client("iam").list_users()["Users"]} - {"vault"}


def test_roles_and_credentials(client: hvac.Client, moto: Moto) -> None:
    """Of all that hvac knows; the user's key works, and after its revocation the user is gone."""
    aws, mount = client.secrets.aws, client.mount
    aws.configure_lease("30m", "1h", mount_point=mount)
    assert aws.read_lease_config(mount_point=mount)["data"] == {"lease": "30m0s", "lease_max": "1h0m0s"}
    aws.create_or_update_role("app", "iam_user", policy_document=DOCUMENT, iam_tags={"a": "b"}, mount_point=mount)
    shown = aws.read_role("app", mount_point=mount)["data"]
    assert (shown["credential_type"], shown["iam_tags"]) == ("iam_user", {"a": "b"})
    found = aws.generate_credentials("app", mount_point=mount)
    assert (found["lease_duration"], found["renewable"]) == (1800, True)
    (name,) = users(moto)
    keys = (found["data"]["access_key"], found["data"]["secret_key"], None)
    assert moto.client("sts", keys).get_caller_identity()["Arn"].endswith(f":user/{name}")
    assert client.sys.renew_lease(found["lease_id"], increment=3600)["lease_duration"] > 3500
    client.adapter.put("/v1/sys/leases/revoke", json={"lease_id": found["lease_id"], "sync": True})
    assert users(moto) == set()
    aws.create_or_update_role(
        "deploy", "assumed_role", role_arns=[ROLE], default_sts_ttl="15m", max_sts_ttl="30m", mount_point=mount
    )
    for endpoint in ("creds", "sts"):
        found = aws.generate_credentials(
            "deploy", role_arn=ROLE, ttl="1h", role_session_name="me", endpoint=endpoint, mount_point=mount
        )
        assert (found["lease_id"], found["lease_duration"]) == ("", 1800)
        assert found["data"]["arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/me"
    aws.create_or_update_role("old", "iam_user", policy_document=DOCUMENT, legacy_params=True, mount_point=mount)
    assert aws.generate_credentials("old", endpoint="sts", mount_point=mount)["data"]["security_token"]
    assert aws.list_roles(mount_point=mount)["data"]["keys"] == ["app", "deploy", "old"]
    aws.delete_role("app", mount_point=mount)
    with pytest.raises(exceptions.InvalidPath):
        aws.read_role("app", mount_point=mount)
    with pytest.raises(exceptions.InvalidRequest, match='Role "app" not found'):
        aws.generate_credentials("app", mount_point=mount)


def test_root_rotation(client: hvac.Client, moto: Moto) -> None:
    """The answer has the new key's id, and all goes on with it."""
    aws, mount = client.secrets.aws, client.mount
    new = aws.rotate_root_iam_credentials(mount_point=mount)["data"]["access_key"]
    ids = {key["AccessKeyId"] for key in moto.client("iam").list_access_keys(UserName="vault")["AccessKeyMetadata"]}
    assert new in ids
    assert client.read(f"{mount}/config/root")["data"]["access_key"] == new
    aws.create_or_update_role("app", "iam_user", policy_document=DOCUMENT, mount_point=mount)
    assert aws.generate_credentials("app", mount_point=mount)["data"]["secret_key"]


# What the resources of the provider send and read again.
# Source: https://registry.terraform.io/providers/hashicorp/vault/latest/docs/resources/aws_secret_backend and
# …/aws_secret_backend_role, …/aws_secret_backend_static_role
BACKEND: dict[str, Any] = {
    "region": "us-west-1",
    "sts_region": "us-west-1",
    "sts_fallback_regions": ["us-east-2", "us-east-1"],
    "sts_fallback_endpoints": ["https://sts.us-east-2.amazonaws.com", "https://sts.us-east-1.amazonaws.com"],
    "rotation_schedule": "0 * * * SAT",
    "rotation_window": 3600,
    "rotation_period": 0,
    "disable_automated_rotation": False,
    "max_retries": -1,
}
BACKEND_ROLE: dict[str, Any] = {
    "credential_type": "iam_user",
    "policy_arns": [f"arn:aws:iam::{ACCOUNT}:policy/x"],
    "iam_groups": ["group1", "group2"],
    "iam_tags": {"key1": "value1"},
    "user_path": "/path/",
    "permissions_boundary_arn": f"arn:aws:iam::{ACCOUNT}:policy/boundary",
}
SESSION_ROLE: dict[str, Any] = {
    "credential_type": "assumed_role",
    "role_arns": [ROLE],
    "session_tags": {"key1": "value1"},
    "external_id": "external",
    "default_sts_ttl": 3600,
    "max_sts_ttl": 7200,
}


def test_what_terraform_writes_is_what_it_reads(client: hvac.Client, moto: Moto) -> None:
    """So that the next plan is empty."""
    mount = client.mount
    client.write_data(f"{mount}/config/root", data=BACKEND)
    assert BACKEND.items() <= client.read(f"{mount}/config/root")["data"].items()
    for name, role in (("user", BACKEND_ROLE), ("session", SESSION_ROLE)):
        client.write_data(f"{mount}/roles/{name}", data=role)
        assert role.items() <= client.read(f"{mount}/roles/{name}")["data"].items()
    moto.client("iam").create_user(UserName="ann")
    static = {"username": "ann", "rotation_period": 3600}
    client.write_data(f"{mount}/static-roles/r", data=static)
    assert static.items() <= client.read(f"{mount}/static-roles/r")["data"].items()
    found = client.read(f"{mount}/static-creds/r")["data"]
    keys = (found["access_key"], found["secret_key"], None)
    assert moto.client("sts", keys).get_caller_identity()["Arn"].endswith(":user/ann")
    client.delete(f"{mount}/static-roles/r")
