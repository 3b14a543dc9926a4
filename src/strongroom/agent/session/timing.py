"""When a token is renewed, when the agent logs in again, and how long it waits after a failure (pure).

All times are by one monotonic clock, in seconds; chance is a number from 0 up to 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

NEVER: Final = math.inf
_RENEW_AFTER: Final = 2 / 3
"""The part of a token's time after which it is renewed, as Vault's own clients have it."""
_RENEW_SPREAD: Final = 0.1
"""Of its time, over which many agents that began together spread their renewals."""
_EARLY: Final = 0.1
"""The part of a token's time by which a login comes before its end, at the least; at the most it is twice that."""
_LEAST_GAIN_S: Final = 1.0
_ALMOST: Final = 0.01
_ALMOST_OF_SHORT: Final = 0.1
"""A renewal that grants this part less than usual, or a second less, isn't limited: servers round."""
_LONG_ENOUGH: Final = 0.9
"""No login that has more than this part of its life left is replaced for a lease's sake."""
_TRIES_BEFORE_END: Final = 4


class Action(Enum):
    """What the session does next."""

    LOG_IN = "log in"
    RENEW = "renew"


@dataclass(frozen=True, slots=True)
class Life:
    """What is known of a token's time.

    Attributes:
        began_at: when somebody logged in for it.
        granted_at: when its time was last granted, by the login or a renewal.
        ttl_s: how much time was granted then.
        full_ttl_s: how much a renewal grants, unless the token's last end is near.
        last_end_at: what no renewal goes beyond.
        proven: whether the server said so; otherwise the life of the login before is a guess for this one's.
        renewable: whether it can be renewed.
        chance: of this grant.
    """

    began_at: float
    granted_at: float
    ttl_s: float
    full_ttl_s: float
    last_end_at: float
    proven: bool
    renewable: bool
    chance: float

    @property
    def ends_at(self) -> float:
        """When it ends unless it is renewed."""
        return self.granted_at + self.ttl_s

    @property
    def gains(self) -> bool:
        """Whether a renewal would make it last longer."""
        limited = self.proven and self.ends_at >= self.last_end_at - _LEAST_GAIN_S
        return self.renewable and self.ttl_s < NEVER and not limited


def renew_at(life: Life) -> float:
    """When a token is renewed."""
    if not life.gains:
        return NEVER
    return life.granted_at + life.ttl_s * (_RENEW_AFTER + _RENEW_SPREAD * (life.chance - 0.5))


def login_at(life: Life) -> float:
    """When the agent logs in again although the token is still good: a little before its last end."""
    end = life.last_end_at if life.gains else min(life.ends_at, life.last_end_at)
    if end == NEVER or (life.gains and not life.proven):
        return NEVER
    return end - min(life.full_ttl_s, end - life.began_at) * _EARLY * (1 + life.chance)


def renewed(life: Life, now: float, ttl_s: float, *, renewable: bool, chance: float) -> Life:
    """A token's time after a renewal.

    Args:
        ttl_s: what the renewal granted.  Less than usual means that the last end is there.
    """
    end, proven = life.last_end_at, life.proven
    rounded = max(min(_LEAST_GAIN_S, life.full_ttl_s * _ALMOST_OF_SHORT), life.full_ttl_s * _ALMOST)
    if ttl_s < life.full_ttl_s - rounded:
        end, proven = min(now + ttl_s, end if proven else NEVER), True
    elif now + ttl_s > end + _LEAST_GAIN_S:
        end, proven = NEVER, False  # what was known or guessed was wrong
    return replace(
        life,
        granted_at=now,
        ttl_s=ttl_s,
        full_ttl_s=max(life.full_ttl_s, ttl_s),
        last_end_at=end,
        proven=proven,
        renewable=renewable,
        chance=chance,
    )


def lasts(life: Life, now: float, seconds: float) -> bool:
    """Whether a token lasts so long, or nearly as long as one of its kind can.

    A lease of more than a login's life can't be had.  Then any login is good that isn't in the later half of its own.
    """
    left = life.last_end_at - now
    if left == NEVER or left >= seconds:
        return True
    whole = life.last_end_at - life.began_at
    return left >= min(seconds, whole * _LONG_ENOUGH) if seconds <= whole else left >= whole / 2


def backoff_s(failures: int, least_s: float, most_s: float, chance: float) -> float:
    """How long to wait after so many failures in a row: twice as long each time, less a quarter of it by chance.

    After none it is the least.
    """
    doubled = min(least_s * 2.0 ** min(failures - 1, 62), most_s)
    return max(least_s, doubled * (1 - chance / 4))


def renewal_backoff_s(failures: int, left_s: float, least_s: float, most_s: float, chance: float) -> float:
    """How long to wait after a renewal that failed; short enough for some more tries before the token ends.

    Args:
        left_s: until it ends.
    """
    return min(backoff_s(failures, least_s, most_s, chance), max(left_s / _TRIES_BEFORE_END, least_s))


@dataclass(frozen=True, slots=True)
class Plan:
    """What a session has before it.

    Attributes:
        life: of its token; None if it has none.
        no_login_before: because logins failed, or their tokens were refused soon.
        no_renewal_before: because renewals failed.
        wanted: whether a new login was asked for while the token is good.
    """

    life: Life | None = None
    no_login_before: float = -NEVER
    no_renewal_before: float = -NEVER
    wanted: bool = False


def next_action(plan: Plan) -> tuple[Action, float]:
    """What is done next, and when at the earliest."""
    life = plan.life
    if life is None:
        return Action.LOG_IN, plan.no_login_before
    login = max(-NEVER if plan.wanted else login_at(life), plan.no_login_before)
    renewal = max(renew_at(life), plan.no_renewal_before)
    if renewal < min(login, life.ends_at):
        return Action.RENEW, renewal
    return Action.LOG_IN, min(login, max(life.ends_at, plan.no_login_before))
