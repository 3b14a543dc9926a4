"""The login by an identity of AWS: a signed request to its token service, which the server sends there in our place.

Source: https://developer.hashicorp.com/vault/docs/auth/aws#iam-auth-method
"""

from __future__ import annotations

from strongroom.cli.login.method import Answer, Attempt, Field, Method
from strongroom.client.login.aws import SERVER_ID, AwsKeys, endpoint, found_keys, signed_request
from strongroom.client.login.error import LoginError

_KEY, _SECRET, _SESSION = "aws_access_key_id", "aws_secret_access_key", "aws_security_token"


def log_in(attempt: Attempt) -> Answer:
    """Log in.  Raises `LoginError`, `ClientError`."""
    region = attempt.text("region")
    url = endpoint(region)
    signed = signed_request(_keys(attempt), url, region, attempt.text("header_value"))
    return attempt.post("login", {"role": attempt.text("role"), **signed})


def _keys(attempt: Attempt) -> AwsKeys:
    """The given keys, else those that AWS's own programs would use here."""
    key, secret = attempt.text(_KEY), attempt.text(_SECRET)
    if bool(key) != bool(secret):
        raise LoginError(f"{_KEY} and {_SECRET} go together, and only one is given")
    return AwsKeys(key, secret, attempt.text(_SESSION)) if key else found_keys(f"give {_KEY} and {_SECRET}")


METHOD = Method(
    "Logs in by an identity of AWS. Without keys, what AWS's own programs use is used: variables, profiles, the "
    "machine's role.",
    "role=web",
    {
        "role": Field("The role to log in by; the name of the identity without it."),
        _KEY: Field("The id of the access key."),
        _SECRET: Field("The access key."),
        _SESSION: Field("The session's token, for temporary keys."),
        "header_value": Field(f"The value of the header {SERVER_ID}, if the server asks for one."),
        "region": Field("The region whose token service is asked; the global one without it."),
    },
    log_in,
    closed=True,
)
