"""When something is renewed, and until when it is given to clients (pure).  Times are of the monotonic clock."""

from __future__ import annotations

from typing import Final

import msgspec

_RENEW_AT: Final = 2 / 3
_SPREAD: Final = 0.1
"""How far the times of renewals are apart, as a part of the whole: what was issued at once isn't renewed at once."""
_MARGIN: Final = 0.1
_LARGEST_MARGIN_S: Final = 60.0
_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 30.0


class LeaseTerm(msgspec.Struct, frozen=True):
    """The life of a lease or a token, as far as it is known."""

    full_s: float
    """How long it was granted at first."""
    granted_at: float
    ends_at: float
    failures: int = 0
    """Attempts to renew it that have failed since."""
    last: bool = False
    """Whether it can't be renewed any more."""


def granted(duration_s: float, now: float) -> LeaseTerm:
    """The term of what was just issued."""
    return LeaseTerm(full_s=duration_s, granted_at=now, ends_at=now + duration_s)


def renewed(term: LeaseTerm, duration_s: float, now: float) -> LeaseTerm:
    """The term after a renewal.  What gained next to nothing has come to its greatest age."""
    ends_at = now + duration_s
    gained = ends_at - term.ends_at
    last = duration_s < term.full_s * (1 - _MARGIN) and gained < term.full_s * _MARGIN
    return LeaseTerm(full_s=term.full_s, granted_at=now, ends_at=ends_at, last=last)


def failed(term: LeaseTerm) -> LeaseTerm:
    """The term after a renewal that may succeed later."""
    return msgspec.structs.replace(term, failures=term.failures + 1)


def stale_at(term: LeaseTerm) -> float:
    """When it is too near its end to be given to anybody."""
    return term.ends_at - min(term.full_s * _MARGIN, _LARGEST_MARGIN_S)


def next_step_at(term: LeaseTerm, now: float, chance: float) -> float:
    """When something is to be done: a renewal, or the removal if that comes first.

    Args:
        chance: from 0 to 1.
    """
    removal = stale_at(term)
    if term.last:
        return removal
    if term.failures:
        whole = min(_FIRST_PAUSE_S * 2.0 ** (term.failures - 1), _LONGEST_PAUSE_S)
        return min(now + whole * (0.5 + chance / 2), removal)
    left = term.ends_at - term.granted_at
    return min(term.granted_at + left * (_RENEW_AT + _SPREAD * chance), removal)


def is_over(term: LeaseTerm, now: float) -> bool:
    """Whether it has to be removed."""
    return now >= stale_at(term)
