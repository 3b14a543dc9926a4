"""The login by an identity of Google Cloud: a service account's key, or the machine that this runs on.

Source: https://developer.hashicorp.com/vault/docs/auth/gcp
"""

from __future__ import annotations

from strongroom.cli.login.method import Answer, Attempt, Field, Method
from strongroom.client.login.error import LoginError
from strongroom.client.login.gcp import (
    DEFAULT_LIFE,
    account_key,
    iam_audience,
    life_s,
    machine_token,
    signed_token,
)


def log_in(attempt: Attempt) -> Answer:
    """Log in.  Raises `LoginError`, `ClientError`."""
    role = attempt.text("role")
    if not role:
        raise LoginError("role is required")
    return attempt.post("login", {"role": role, "jwt": attempt.text("jwt") or _token(attempt, role)})


def _token(attempt: Attempt, role: str) -> str:
    environment, account = attempt.environment, attempt.text("service_account")
    key = account_key(attempt.given.get("credentials"), environment)
    if key is None and not account:
        return machine_token(environment, iam_audience(role))
    return signed_token(environment, key, account, role, life_s(attempt.text("jwt_exp", DEFAULT_LIFE)))


METHOD = Method(
    "Logs in by an identity of Google Cloud: a service account's key, or the machine that this runs on.",
    "role=web",
    {
        "role": Field("The role to log in by."),
        "credentials": Field(
            "A service account's key as JSON; @file reads it from a file. Without it the file counts that "
            "GOOGLE_APPLICATION_CREDENTIALS names."
        ),
        "service_account": Field("The service account to log in as (default: that of the key, or of the machine)."),
        "jwt": Field("The signed token, if it was had in another way."),
        "jwt_exp": Field("How long the signed token is valid, in minutes (default: 15, at most 60).", "minutes"),
        "project": Field("Accepted, and not needed: a service account's name holds its project."),
    },
    log_in,
    closed=True,
)
