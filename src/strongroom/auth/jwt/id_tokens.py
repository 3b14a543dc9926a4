"""Judges ID tokens whose signature is proved (p).

Source: https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from strongroom.auth.jwt import claims as claims_
from strongroom.auth.jwt import validation
from strongroom.auth.jwt.validation import Expected
from strongroom.lib.errors import InvalidRequest

_SKEW_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an ID token has to say."""

    issuer: str
    client_id: str
    nonce: str = ""
    """Empty if none was sent, as in the device flow."""
    audiences: tuple[str, ...] = ()
    """The role's: one of them has to be among the token's, beside the rules for the client's own."""
    subject: str = ""
    max_age_s: int = 0
    began_at: float = 0.0
    """When the login began here, in seconds since the epoch."""


def check(claims: Mapping[str, Any], wanted: Wanted, now: float) -> None:
    """Raise `InvalidRequest` unless the token was made for this login, at this time in seconds since the epoch."""
    for name in ("exp", "iat", "sub"):
        if not claims.get(name):
            raise _refused(f"it has no {name}")
    given = claims_.audiences(claims)
    _check_party(given, claims.get("azp"), wanted)
    expected = Expected(
        issuer=wanted.issuer,
        audiences=wanted.audiences,
        unbound_audience=True,
        clock_skew_leeway_s=_SKEW_S,
    )
    validation.check(claims, expected, now)
    nonce = claims.get("nonce")
    if wanted.nonce and not (isinstance(nonce, str) and hmac.compare_digest(nonce.encode(), wanted.nonce.encode())):
        raise _refused("its nonce is another login's")
    if wanted.subject and claims.get("sub") != wanted.subject:
        raise InvalidRequest("sub claim does not match bound subject")
    if wanted.max_age_s:
        at = claims.get("auth_time")
        if isinstance(at, bool) or not isinstance(at, int | float):
            raise _refused("it has no auth_time, which max_age needs")
        if at + wanted.max_age_s + _SKEW_S < (wanted.began_at or now):
            raise _refused("the user proved who they are longer ago than max_age allows")


def _check_party(given: tuple[str, ...], party: Any, wanted: Wanted) -> None:
    if not given:
        raise _refused("it has no aud")
    if party is not None and party != wanted.client_id:
        raise _refused("its authorized party (azp) is another client")
    if wanted.client_id not in given and (party != wanted.client_id or len(given) > 1):
        raise _refused("its audience is not this client")
    if len(given) > 1 and party != wanted.client_id:
        raise _refused("it has several audiences, and this client is not its authorized party (azp)")


def check_hash(claims: Mapping[str, Any], name: str, digest: str) -> None:
    """Raise `InvalidRequest` if the token names the digest of something else than came with it."""
    given = claims.get(name)
    if given is not None and not (isinstance(given, str) and hmac.compare_digest(given.encode(), digest.encode())):
        raise _refused(f"its {name} is of something else")


def _refused(reason: str) -> InvalidRequest:
    return InvalidRequest(f"Token verification failed. The ID token is not valid: {reason}.")
