"""Logins by what a cloud or a realm says about who this is."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from strongroom.client.login.error import LoginError
from tests.unit.agent.methods.making import make, request_of
from tests.unit.cli.answering import answering


def _headers(body: Any) -> dict[str, list[str]]:
    decoded: dict[str, list[str]] = json.loads(base64.b64decode(body["iam_request_headers"]))
    return decoded


def test_a_signed_request() -> None:
    """The given keys sign for the region's token service, with the header that the server asks for."""
    pytest.importorskip("botocore")
    options = (
        'type = "iam", role = "web", access_key = "AKIDEXAMPLE", secret_key = "planted-canary", '
        'region = "eu-west-1", header_value = "vault.example"'
    )
    request = request_of(make("aws", options))
    assert (request.path, request.body["role"]) == ("auth/aws/login", "web")
    assert base64.b64decode(request.body["iam_request_url"]) == b"https://sts.eu-west-1.amazonaws.com/"
    headers = _headers(request.body)
    assert headers["X-Vault-AWS-IAM-Server-ID"] == ["vault.example"]
    assert "Credential=AKIDEXAMPLE/" in headers["Authorization"][0]
    assert "/eu-west-1/sts/aws4_request" in headers["Authorization"][0]
    assert "canary" not in repr(request)


def test_other_keys_of_the_machine_are_news(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that the machine got after the login are news once; the login with given keys is never asked."""
    pytest.importorskip("botocore")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    async def story() -> list[bool]:
        method = make("aws", 'type = "iam", role = "web", credential_poll_interval = 5')
        assert method.poll_s == 5
        told = [await method.renewed()]
        for key in ("AKIDONE", "AKIDONE", "AKIDTWO", "AKIDTWO"):
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
            told.append(await method.renewed())
        assert "Credential=AKIDTWO/" in _headers((await method.login()).body)["Authorization"][0]
        return told

    assert asyncio.run(story()) == [False, False, False, True, False]
    assert make("aws", 'type = "iam", role = "web", access_key = "a", secret_key = "s"').poll_s is None


def test_an_instance() -> None:
    """Document and signature come from the metadata service within a session; the nonce stays the same."""
    answers = {
        "PUT /latest/api/token": b"session",
        "GET /latest/dynamic/instance-identity/document": b'{"instanceId":"i-1"}',
        "GET /latest/dynamic/instance-identity/signature": b"c2ln\nbmF0",
    }
    with answering(answers) as metadata:
        environment = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.address}
        method = make("aws", 'type = "ec2", role = "web"', environment=environment)
        first, second = request_of(method).body, request_of(method).body
    assert base64.b64decode(first["identity"]) == b'{"instanceId":"i-1"}'
    assert (first["signature"], first["role"]) == ("c2ln\nbmF0", "web")
    assert first["nonce"] == second["nonce"]
    assert metadata.headers[1]["X-aws-ec2-metadata-token"] == "session"
    other = make("aws", 'type = "ec2", role = "web", nonce = "mine"')
    assert other._nonce == "mine"  # type: ignore[attr-defined]


MACHINE = {"subscriptionId": "s", "resourceGroupName": "g", "name": "vm", "vmScaleSetName": ""}
ABOUT = {"subscription_id": "s", "resource_group_name": "g", "vm_name": "vm"}


def test_a_managed_identity() -> None:
    """Token and description come from the machine's metadata service."""
    query = "api-version=2018-02-01&resource=https%3A%2F%2Fexample%2F&client_id=c"
    answers = {
        f"GET /metadata/identity/oauth2/token?{query}": {"access_token": "tok"},
        "GET /metadata/instance?api-version=2021-02-01": {"compute": MACHINE},
    }
    with answering(answers) as metadata:
        environment = {"AZURE_POD_IDENTITY_AUTHORITY_HOST": metadata.address}
        options = 'role = "web", resource = "https://example/", client_id = "c"'
        request = request_of(make("azure", options, environment=environment))
    assert request.body == {"role": "web", "jwt": "tok", **ABOUT}


@pytest.mark.parametrize("described", [True, False])
def test_an_application(tmp_path: Path, described: bool) -> None:
    """A pod logs in as an application by the token of its cluster, with the machine's description if there is one."""
    token = tmp_path / "federated"
    token.write_text("federated\n")
    answers: dict[str, Any] = {"POST /tenant/oauth2/v2.0/token": {"access_token": "tok"}}
    if described:
        answers["GET /metadata/instance?api-version=2021-02-01"] = {"compute": MACHINE}
    with answering(answers, otherwise={}) as azure:
        environment = {
            "AZURE_POD_IDENTITY_AUTHORITY_HOST": azure.address,
            "AZURE_AUTHORITY_HOST": azure.address,
            "AZURE_TENANT_ID": "tenant",
            "AZURE_CLIENT_ID": "client",
            "AZURE_FEDERATED_TOKEN_FILE": str(token),
        }
        options = 'role = "web", resource = "https://example", authenticate_from_environment = true'
        request = request_of(make("azure", options, environment=environment))
    assert request.body == {"role": "web", "jwt": "tok", **(ABOUT if described else {})}
    form = azure.forms[0]
    assert form["scope"] == ["https://example/.default"]
    assert form["client_assertion"] == ["federated"]


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({}, "AZURE_TENANT_ID and AZURE_CLIENT_ID"),
        ({"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c"}, "neither AZURE_FEDERATED_TOKEN_FILE nor"),
        ({"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_FEDERATED_TOKEN_FILE": "/none"}, "/none can't be"),
    ],
)
def test_an_application_that_isnt_named(environment: dict[str, str], reason: str) -> None:
    """What is missing for an application's login is named."""
    options = 'role = "web", resource = "r", authenticate_from_environment = true'
    with pytest.raises(LoginError, match=reason):
        request_of(make("azure", options, environment=environment))


def test_a_machine_of_google() -> None:
    """The machine's identity token is for the role, and of the account that was chosen."""
    path = "/computeMetadata/v1/instance/service-accounts/{}/identity?audience=http%3A%2F%2Fvault%2Fweb&format=full"
    answers = {f"GET {path.format(account)}": f"token-{account}".encode() for account in ("default", "other")}
    with answering(answers) as metadata:
        environment = {"GCE_METADATA_HOST": metadata.address.partition("//")[2]}
        default = make("gcp", 'type = "gce", role = "web"', environment=environment)
        other = make("gcp", 'type = "gce", role = "web", service_account = "other"', environment=environment)
        assert request_of(default).body == {"role": "web", "jwt": "token-default"}
        assert request_of(other).body == {"role": "web", "jwt": "token-other"}


def test_a_service_account(tmp_path: Path) -> None:
    """A service account's key signs for the role; without key or name there is nobody to log in as."""
    key = rsa.generate_private_key(65537, 2048)
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    file = tmp_path / "key.json"
    file.write_text(json.dumps({"client_email": "web@p", "private_key": text, "private_key_id": "k1"}))
    method = make(
        "gcp", 'type = "iam", role = "web", jwt_exp = 5', environment={"GOOGLE_APPLICATION_CREDENTIALS": str(file)}
    )
    claims = jwt.decode(request_of(method).body["jwt"], key.public_key(), ["RS256"], audience="http://vault/web")
    assert (claims["sub"], claims["exp"] - claims["iat"]) == ("web@p", 300)
    with pytest.raises(LoginError, match="credentials or service_account"):
        request_of(make("gcp", 'type = "iam", role = "web"'))


def test_a_realm_that_isnt_there() -> None:
    """A file that describes no realm is named, and nothing is sent."""
    files = 'keytab_path = "/none/keytab", krb5conf_path = "/none/krb5.conf"'
    with pytest.raises(LoginError, match=r"krb5conf_path: there is no file /none/krb5\.conf"):
        request_of(make("kerberos", f'service = "HTTP/v", username = "u", realm = "R", {files}'))
