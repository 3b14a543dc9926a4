"""What a token that Google or a service account has signed says (pure).

Source: https://developer.hashicorp.com/vault/docs/auth/gcp#authentication;
https://cloud.google.com/compute/docs/instances/verifying-instance-identity
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from strongroom.auth.gcp.records import GCE, IAM, GcpRole
from strongroom.lib.errors import InvalidRequest

ALGORITHMS = frozenset({"RS256"})
GOOGLE_ISSUERS = frozenset({"https://accounts.google.com", "accounts.google.com"})
TOLERANCE_S = 60
MOST_S = 3600
"""The longest that a token may go on to count."""
_ACCOUNT = re.compile(r"[0-9]{1,32}|[a-z0-9][a-z0-9._-]{0,127}@[a-z0-9.-]{1,128}\.gserviceaccount\.com")
_PART = re.compile(r"[a-z0-9][a-z0-9.:-]{0,127}")


@dataclass(frozen=True, slots=True)
class InstanceClaims:
    """What Google says of an instance."""

    project_id: str
    project_number: str
    zone: str
    instance_id: str
    instance_name: str
    created: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Who a token is about."""

    account: str
    """Email address or unique id of a service account."""
    instance: InstanceClaims | None


def account_of(claims: Mapping[str, Any]) -> str:
    """The service account that a token is about.  Raises `InvalidRequest` for anything else."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or _ACCOUNT.fullmatch(subject) is None:
        raise InvalidRequest("the claim sub of the token isn't the id or email address of a service account")
    return subject


def judged(claims: Mapping[str, Any], role: GcpRole, name: str, now: float, *, by_google: bool) -> Shown:
    """Who a token is about, if it counts for a role.

    Args:
        claims: proved by a signature. name: of the role. now: seconds since the epoch. by_google: whether Google
            itself has signed, and not the service account.

    Raises: `InvalidRequest` naming the claim that doesn't fit.
    """
    account = account_of(claims)
    instance = _instance(claims) if by_google else None
    if by_google and _text(claims.get("iss")) not in GOOGLE_ISSUERS:
        raise InvalidRequest(f"the claim iss of the token is {_text(claims.get('iss'))}, and not Google's")
    _check_audience(claims.get("aud"), name)
    _check_times(claims, now)
    if role.type == GCE and instance is None:
        raise InvalidRequest(
            "expected JWT to have claims with GCE metadata: the claim google.compute_engine is missing. An instance "
            "gets it by format=full"
        )
    if role.type == IAM and instance is not None and not role.allow_gce_inference:
        raise InvalidRequest(f'Got GCE token but IAM role "{name}" does not allow GCE inference')
    if role.type == IAM and instance is None and claims["exp"] > now + role.max_jwt_exp_s:
        raise InvalidRequest(f"role requires that service account JWTs expire within {role.max_jwt_exp_s} seconds")
    return Shown(account, instance)


def _check_audience(aud: Any, name: str) -> None:
    audiences = [aud] if isinstance(aud, str) else aud
    wanted = f"vault/{name}"
    fits = isinstance(audiences, list) and audiences and all(isinstance(each, str) for each in audiences)
    # All of them, because whoever else the token is for could use it here.
    if not fits or not all(each.endswith(wanted) for each in audiences):
        raise InvalidRequest(f'the claim aud of the token is {_text(aud)}: it must end in "{wanted}"')


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    expires, not_before = claims.get("exp"), claims.get("nbf", claims.get("iat", 0))
    for name, value in (("exp", expires), ("nbf", not_before)):
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise InvalidRequest(f"JWT is expired or does not have proper '{name}' claim")
    assert isinstance(expires, int | float)
    if not expires > now - TOLERANCE_S:
        raise InvalidRequest("JWT is expired or does not have proper 'exp' claim")
    if not expires <= now + MOST_S + TOLERANCE_S:
        raise InvalidRequest(f"JWT must expire in {MOST_S // 60} minutes")
    if not not_before <= now + TOLERANCE_S:
        raise InvalidRequest("JWT does not count yet: see its claims nbf and iat")


def _instance(claims: Mapping[str, Any]) -> InstanceClaims | None:
    google = claims.get("google")
    engine = google.get("compute_engine") if isinstance(google, Mapping) else None
    if not isinstance(engine, Mapping):
        return None
    found = InstanceClaims(
        project_id=_text(engine.get("project_id")),
        project_number=_text(engine.get("project_number")),
        zone=_text(engine.get("zone")),
        instance_id=_text(engine.get("instance_id")),
        instance_name=_text(engine.get("instance_name")),
        created=_text(engine.get("instance_creation_timestamp")),
    )
    if not all(map(_PART.fullmatch, (found.project_id, found.zone, found.instance_name))) or not found.instance_id:
        raise InvalidRequest("the claim google.compute_engine of the token doesn't name an instance")
    return found


def _text(value: Any) -> str:
    return str(value)[:256] if isinstance(value, str | int) and not isinstance(value, bool) else ""
