"""What a server's answers say about a token (pure)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from strongroom.client.login.error import LoginError
from strongroom.client.values import Number

_WRAPPED: Final = ("token", "accessor", "ttl", "creation_time", "creation_path", "wrapped_accessor")
"""What is handed on of a wrapped answer, in the order that Vault's programs have."""

_MOST_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class Grant:
    """A token, and how long it is good.

    Attributes:
        ttl_s: from now on, in seconds; infinite for one that doesn't end.
        full_ttl_s: what a renewal grants, as far as it is known.
        age_s: since somebody logged in for it.
        left_s: until what no renewal goes beyond; infinite if there is none, or nobody says so.
        uses: how many requests it is good for; 0 for any number.
        can_look_up: whether it is known that it may be used to ask what it is.
        policies: the names of those by which it may do something, as far as they are known.
        wrapping: what stands for the token, where it was asked to be wrapped: then `token` is empty.
    """

    token: str = field(repr=False)
    accessor: str
    ttl_s: float
    full_ttl_s: float
    renewable: bool
    age_s: float = 0.0
    left_s: float = math.inf
    uses: int = 0
    can_look_up: bool = True
    policies: tuple[str, ...] = field(default=(), compare=False)
    wrapping: Mapping[str, Any] | None = field(default=None, repr=False)


def of_login(answer: Any) -> Grant:
    """What a login gave.  Raises `LoginError` if it gave no token."""
    auth = _part(answer, "auth")
    token = auth.get("client_token")
    if not isinstance(token, str) or not token:
        if auth.get("mfa_requirement"):
            raise LoginError("the login asks for a second factor, which an agent can't give")
        raise LoginError("the server's answer to the login has no token")
    # A login whose token has no end says 0.
    ttl_s = _whole(auth.get("lease_duration")) or math.inf
    return Grant(
        token,
        str(auth.get("accessor") or ""),
        ttl_s,
        ttl_s,
        renewable=bool(auth.get("renewable")),
        uses=_whole(auth.get("num_uses")),
        policies=_policies(auth.get("policies")),
    )


def of_wrapped_login(answer: Any) -> Grant:
    """What stands for a login's token.  Raises `LoginError` if the answer isn't wrapped."""
    found = wrapping_of(answer)
    if found is None:
        raise LoginError("the server's answer to the login isn't wrapped")
    accessor = str(found.get("wrapped_accessor", ""))
    return Grant("", accessor, math.inf, math.inf, renewable=False, wrapping=found)


def wrapping_of(answer: Any) -> Mapping[str, Any] | None:
    """What an answer says about its wrapping, None if it isn't wrapped."""
    found = _part(answer, "wrap_info")
    if not found.get("token"):
        return None
    return {name: found.get(name) or "" for name in _WRAPPED}


def of_lookup(answer: Any, token: str) -> Grant:
    """What the server knows about a token.

    The ages are by the server's own clock, so that it doesn't matter how wrong this machine's is.

    Raises: `LoginError` if the answer is none.
    """
    data = _part(answer, "data")
    if "ttl" not in data:
        raise LoginError("the server's answer about the token says nothing")
    ttl_s = math.inf if data.get("expire_time") is None else _whole(data["ttl"])
    full = _whole(data.get("period")) or _whole(data.get("creation_ttl"))
    age_s, left_s = 0.0, math.inf
    if (expires_at := _seconds_of(data.get("expire_time"))) is not None:
        now = expires_at - ttl_s
        age_s = max(0.0, now - _whole(data.get("creation_time")))
        if most := _whole(data.get("explicit_max_ttl")):
            left_s = max(0.0, most - age_s)
    return Grant(
        token,
        str(data.get("accessor") or ""),
        ttl_s,
        max(ttl_s, full),
        renewable=bool(data.get("renewable")),
        age_s=age_s,
        left_s=left_s,
        uses=_whole(data.get("num_uses")),
        policies=_policies(data.get("policies")),
    )


def together(login: Grant, lookup: Grant) -> Grant:
    """A fresh login, and what only a look-up says about its token."""
    return replace(login, left_s=lookup.left_s, full_ttl_s=max(login.ttl_s, lookup.full_ttl_s))


def of_renewal(answer: Any) -> tuple[float, bool]:
    """For how long a renewal grants the token, and whether it can be renewed again.

    Raises: `LoginError` if the answer is none.
    """
    auth = _part(answer, "auth")
    if "lease_duration" not in auth:
        raise LoginError("the server's answer to the renewal says nothing")
    return _whole(auth["lease_duration"]), bool(auth.get("renewable"))


def _part(answer: Any, name: str) -> dict[str, Any]:
    part = answer.get(name) if isinstance(answer, dict) else None
    return part if isinstance(part, dict) else {}


def _policies(value: Any) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _whole(value: Any) -> int:
    """A number above 0; 0 for anything else."""
    digits = value if isinstance(value, Number) else ""
    return int(digits) if digits.isdecimal() and len(digits) <= _MOST_DIGITS else 0


def _seconds_of(value: Any) -> float | None:
    """A moment as the API writes it, in seconds since the epoch; None for none."""
    try:
        return datetime.fromisoformat(value).timestamp()
    except (TypeError, ValueError):
        return None
