"""How long an answer holds, by what it says itself (p).

Source: https://openbao.org/docs/agent-and-proxy/agent/template/#renewals-and-updating-secrets
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from strongroom.agent.dependencies.moment import Moment
from strongroom.agent.dependencies.secret import Secret
from strongroom.template.values import Number

TOKEN = "token"  # noqa: S105 - no lease has such an id
"""Stands for a lease's id where the lease is a token: its secret isn't repeated here."""

_MUCH_S = 60.0


@dataclass(frozen=True, slots=True)
class Leased:
    """It ends with a lease, and with the token that took it.

    Attributes:
        lease_id: `TOKEN` for that of a token.
        duration_s: what was granted last.
        full_s: the longest that was granted.
        granted_at: by the monotonic clock.
    """

    lease_id: str
    duration_s: float
    full_s: float
    renewable: bool
    granted_at: float

    @property
    def ends_at(self) -> float:
        """When it ends unless it is renewed, by the monotonic clock."""
        return self.granted_at + self.duration_s

    def renewed(self, duration_s: float, *, renewable: bool, now: float) -> Leased:
        """The lease after a renewal."""
        return replace(
            self,
            duration_s=duration_s,
            full_s=max(self.full_s, duration_s),
            renewable=renewable,
            granted_at=now,
        )


@dataclass(frozen=True, slots=True)
class Rotated:
    """The server replaces it at a known time."""

    at: float
    """By the monotonic clock."""


@dataclass(frozen=True, slots=True)
class Expiring:
    """It has a last moment, and no lease: a certificate, or the secret id of a role.

    Attributes:
        begins_at, ends_at: by the monotonic clock.
    """

    begins_at: float
    ends_at: float


@dataclass(frozen=True, slots=True)
class Static:
    """It may change at any time, and says nothing of when.

    Attributes:
        hint_s: how often the server means it to be read; 0 if it doesn't say.
    """

    hint_s: float = 0.0


Terms: TypeAlias = Leased | Rotated | Expiring | Static


def terms_of(secret: Secret, moment: Moment) -> Terms:
    """How long an answer to a read or a write holds.

    Args:
        moment: when it came.
    """
    now, clock = moment.at, moment.clock
    auth = secret.auth
    if auth is not None and auth.lease_duration > 0:
        return Leased(TOKEN, auth.lease_duration, auth.lease_duration, auth.renewable, now)
    if secret.lease_id:
        duration_s = secret.lease_duration
        if duration_s > 0:
            return Leased(secret.lease_id, duration_s, duration_s, secret.renewable, now)
        return Static()
    data = secret.data
    expiration, secret_id_ttl = _seconds(data, "expiration"), _seconds(data, "secret_id_ttl")
    if "certificate" in data and expiration is not None and expiration > clock:
        return Expiring(now, now + expiration - clock)
    if "secret_id" in data and secret_id_ttl:
        return Expiring(now, now + secret_id_ttl)
    if "rotation_period" in data or "rotation_schedule" in data:
        ttl = _seconds(data, "ttl")
        if ttl is not None:
            return Rotated(now + ttl)
    return Static(secret.lease_duration)


def is_later(terms: Terms, before: Terms) -> bool:
    """Whether the end of a certificate is much later than it seemed before."""
    return isinstance(terms, Expiring) and isinstance(before, Expiring) and terms.ends_at > before.ends_at + _MUCH_S


def _seconds(data: Mapping[str, Any], name: str) -> float | None:
    """A number of seconds; None if there is none."""
    found = data.get(name)
    if not isinstance(found, Number):
        return None
    try:
        return float(found)
    except ValueError:
        return None
