"""How long to wait after something failed, and whether the server as a whole is away (p)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from strongroom.agent.dependencies.moment import Moment
from strongroom.agent.session.timing import backoff_s
from strongroom.client.errors import ClientError, NotServing, ResponseError, Unreachable

_FIRST_S: Final = 1.0
_LONGEST_S: Final = 60.0
_LONGEST_OUTAGE_S: Final = 15.0
"""One request, whatever the number of dependencies, asks no more of a server than that it answers in time again."""
_SHORTEST_S: Final = 0.5
_TRIES_BEFORE_END: Final = 4
_AWAY = frozenset({502, 504})
"""Statuses by which a proxy says that it doesn't reach the server."""


def pause_s(failures: int, share: float, left_s: float | None = None) -> float:
    """How long to wait after so many failures in a row: twice as long each time, within a minute.

    Args:
        share: chance, as a share of 1.
        left_s: until what is known ends; the wait is short enough for some tries before that.
    """
    wait_s = backoff_s(failures, _FIRST_S, _LONGEST_S, share)
    if left_s is not None and left_s > 0:
        wait_s = min(wait_s, left_s / _TRIES_BEFORE_END)
    return max(wait_s, _SHORTEST_S)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that fails.

    Attributes:
        since: seconds since the epoch, when it began to fail.
        failures: how often in a row.
        reason: for people, without a secret.
    """

    since: float
    failures: int
    reason: str


def trouble_after(trouble: Trouble | None, reason: str, moment: Moment) -> Trouble:
    """What another failure makes of it."""
    if trouble is None:
        return Trouble(moment.clock, 1, reason)
    return Trouble(trouble.since, trouble.failures + 1, reason)


@dataclass(frozen=True, slots=True)
class Outage:
    """The server doesn't answer, or is sealed.  Meanwhile it isn't asked for each dependency, but once in a while.

    Attributes:
        trouble: since when, and how often it was asked.
        until: by the monotonic clock, when it is asked again.
    """

    trouble: Trouble
    until: float


def outage_after(outage: Outage | None, reason: str, began_at: float, moment: Moment, share: float) -> Outage:
    """The outage after a failed request.  Those that were under way together count once.

    Args:
        began_at: when the request was sent, by the monotonic clock.
    """
    if outage is not None and began_at < outage.until:
        return outage
    trouble = trouble_after(outage.trouble if outage else None, reason, moment)
    return Outage(trouble, moment.at + min(pause_s(trouble.failures, share), _LONGEST_OUTAGE_S))


def is_outage(error: ClientError) -> bool:
    """Whether a failure says that the server is away, rather than something about one path."""
    return isinstance(error, Unreachable | NotServing) or (isinstance(error, ResponseError) and error.status in _AWAY)
