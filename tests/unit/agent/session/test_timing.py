"""When a token is renewed, when the agent logs in again, and how long it waits: tables."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.agent.session.timing import (
    NEVER,
    Action,
    Life,
    Plan,
    backoff_s,
    lasts,
    login_at,
    next_action,
    renew_at,
    renewal_backoff_s,
    renewed,
)

HOUR = 3600.0


def life(ttl_s: float = HOUR, last: float = NEVER, **more: object) -> Life:
    """A token that was got at 0."""
    fresh = Life(0, 0, ttl_s, ttl_s, last, proven=last < NEVER, renewable=True, chance=0.5)
    return replace(fresh, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("token", "renewal", "login"),
    [
        (life(), 2400, NEVER),
        (life(chance=0.0), 2220, NEVER),
        (life(chance=0.999999), 2580, NEVER),
        (life(granted_at=1000), 3400, NEVER),
        (life(last=32 * 24 * HOUR), 2400, 32 * 24 * HOUR - 540),
        (life(last=HOUR), NEVER, HOUR - 540),
        (life(last=HOUR, chance=0.0), NEVER, HOUR - 360),
        (life(last=HOUR + 0.5), NEVER, HOUR - 540),
        (life(last=HOUR + 60), 2400, HOUR + 60 - 540),
        (life(last=HOUR, proven=False), 2400, NEVER),
        (life(renewable=False), NEVER, HOUR - 540),
        (life(renewable=False, last=10 * HOUR), NEVER, HOUR - 540),
        (life(ttl_s=NEVER), NEVER, NEVER),
        (life(ttl_s=NEVER, renewable=False), NEVER, NEVER),
        (life(ttl_s=600, full_ttl_s=HOUR, granted_at=3000, last=HOUR), NEVER, HOUR - 540),
    ],
)
def test_when(token: Life, renewal: float, login: float) -> None:
    """A token is renewed after two thirds of its time, and followed by another before its last end."""
    assert renew_at(token) == pytest.approx(renewal, abs=0.01)
    assert login_at(token) == pytest.approx(login, abs=0.01)


def test_a_token_without_an_end_gains_nothing() -> None:
    """A token that doesn't end isn't renewed, whatever it may be."""
    assert not life(ttl_s=NEVER).gains


@pytest.mark.parametrize(
    ("token", "now", "ttl_s", "ends", "last", "proven"),
    [
        (life(), 2400, HOUR, 6000, NEVER, False),
        (life(), 2400, HOUR - 1, 5999, NEVER, False),
        (life(), 2400, HOUR - 36, 5964, NEVER, False),
        (life(), 2400, HOUR - 37, 5963, 5963, True),
        (life(), 2400, 1200, HOUR, HOUR, True),
        (life(last=5000), 2400, 2600, 5000, 5000, True),
        (life(last=HOUR, proven=False), 2400, HOUR, 6000, NEVER, False),
        (life(last=HOUR, proven=False), 2400, 1200, HOUR, HOUR, True),
        (life(last=HOUR, proven=False), 2400, 1800, 4200, 4200, True),
        (life(last=HOUR), 2400, HOUR, 6000, NEVER, False),
        (life(last=6000 - 1), 2400, HOUR, 6000, 5999, True),
        (life(ttl_s=4), 2.5, 3, 5.5, 5.5, True),
        (life(ttl_s=60), 40, 59, 99, NEVER, False),
        (life(), 2400, 2 * HOUR, 2400 + 2 * HOUR, NEVER, False),
    ],
)
def test_what_a_renewal_says(token: Life, now: float, ttl_s: float, ends: float, last: float, proven: bool) -> None:
    """A renewal that grants less than usual says where the last end is; one that grants more corrects a guess."""
    after = renewed(token, now, ttl_s, renewable=True, chance=0.1)
    assert (after.ends_at, after.last_end_at, after.proven) == (ends, last, proven)
    assert (after.began_at, after.chance, after.full_ttl_s) == (0, 0.1, max(token.full_ttl_s, ttl_s))
    assert not renewed(token, now, ttl_s, renewable=False, chance=0.1).gains


@pytest.mark.parametrize(
    ("token", "now", "seconds", "enough"),
    [
        (life(), 0, 10**9, True),
        (life(last=HOUR), 0, HOUR, True),
        (life(last=HOUR), 400, HOUR, False),
        (life(last=HOUR), 300, HOUR, True),
        (life(last=HOUR), 3000, 600, True),
        (life(last=HOUR), 3001, 600, False),
        (life(last=HOUR), 1800, 10 * HOUR, True),
        (life(last=HOUR), 1801, 10 * HOUR, False),
        (life(last=HOUR, proven=False), 1801, 10 * HOUR, False),
    ],
)
def test_whether_a_token_lasts(token: Life, now: float, seconds: float, enough: bool) -> None:
    """A token lasts long enough for a lease, or as long as a new one would, nearly."""
    assert lasts(token, now, seconds) is enough


@pytest.mark.parametrize(
    ("failures", "chance", "expected"),
    [
        (0, 0.0, 1),
        (1, 0.0, 1),
        (1, 0.99, 1),
        (2, 0.0, 2),
        (2, 1.0, 1.5),
        (5, 0.0, 16),
        (9, 0.0, 256),
        (10, 0.0, 300),
        (10**9, 1.0, 225),
    ],
)
def test_backoff(failures: int, chance: float, expected: float) -> None:
    """The wait doubles from the least to the most, less up to a quarter."""
    assert backoff_s(failures, 1, 300, chance) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("failures", "left", "expected"), [(1, 1000, 1), (10, 1000, 250), (10, 40, 10), (10, 2, 1), (10, 10**6, 300)]
)
def test_backoff_of_renewals(failures: int, left: float, expected: float) -> None:
    """There is time for some more tries before the token ends."""
    assert renewal_backoff_s(failures, left, 1, 300, 0.0) == expected


@pytest.mark.parametrize(
    ("plan", "action", "at"),
    [
        (Plan(), Action.LOG_IN, -NEVER),
        (Plan(no_login_before=7), Action.LOG_IN, 7),
        (Plan(life()), Action.RENEW, 2400),
        (Plan(life(), wanted=True), Action.LOG_IN, -NEVER),
        (Plan(life(), wanted=True, no_login_before=7), Action.LOG_IN, 7),
        (Plan(life(), wanted=True, no_login_before=3000), Action.RENEW, 2400),
        (Plan(life(), no_renewal_before=3000), Action.RENEW, 3000),
        (Plan(life(), no_renewal_before=4000), Action.LOG_IN, HOUR),
        (Plan(life(last=HOUR)), Action.LOG_IN, HOUR - 540),
        (Plan(life(last=HOUR), no_login_before=3500), Action.LOG_IN, 3500),
        (Plan(life(last=HOUR), no_login_before=3700), Action.LOG_IN, 3700),
        (Plan(life(ttl_s=NEVER)), Action.LOG_IN, NEVER),
        (Plan(life(renewable=False)), Action.LOG_IN, HOUR - 540),
    ],
)
def test_what_is_next(plan: Plan, action: Action, at: float) -> None:
    """The next thing to do, and when."""
    found, when = next_action(plan)
    assert found is action
    assert when == pytest.approx(at)


@given(
    ttl=st.floats(2, 10**7),
    most=st.floats(2, 10**8),
    chances=st.lists(st.floats(0, 1, exclude_max=True), min_size=40, max_size=40),
)
def test_a_token_never_ends_unnoticed(ttl: float, most: float, chances: list[float]) -> None:
    """Whatever times a server grants and chance draws: each action comes before the token's end, and at last a login.

    The server grants `ttl` until the token is `most` old.
    """
    token = Life(0, 0, min(ttl, most), min(ttl, most), NEVER, proven=False, renewable=True, chance=chances[0])
    for chance in chances[1:]:
        action, at = next_action(Plan(token))
        assert at < token.ends_at
        if action is Action.LOG_IN:
            assert at <= most
            return
        assert token.granted_at < at < most
        token = renewed(token, at, min(ttl, most - at), renewable=True, chance=chance)
