"""Logins by the identity that a cloud gives: what is signed, what is asked of the machine's metadata service."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.unit.cli.answering import answering
from tests.unit.cli.login.running import login

AWS_KEYS = ("aws_access_key_id=AKIDEXAMPLE", "aws_secret_access_key=wJalrXUtnFEMI/K7MDENG")


def _decoded(body: dict[str, str]) -> tuple[str, str, dict[str, list[str]]]:
    url, content, headers = (
        base64.b64decode(body[f"iam_request_{part}"]).decode() for part in ("url", "body", "headers")
    )
    return url, content, json.loads(headers)


def _signature(url: str, content: str, headers: dict[str, list[str]], region: str, secret: str) -> str:
    """The signature as the documentation computes it.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    lower = {name.lower(): values[0] for name, values in headers.items()} | {"host": url.split("/")[2]}
    names = headers["Authorization"][0].partition("SignedHeaders=")[2].partition(",")[0]
    lines = "".join(f"{name}:{lower[name].strip()}\n" for name in names.split(";"))
    digest = hashlib.sha256(content.encode()).hexdigest()
    canonical = f"POST\n/\n\n{lines}\n{names}\n{digest}"
    stamp = lower["x-amz-date"]
    scope = f"{stamp[:8]}/{region}/sts/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("", "sts.amazonaws.com"),
        ("eu-west-1", "sts.eu-west-1.amazonaws.com"),
        ("cn-north-1", "sts.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_a_login_at_aws_carries_a_valid_signature(tmp_path: Path, region: str, host: str) -> None:
    """The signed request is for the region's token service, holds the server's header, and its signature is right."""
    pytest.importorskip("botocore")
    words = (*AWS_KEYS, "aws_security_token=session", "header_value=vault.example", "role=web")
    done, server = login(tmp_path, "aws", *words, *([f"region={region}"] if region else []))
    assert done.returncode == 0, done.stderr
    (body,) = server.bodies
    assert (body["role"], body["iam_http_request_method"]) == ("web", "POST")
    url, content, headers = _decoded(body)
    assert (url, content) == (f"https://{host}/", "Action=GetCallerIdentity&Version=2011-06-15")
    assert headers["X-Vault-AWS-IAM-Server-ID"] == ["vault.example"]
    assert headers["X-Amz-Security-Token"] == ["session"]
    signed = headers["Authorization"][0]
    assert "x-vault-aws-iam-server-id" in signed
    expected = _signature(url, content, headers, region or "us-east-1", "wJalrXUtnFEMI/K7MDENG")
    assert signed.endswith(f"Signature={expected}")


def test_keys_of_aws_may_come_from_the_environment(tmp_path: Path) -> None:
    """Without keys on the command line those count that AWS's own programs use."""
    pytest.importorskip("botocore")
    variables = {"AWS_ACCESS_KEY_ID": "AKIDOTHER", "AWS_SECRET_ACCESS_KEY": "s", "AWS_EC2_METADATA_DISABLED": "true"}
    done, server = login(tmp_path, "aws", **variables)
    assert done.returncode == 0, done.stderr
    assert "Credential=AKIDOTHER/" in _decoded(server.bodies[0])[2]["Authorization"][0]
    done, server = login(tmp_path, "aws", AWS_EC2_METADATA_DISABLED="true")
    assert (done.returncode, server.asked) == (2, [])
    assert "there are no AWS credentials" in done.stderr


def test_a_region_is_no_part_of_another_address(tmp_path: Path) -> None:
    """A region that isn't one is refused: it stands in the address that the signature is for."""
    pytest.importorskip("botocore")
    done, server = login(tmp_path, "aws", *AWS_KEYS, "region=x.evil.example/")
    assert (done.returncode, server.asked) == (2, [])


def _key() -> tuple[rsa.RSAPrivateKey, dict[str, str]]:
    private = rsa.generate_private_key(65537, 2048)
    text = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return private, {"client_email": "web@p.iam.gserviceaccount.com", "private_key": text, "private_key_id": "k1"}


def _claims(token: str, key: rsa.RSAPrivateKey) -> dict[str, Any]:
    assert jwt.get_unverified_header(token)["kid"] == "k1"
    claims: dict[str, Any] = jwt.decode(token, key.public_key(), ["RS256"], audience="http://vault/web")
    return claims


def test_a_service_accounts_key_signs_for_google(tmp_path: Path) -> None:
    """The key, given or in the file that the variable names, signs who it is, for which role, and how long."""
    key, content = _key()
    file = tmp_path / "key.json"
    file.write_text(json.dumps(content))
    for words, variables in (
        (("role=web", f"credentials=@{file}"), {}),
        (("role=web",), {"GOOGLE_APPLICATION_CREDENTIALS": str(file)}),
    ):
        done, server = login(tmp_path, "gcp", *words, **variables)
        assert done.returncode == 0, done.stderr
        claims = _claims(server.bodies[0]["jwt"], key)
        assert claims["sub"] == "web@p.iam.gserviceaccount.com"
        assert 0 < claims["exp"] - time.time() <= 15 * 60
    _, server = login(tmp_path, "gcp", "role=web", f"credentials=@{file}", "jwt_exp=5")
    assert _claims(server.bodies[0]["jwt"], key)["exp"] - time.time() <= 5 * 60


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"client_email":"a"}', "no json"])
def test_a_key_that_is_none_is_said(tmp_path: Path, text: str) -> None:
    """A file without a service account's key ends the login, and its content isn't shown."""
    file = tmp_path / "key.json"
    file.write_text(text)
    done, server = login(tmp_path, "gcp", "role=web", GOOGLE_APPLICATION_CREDENTIALS=str(file))
    assert (done.returncode, server.asked) == (2, [])
    assert "could not obtain credentials" in done.stderr


@pytest.mark.parametrize("life", ["0", "61", "2h", "-1", "x"])
def test_a_token_lives_an_hour_at_most(tmp_path: Path, life: str) -> None:
    """jwt_exp beyond an hour, or none, is refused."""
    file = tmp_path / "key.json"
    file.write_text(json.dumps(_key()[1]))
    done, server = login(tmp_path, "gcp", "role=web", f"credentials=@{file}", f"jwt_exp={life}")
    assert (done.returncode, server.asked) == (2, [])
    assert "jwt_exp" in done.stderr


def test_a_machine_at_azure_logs_in_by_its_metadata(tmp_path: Path) -> None:
    """Token and description come from the machine's metadata service, and go to the server."""
    compute = {"subscriptionId": "s", "resourceGroupName": "g", "name": "vm", "vmScaleSetName": ""}
    token = "GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fexample%2F"
    machine = {
        token: {"access_token": "tok"},
        "GET /metadata/instance?api-version=2021-02-01": {"compute": compute},
    }
    with answering(machine) as metadata:
        variables = {"AZURE_POD_IDENTITY_AUTHORITY_HOST": metadata.address}
        done, server = login(tmp_path, "azure", "role=web", "resource=https://example/", **variables)
    assert done.returncode == 0, done.stderr
    expected = {"role": "web", "jwt": "tok", "subscription_id": "s", "resource_group_name": "g", "vm_name": "vm"}
    assert server.bodies == [expected]


def test_a_scale_set_takes_the_place_of_a_machine(tmp_path: Path) -> None:
    """Of a machine in a scale set, the server is told the set."""
    compute = {"subscriptionId": "s", "resourceGroupName": "g", "name": "vm", "vmScaleSetName": "set"}
    with answering(
        {"GET /metadata/instance?api-version=2021-02-01": {"compute": compute}}, otherwise={"access_token": "t"}
    ) as metadata:
        _, server = login(tmp_path, "azure", "role=web", AZURE_POD_IDENTITY_AUTHORITY_HOST=metadata.address)
    assert server.bodies[0]["vmss_name"] == "set"
    assert "vm_name" not in server.bodies[0]


def test_a_metadata_service_that_gives_nothing_is_said(tmp_path: Path) -> None:
    """No token, or no service, ends the login before a request."""
    with answering({}, otherwise={}) as metadata:
        done, server = login(tmp_path, "azure", "role=web", AZURE_POD_IDENTITY_AUTHORITY_HOST=metadata.address)
    assert (done.returncode, server.asked) == (2, [])
    assert "the machine's identity has no token" in done.stderr
    done, server = login(tmp_path, "gcp", "role=web", GCE_METADATA_HOST=metadata.address.partition("//")[2])
    assert (done.returncode, server.asked) == (2, [])
    assert "the machine's identity token can't be had from 127.0.0.1" in done.stderr


def test_okta_shows_the_number_that_its_app_asks_for(tmp_path: Path) -> None:
    """While the login waits, the number is asked for under the login's nonce, and shown once."""
    from strongroom.cli.login import okta
    from strongroom.cli.login.method import Attempt
    from strongroom.client.client import Client
    from strongroom.client.settings import Settings

    said: list[str] = []
    rounds = iter([False, False, True])
    answers = {"GET /v1/auth/okta/verify/n1": {"data": {"correct_answer": 94}}}
    with answering(answers) as server:
        client = Client(Settings(address=server.address))
        attempt = Attempt("okta", {}, client=client, environment={}, ask=lambda *_: "", say=said.append)
        okta.watch(attempt, "n1", lambda _: next(rounds))
    assert said == ["In Okta Verify, tap the number 94."]


def test_a_missing_package_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without botocore the login says what to install, and how."""
    from strongroom.cli.login import aws
    from strongroom.cli.login.method import Attempt
    from strongroom.client.client import Client
    from strongroom.client.login.error import LoginError
    from strongroom.client.settings import Settings

    for name in ("botocore", "botocore.auth"):
        monkeypatch.setitem(sys.modules, name, None)
    attempt = Attempt("aws", {}, client=Client(Settings()), environment={}, ask=lambda *_: "", say=lambda _: None)
    with pytest.raises(LoginError, match=r"botocore isn't installed, .* -m pip install "):
        aws.log_in(attempt)
