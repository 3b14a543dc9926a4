"""The proof of an identity of Google Cloud: a token that a service account or this machine has signed.

Source: https://developer.hashicorp.com/vault/docs/auth/gcp,
https://cloud.google.com/compute/docs/instances/verifying-instance-identity
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from strongroom.client.durations import parse_seconds
from strongroom.client.login.error import LoginError
from strongroom.client.login.metadata import ask, ask_json

DEFAULT_LIFE = "15"
"""How long a signed token is valid unless something else is asked for, in minutes."""
DEFAULT_ACCOUNT = "default"
"""What a machine calls its own service account."""
_LONGEST_LIFE_S = 3600
_METADATA = "metadata.google.internal"
_HEADERS = {"Metadata-Flavor": "Google"}
_SIGNER = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{}:signJwt"
_VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"


@dataclass(frozen=True, slots=True)
class ServiceAccountKey:
    """The key of a service account."""

    client_email: str
    private_key: str = field(repr=False)
    private_key_id: str


def life_s(text: str) -> int:
    """How long a token is valid: minutes, as `jwt_exp` is documented, or a duration with a unit.  (p)

    Raises: `LoginError`.
    """
    try:
        seconds = int(text) * 60 if text.isascii() and text.isdigit() else int(parse_seconds(text))
    except ValueError as error:
        raise LoginError(f"could not parse jwt_exp '{text}' into integer value") from error
    if not 0 < seconds <= _LONGEST_LIFE_S:
        raise LoginError("jwt_exp must be above 0 and at most an hour")
    return seconds


def account_key(given: Any, environment: Mapping[str, str]) -> ServiceAccountKey | None:
    """The service account's key: the given one, or that of the file which Google's own variable names.

    Args:
        given: its JSON, as text or decoded; empty for none.

    Raises: `LoginError`.
    """
    path = environment.get(_VARIABLE, "")
    if not given and not path:
        return None
    where = "credentials" if given else path
    try:
        text = given or Path(path).read_text()
        found = text if isinstance(text, dict) else json.loads(text)
    except (OSError, ValueError) as error:
        raise LoginError(f"could not obtain credentials: {where} can't be read as JSON") from error
    names = ServiceAccountKey.__slots__
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in names):
        raise LoginError(f"could not obtain credentials: {where} holds no service account's key")
    return ServiceAccountKey(**{name: found[name] for name in names})


def machine_token(environment: Mapping[str, str], audience: str, account: str = DEFAULT_ACCOUNT) -> str:
    """The identity token of this machine.

    Args:
        audience: whom it is for.
        account: one of the machine's service accounts.

    Raises: `LoginError`.
    """
    query = urlencode({"audience": audience, "format": "full"})
    url = f"{_host(environment)}/instance/service-accounts/{quote(account, safe='@')}/identity?{query}"
    return ask(url, _HEADERS, "the machine's identity token").strip()


def signed_token(environment: Mapping[str, str], key: ServiceAccountKey | None, account: str, role: str, s: int) -> str:
    """A token of a service account, signed with its key, or by Google in the machine's name.

    Args:
        account: whose token it is; empty for the key's.
        role: for which the login is.
        s: how long it is valid, in seconds.

    Raises: `LoginError`.
    """
    if key is not None and account not in {"", key.client_email}:
        raise LoginError(f"the credentials are of {key.client_email}, and service_account is {account}")
    subject = key.client_email if key is not None else account
    claims = {"aud": iam_audience(role), "sub": subject, "exp": int(time.time()) + s}
    return _signed(key, claims) if key is not None else _signed_by_google(environment, account, claims)


def iam_audience(role: str) -> str:
    """Whom a token of a service account is for.  (p)"""
    return f"http://vault/{role}"


def _signed(key: ServiceAccountKey, claims: dict[str, Any]) -> str:
    """Sign as the service account, with its own key.

    Source: https://google.aip.dev/auth/4111
    """
    import jwt  # noqa: PLC0415 - only this login needs it

    signer = {"iss": key.client_email, "iat": int(time.time()), **claims}
    try:
        return jwt.encode(signer, key.private_key, "RS256", headers={"kid": key.private_key_id})
    except (ValueError, TypeError, jwt.PyJWTError) as error:
        raise LoginError("could not obtain credentials: the private key can't be read") from error


def _signed_by_google(environment: Mapping[str, str], account: str, claims: dict[str, Any]) -> str:
    """Have Google sign as another service account, in the machine's name.

    Source: https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signJwt
    """
    url = f"{_host(environment)}/instance/service-accounts/{DEFAULT_ACCOUNT}/token"
    token = ask_json(url, _HEADERS, "the machine's access token").get("access_token")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = json.dumps({"payload": json.dumps(claims)}).encode()
    answer = ask_json(_SIGNER.format(quote(account, safe="@")), headers, "a signature", body=body).get("signedJwt")
    if not isinstance(answer, str):
        raise LoginError(f"Google signed nothing for {account}")
    return answer


def _host(environment: Mapping[str, str]) -> str:
    """Where the machine's metadata are; the variable is that of Google's own libraries."""
    return f"http://{environment.get('GCE_METADATA_HOST') or _METADATA}/computeMetadata/v1"
