"""The login by an identity of Google Cloud: a service account's key, or the machine that this runs on.

Source: https://developer.hashicorp.com/vault/docs/auth/gcp,
https://cloud.google.com/compute/docs/instances/verifying-instance-identity
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from strongroom.cli.login.metadata import ask, ask_json
from strongroom.cli.login.method import Answer, Attempt, Field, LoginError, Method
from strongroom.client.durations import parse_seconds

_METADATA = "metadata.google.internal"
_HEADERS = {"Metadata-Flavor": "Google"}
_SIGNER = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{}:signJwt"
_DEFAULT_LIFE_MINUTES, _LONGEST_LIFE_S = 15, 3600
_KEY_FIELDS = ("client_email", "private_key", "private_key_id")


def log_in(attempt: Attempt) -> Answer:
    """Log in.  Raises `LoginError`, `ClientError`."""
    role = attempt.text("role")
    if not role:
        raise LoginError("role is required")
    return attempt.post("login", {"role": role, "jwt": attempt.text("jwt") or _token(attempt, role)})


def _token(attempt: Attempt, role: str) -> str:
    key, account = _key(attempt), attempt.text("service_account")
    if key is not None and account not in {"", key["client_email"]}:
        raise LoginError(f"the credentials are of {key['client_email']}, and service_account is {account}")
    if key is None and not account:
        query = urlencode({"audience": _audience(role), "format": "full"})
        url = f"{_host(attempt)}/instance/service-accounts/default/identity?{query}"
        return ask(url, _HEADERS, "the machine's identity token").strip()
    claims = {
        "aud": _audience(role),
        "sub": key["client_email"] if key else account,
        "exp": int(time.time()) + _life_s(attempt),
    }
    return _signed(key, claims) if key else _signed_by_google(attempt, account, claims)


def _audience(role: str) -> str:
    return f"http://vault/{role}"


def _life_s(attempt: Attempt) -> int:
    """How long the token is valid: jwt_exp is minutes, as its documentation has it, or a duration with a unit."""
    text = attempt.text("jwt_exp", str(_DEFAULT_LIFE_MINUTES))
    try:
        seconds = int(text) * 60 if text.isascii() and text.isdigit() else int(parse_seconds(text))
    except ValueError as error:
        raise LoginError(f"could not parse jwt_exp '{text}' into integer value") from error
    if not 0 < seconds <= _LONGEST_LIFE_S:
        raise LoginError("jwt_exp must be above 0 and at most an hour")
    return seconds


def _key(attempt: Attempt) -> dict[str, str] | None:
    """The service account's key: the given one, or that of the file which Google's own variable names."""
    given: Any = attempt.given.get("credentials")
    path = attempt.environment.get("GOOGLE_APPLICATION_CREDENTIALS", "")
    if not given and not path:
        return None
    try:
        text = given or Path(path).read_text()
        found = text if isinstance(text, dict) else json.loads(text)
    except (OSError, ValueError) as error:
        raise LoginError(f"could not obtain credentials: {_where(given, path)} can't be read as JSON") from error
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in _KEY_FIELDS):
        raise LoginError(f"could not obtain credentials: {_where(given, path)} holds no service account's key")
    return {name: found[name] for name in _KEY_FIELDS}


def _where(given: Any, path: str) -> str:
    return "credentials" if given else path


def _signed(key: dict[str, str], claims: dict[str, Any]) -> str:
    """Sign as the service account, with its own key.

    Source: https://google.aip.dev/auth/4111
    """
    import jwt  # noqa: PLC0415 - only this login needs it

    signer = {"iss": key["client_email"], "iat": int(time.time()), **claims}
    try:
        return jwt.encode(signer, key["private_key"], "RS256", headers={"kid": key["private_key_id"]})
    except (ValueError, TypeError, jwt.PyJWTError) as error:
        raise LoginError("could not obtain credentials: the private key can't be read") from error


def _signed_by_google(attempt: Attempt, account: str, claims: dict[str, Any]) -> str:
    """Have Google sign as another service account, in the machine's name.

    Source: https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signJwt
    """
    url = f"{_host(attempt)}/instance/service-accounts/default/token"
    token = ask_json(url, _HEADERS, "the machine's access token").get("access_token")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = json.dumps({"payload": json.dumps(claims)}).encode()
    answer = ask_json(_SIGNER.format(quote(account, safe="@")), headers, "a signature", body=body).get("signedJwt")
    if not isinstance(answer, str):
        raise LoginError(f"Google signed nothing for {account}")
    return answer


def _host(attempt: Attempt) -> str:
    """Where the machine's metadata are; the variable is that of Google's own libraries."""
    return f"http://{attempt.environment.get('GCE_METADATA_HOST') or _METADATA}/computeMetadata/v1"


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
