"""Waiting after failures: longer each time, bounded, and in time for what is about to end."""

from __future__ import annotations

import pytest

from strongroom.agent.denials import may_be_unknown_token
from strongroom.agent.dependencies.failing import (
    Outage,
    Trouble,
    is_outage,
    outage_after,
    pause_s,
)
from strongroom.agent.dependencies.moment import Moment
from strongroom.client.errors import ClientError, Unreachable, by_status

DENIED_BY_POLICY = "1 error occurred:\n\t* permission denied\n\n"


def _error(status: int, *texts: str) -> ClientError:
    return by_status(status)("GET", "http://x/v1/y", status, errors=texts, body="")


@pytest.mark.parametrize(
    ("failures", "least", "most"), [(1, 1, 1), (2, 1.5, 2), (5, 12, 16), (7, 45, 60), (1000, 45, 60)]
)
def test_waits_double_up_to_a_bound(failures: int, least: float, most: float) -> None:
    """The wait doubles with each failure, less a quarter of it by chance."""
    assert pause_s(failures, 0.0) == pytest.approx(most)
    assert pause_s(failures, 1.0) == pytest.approx(least)


@pytest.mark.parametrize(("left", "expected"), [(1000, 52.5), (40, 10), (1, 0.5), (-5, 52.5)])
def test_what_is_about_to_end_is_tried_some_more_times(left: float, expected: float) -> None:
    """Before a lease ends there is time for some tries, but they don't come without a pause."""
    assert pause_s(10, 0.5, left) == pytest.approx(expected)


def test_an_outage_is_asked_about_once_in_a_while() -> None:
    """Requests that were under way together count once; the waits between single ones grow to 15 s."""
    first = outage_after(None, "refused", 0.0, Moment(10, 100), 0.5)
    assert first == Outage(Trouble(100, 1, "refused"), 11)
    assert outage_after(first, "refused", 9.0, Moment(10.5, 100.5), 0.5) is first
    second = outage_after(first, "timeout", 11.0, Moment(11, 101), 0.5)
    assert second == Outage(Trouble(100, 2, "timeout"), 12.75)
    for _ in range(10):
        second = outage_after(second, "timeout", second.until, Moment(second.until, 200), 1.0)
    assert second.trouble == Trouble(100, 12, "timeout")
    assert outage_after(second, "x", second.until, Moment(500, 200), 1.0).until == 515


@pytest.mark.parametrize(
    ("error", "outage", "unknown"),
    [
        (Unreachable("GET", "http://x", "connection refused"), True, False),
        (_error(503, "Vault is sealed"), True, False),
        (_error(502), True, False),
        (_error(500, "the database is away"), False, False),
        (_error(429, "quota"), False, False),
        (_error(404), False, False),
        (_error(403, DENIED_BY_POLICY), False, False),
        (_error(403, "permission denied"), False, True),
        (_error(403, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"), False, True),
        (_error(400, "invalid token"), False, False),
    ],
)
def test_failures_are_told_apart(error: ClientError, outage: bool, unknown: bool) -> None:
    """A server that is away, a token that it may not know, and everything that is about one path."""
    assert is_outage(error) is outage
    assert may_be_unknown_token(error) is unknown
