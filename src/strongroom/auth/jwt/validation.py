"""Judges the registered claims of a token whose signature is proved (p).

Source: RFC 7519, section 4.1; https://developer.hashicorp.com/vault/api-docs/auth/jwt#create-role
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from strongroom.auth.jwt import claims as claims_
from strongroom.lib.errors import InvalidRequest

DEFAULT_LEEWAY_S = 150
"""Between a token's begin and its end, where it names only one of them."""
DEFAULT_SKEW_S = 60
_LATEST = 2.0**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a token has to say.  An empty text or tuple demands nothing.  A leeway of 0 is the default, -1 is none."""

    issuer: str = ""
    subject: str = ""
    audiences: tuple[str, ...] = ()
    unbound_audience: bool = False
    """Whether a token may name an audience that nothing binds."""
    clock_skew_leeway_s: int = 0
    expiration_leeway_s: int = 0
    not_before_leeway_s: int = 0


def check(claims: Mapping[str, Any], expected: Expected, now: float) -> None:
    """Raise `InvalidRequest` unless the claims are as expected at this time, in seconds since the epoch."""
    if expected.issuer and claims.get("iss") != expected.issuer:
        raise _refused(
            f"invalid issuer (iss) claim: the token has {claims_.quoted(claims.get('iss'))}, the mount has "
            f'bound_issuer "{expected.issuer}"'
        )
    if expected.subject and claims.get("sub") != expected.subject:
        raise _refused(f"invalid subject (sub) claim: the token has {claims_.quoted(claims.get('sub'))}")
    _check_audience(claims_.audiences(claims), expected)
    begin, end = lifetime(claims, expected)
    skew_s = _leeway_s(expected.clock_skew_leeway_s, DEFAULT_SKEW_S)
    if now + skew_s < begin:
        named = "not before (nbf)" if _time(claims, "nbf") else "issued at (iat)"
        raise _refused(f"invalid {named} claim: token not yet valid")
    if now - skew_s > end:
        raise _refused("invalid expiration time (exp) claim: token is expired")
    issued = _time(claims, "iat")
    if issued and now + skew_s < issued:
        raise _refused("invalid issued at (iat) claim: token issued in the future")


def _check_audience(given: tuple[str, ...], expected: Expected) -> None:
    if expected.audiences:
        if not set(given) & set(expected.audiences):
            raise _refused(
                "invalid audience (aud) claim: audience claim does not match any expected audience: the token has "
                f"{claims_.listed(given) or 'none'}, the role has {claims_.listed(expected.audiences)}"
            )
    elif given and not expected.unbound_audience:
        raise InvalidRequest(
            "audience claim found in JWT but no audiences bound to the role: the token has "
            f"{claims_.listed(given)}, the role's bound_audiences is empty"
        )


def lifetime(claims: Mapping[str, Any], expected: Expected) -> tuple[float, float]:
    """When the token begins and ends to be valid, in seconds since the epoch.

    Raises: `InvalidRequest` for a token that names neither, nor when it was issued.
    """
    issued, begin, end = (_time(claims, name) for name in ("iat", "nbf", "exp"))
    if not (issued or begin or end):
        raise _refused("no issued at (iat), not before (nbf), or expiration time (exp) claims in token")
    if not end:
        end = max(issued, begin) + _leeway_s(expected.expiration_leeway_s, DEFAULT_LEEWAY_S)
    if not begin:
        begin = issued or end - _leeway_s(expected.not_before_leeway_s, DEFAULT_LEEWAY_S)
    return begin, end


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if value is None:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_LATEST < value < _LATEST:
        raise _refused(f"the {name} claim is not a number of seconds")
    return float(value)


def _leeway_s(given_s: int, default_s: int) -> int:
    return default_s if given_s == 0 else max(given_s, 0)


def _refused(reason: str) -> InvalidRequest:
    return InvalidRequest(f"error validating token: {reason}")
