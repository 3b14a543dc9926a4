"""`hvac`'s methods for aws against a dev server, which asks a stand-in for AWS.

The reference server doesn't have this method.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import hvac  # type: ignore[import-untyped]
import pytest
from hvac import exceptions

from tests.conformance.servers import Server
from tests.flow.auth.aws.mounts import role, session, user
from tests.flow.auth.aws.test_ec2_logins import AMI, AWS, instance
from tests.sim.aws.documents import as_pkcs7, document
from tests.sim.aws.moto import ACCOUNT, Moto, running
from tests.sim.aws.signed import b64


@pytest.fixture(scope="module")
def moto() -> Iterator[Moto]:
    """The stand-in."""
    with running() as found:
        yield found


@pytest.fixture
def client(ours: Server, moto: Moto) -> Iterator[hvac.Client]:
    """A client with the root token, and a mount `aws-…` that asks the stand-in."""
    moto.reset()
    found = hvac.Client(url=ours.url, token=ours.token)
    found.mount = f"aws-{uuid.uuid4().hex[:8]}"
    found.sys.enable_auth_method("aws", path=found.mount)
    endpoints = {"endpoint": moto.url, "iam_endpoint": moto.url, "sts_endpoint": moto.url}
    found.auth.aws.configure(
        access_key="AKIAADMIN",
        secret_key="canary-secret",
        iam_server_id_header_value="vault.example.com",
        mount_point=found.mount,
        **endpoints,
    )
    yield found
    found.adapter.close()


def test_iam_logins(client: hvac.Client, ours: Server, moto: Moto) -> None:
    """A user and a session of a role log in by a signature that the client makes; the token is theirs."""
    aws, mount = client.auth.aws, client.mount
    arn, keys = user(moto, "web")
    role_arn = role(moto, "app", "/team/")
    aws.create_role("web", bound_iam_principal_arn=[arn, role_arn], policies=["p"], ttl="10m", mount_point=mount)
    shown = aws.read_role("web", mount_point=mount)
    assert (shown["bound_iam_principal_arn"], shown["policies"], shown["token_ttl"]) == ([arn, role_arn], ["p"], 600)
    for access, secret, token in (keys, session(moto, role_arn)):
        outside = hvac.Client(url=ours.url)
        header = "vault.example.com"
        found = outside.auth.aws.iam_login(access, secret, token, header, role="web", mount_point=mount)
        assert found["auth"]["policies"] == ["default", "p"]
        assert outside.auth.token.lookup_self()["data"]["meta"]["account_id"] == ACCOUNT
        assert outside.auth.token.renew_self()["auth"]["lease_duration"] == 600
        with pytest.raises(exceptions.InvalidRequest, match="missing header"):
            outside.auth.aws.iam_login(access, secret, token, role="web", mount_point=mount)
        outside.adapter.close()
    assert aws.list_roles(mount_point=mount)["keys"] == ["web"]
    aws.delete_role("web", mount_point=mount)
    with pytest.raises(exceptions.InvalidPath):
        aws.read_role("web", mount_point=mount)


def test_ec2_logins(client: hvac.Client, ours: Server, moto: Moto) -> None:
    """An instance logs in, and is in the list; a role tag narrows what it gets, until it is denied."""
    aws, mount = client.auth.aws, client.mount
    id_ = instance(moto)["InstanceId"]
    aws.create_certificate_configuration("test", b64(AWS.certificate_pem), mount_point=mount)
    assert "BEGIN" in aws.read_certificate_configuration("test", mount_point=mount)["aws_public_cert"]
    settings = {"bound_ami_id": AMI, "role_tag": "vault", "policies": "a,b", "max_ttl": "10h"}
    aws.create_role("web", auth_type="ec2", mount_point=mount, **settings)
    tag = aws.create_role_tags("web", policies="a", mount_point=mount)["data"]
    moto.client("ec2").create_tags(Resources=[id_], Tags=[{"Key": "vault", "Value": tag["tag_value"]}])
    outside = hvac.Client(url=ours.url)
    pkcs7 = as_pkcs7(document(id_), AWS)
    found = outside.auth.aws.ec2_login(pkcs7, nonce="n", role="web", mount_point=mount)
    assert found["auth"]["policies"] == ["a", "default"]
    assert aws.list_identity_whitelist(mount_point=mount)["keys"] == [id_]
    assert aws.read_identity_whitelist(id_, mount_point=mount)["client_nonce"] == "n"
    aws.place_role_tags_in_blacklist(tag["tag_value"], mount_point=mount)
    assert aws.list_blacklist_tags(mount_point=mount)["keys"] == [tag["tag_value"]]
    with pytest.raises(exceptions.InvalidRequest, match="deny list"):
        outside.auth.aws.ec2_login(pkcs7, nonce="n", role="web", mount_point=mount)
    assert aws.read_role_tag_blacklist(tag["tag_value"], mount_point=mount)["expiration_time"]
    aws.delete_blacklist_tags(tag["tag_value"], mount_point=mount)
    aws.delete_identity_whitelist_entries(id_, mount_point=mount)
    outside.auth.aws.ec2_login(pkcs7, nonce="m", role="web", mount_point=mount)
    outside.adapter.close()


def test_configuration(client: hvac.Client) -> None:
    """What is written is read; the secret key is not."""
    aws, mount = client.auth.aws, client.mount
    shown = aws.read_config(mount_point=mount)
    assert (shown["access_key"], shown["iam_server_id_header_value"]) == ("AKIAADMIN", "vault.example.com")
    assert "secret_key" not in shown
    aws.configure_identity_integration(iam_alias="unique_id", ec2_alias="instance_id", mount_point=mount)
    assert aws.read_identity_integration(mount_point=mount)["iam_alias"] == "unique_id"
    aws.create_sts_role("210987654321", "arn:aws:iam::210987654321:role/vault", mount_point=mount)
    assert aws.list_sts_roles(mount_point=mount)["keys"] == ["210987654321"]
    assert aws.read_sts_role("210987654321", mount_point=mount)["sts_role"].endswith("role/vault")
    aws.delete_sts_role("210987654321", mount_point=mount)
    aws.configure_identity_whitelist_tidy(safety_buffer="1h", disable_periodic_tidy=True, mount_point=mount)
    found = aws.read_identity_whitelist_tidy(mount_point=mount)
    assert found == {"safety_buffer": 3600, "disable_periodic_tidy": True}
    aws.delete_identity_whitelist_tidy(mount_point=mount)
    aws.configure_role_tag_blacklist_tidy(safety_buffer="2h", mount_point=mount)
    assert aws.read_role_tag_blacklist_tidy(mount_point=mount)["safety_buffer"] == 7200
    aws.delete_role_tag_blacklist_tidy(mount_point=mount)
    for answer in (aws.tidy_identity_whitelist_entries(mount_point=mount), aws.tidy_blacklist_tags(mount_point=mount)):
        assert "successfully started" in (answer if isinstance(answer, dict) else answer.json())["warnings"][0]
    aws.delete_config(mount_point=mount)
    with pytest.raises(exceptions.InvalidPath):
        aws.read_config(mount_point=mount)
