"""What the audit log hides of logins by clouds, and of their configuration."""

from __future__ import annotations

import pytest

from strongroom.auth.aws import Aws
from strongroom.auth.aws.iam_request import Given, Relayed
from strongroom.auth.aws.login_ec2 import GivenDocument
from strongroom.auth.azure import Azure
from strongroom.auth.gcp import Gcp
from strongroom.sdk import AuthMethod


@pytest.mark.parametrize(
    ("method", "requests", "responses"),
    [
        (
            Aws,
            {"secret_key", "external_id", "iam_request_headers", "iam_request_url", "pkcs7", "signature", "nonce"},
            {"client_nonce", "external_id", "tag_value"},
        ),
        (Azure, {"client_secret", "jwt"}, set()),
        (Gcp, {"credentials", "jwt"}, set()),
    ],
)
def test_what_is_hidden(method: type[AuthMethod], requests: set[str], responses: set[str]) -> None:
    """Exactly what somebody could log in with, or ask a cloud with."""
    assert method.routes.secret_fields == requests
    assert method.secret_answers == responses


def test_what_is_no_part_of_a_representation() -> None:
    """Where a value is shown for some reason, nothing that logs in is shown with it."""
    given = Given("GET", "https://sts.amazonaws.com/?X-Amz-Signature=canary", "", {"Authorization": "canary"})
    relayed = Relayed(
        "GET", "https://sts.amazonaws.com/?X-Amz-Signature=canary", "h", {"a": "canary"}, b"canary", "r", "r"
    )
    document = GivenDocument("document", "canary", "canary", "canary")
    for each in (given, relayed, document):
        assert "canary" not in repr(each)
