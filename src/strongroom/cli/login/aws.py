"""The login by an identity of AWS: a signed request to its token service, which the server sends there in our place.

Source: https://developer.hashicorp.com/vault/docs/auth/aws#iam-auth-method
"""

from __future__ import annotations

import base64
import json
from typing import Any

from strongroom.cli.login.method import Answer, Attempt, Field, LoginError, Method

_BODY = "Action=GetCallerIdentity&Version=2011-06-15"
_GLOBAL_REGION = "us-east-1"
_SERVER_ID = "X-Vault-AWS-IAM-Server-ID"
_KEY, _SECRET, _SESSION = "aws_access_key_id", "aws_secret_access_key", "aws_security_token"


def log_in(attempt: Attempt) -> Answer:
    """Log in.  Raises `LoginError`, `ClientError`."""
    signed = _signed(attempt)
    return attempt.post("login", {"role": attempt.text("role"), **signed})


def endpoint(region: str) -> str:
    """The token service's address for a region, the global one without.  (p)

    Source: https://docs.aws.amazon.com/general/latest/gr/sts.html
    """
    if not region:
        return "https://sts.amazonaws.com/"
    if not region.replace("-", "").isalnum() or not region.isascii():
        raise LoginError(f"region must be the name of a region, and not {region!r}")
    suffix = ".cn" if region.startswith("cn-") else ""
    return f"https://sts.{region}.amazonaws.com{suffix}/"


def _signed(attempt: Attempt) -> dict[str, str]:
    """The parts of the signed request, as the server takes them."""
    try:
        from botocore.auth import SigV4Auth  # noqa: PLC0415 - an extra, and only this method needs it
        from botocore.awsrequest import AWSRequest  # noqa: PLC0415 - as above
    except ImportError as error:
        from strongroom.lib.extras import install_command  # noqa: PLC0415 - as above

        raise LoginError(f"botocore isn't installed, which signs the login. Run: {install_command('aws')}") from error
    region = attempt.text("region")
    url = endpoint(region)
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    if value := attempt.text("header_value"):
        headers[_SERVER_ID] = value
    request = AWSRequest(method="POST", url=url, data=_BODY, headers=headers)
    SigV4Auth(_credentials(attempt), "sts", region or _GLOBAL_REGION).add_auth(request)
    sent = {name: [value] for name, value in request.headers.items()}
    return {
        "iam_http_request_method": "POST",
        "iam_request_url": _encoded(url),
        "iam_request_body": _encoded(_BODY),
        "iam_request_headers": _encoded(json.dumps(sent, sort_keys=True)),
    }


def _credentials(attempt: Attempt) -> Any:
    """The given credentials, else those that AWS's own programs would use here."""
    from botocore.credentials import Credentials  # noqa: PLC0415 - as above
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - as above
    from botocore.session import Session  # noqa: PLC0415 - as above

    key, secret = attempt.text(_KEY), attempt.text(_SECRET)
    if bool(key) != bool(secret):
        raise LoginError(f"{_KEY} and {_SECRET} go together, and only one is given")
    if key:
        return Credentials(key, secret, attempt.text(_SESSION) or None)
    try:
        found = Session().get_credentials()
        frozen = found and found.get_frozen_credentials()
    except BotoCoreError as error:
        raise LoginError(f"AWS's credentials can't be had: {error}") from error
    if not frozen or not frozen.access_key:
        raise LoginError(
            f"there are no AWS credentials: give {_KEY} and {_SECRET}, set AWS_PROFILE, or run this where the machine "
            "has a role"
        )
    return frozen


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


METHOD = Method(
    "Logs in by an identity of AWS. Without keys, what AWS's own programs use is used: variables, profiles, the "
    "machine's role.",
    "role=web",
    {
        "role": Field("The role to log in by; the name of the identity without it."),
        _KEY: Field("The id of the access key."),
        _SECRET: Field("The access key."),
        _SESSION: Field("The session's token, for temporary keys."),
        "header_value": Field(f"The value of the header {_SERVER_ID}, if the server asks for one."),
        "region": Field("The region whose token service is asked; the global one without it."),
    },
    log_in,
    closed=True,
)
