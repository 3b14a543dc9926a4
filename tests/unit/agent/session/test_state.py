"""What each event makes of what a session knows: tables."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from strongroom.agent.methods.method import GONE
from strongroom.agent.session.grants import Grant
from strongroom.agent.session.kept import KeptToken, is_tried
from strongroom.agent.session.state import (
    Failing,
    Occasion,
    State,
    Terms,
    ended,
    logged_in,
    login_failed,
    not_renewable,
    refused,
    renewal_failed,
    renewal_granted,
    status_of,
    wanted,
)
from strongroom.agent.session.timing import NEVER, Life

TERMS = Terms(1, 300)
GRANT = Grant("hvs.planted", "acc", 3600, 3600, renewable=True)


def at(now: float, chance: float = 0.0) -> Occasion:
    """A moment whose wall clock is a thousand ahead of its monotonic one."""
    return Occasion(now, now + 1000, chance)


def life_of(state: State) -> Life:
    """The life of the token that there is."""
    assert state.plan.life is not None
    return state.plan.life


HELD = logged_in(State(), GRANT, TERMS, at(0), same=False)


@pytest.mark.parametrize(
    ("grant", "guess", "began", "last", "proven"),
    [
        (GRANT, NEVER, 100, NEVER, False),
        (GRANT, 7200, 100, 7300, False),
        (GRANT, 600, 100, 3700, False),
        (replace(GRANT, left_s=7200), 600, 100, 7300, True),
        (replace(GRANT, age_s=50, ttl_s=3550), NEVER, 50, NEVER, False),
        (replace(GRANT, age_s=50, ttl_s=3550), 7200, 50, 7250, False),
        (replace(GRANT, ttl_s=math.inf, renewable=False), NEVER, 100, NEVER, False),
    ],
)
def test_a_login(grant: Grant, guess: float, began: float, last: float, proven: bool) -> None:
    """A token's last end is what the server says, or else what the token before let guess."""
    state = logged_in(State(guess_s=guess), grant, TERMS, at(100), same=False)
    life = life_of(state)
    assert (life.began_at, life.ends_at, life.last_end_at, life.proven) == (began, 100 + grant.ttl_s, last, proven)
    assert (state.number, state.plan.no_login_before, state.plan.wanted) == (1, 101, False)


def test_what_holds_without_a_word() -> None:
    """The documented waits, and nothing that ends the agent or logs in anew by itself."""
    terms = Terms()
    assert (terms.least_s, terms.most_s, terms.exits, terms.on_news, terms.configured_at) == (1, 300, False, False, 0)
    state = State()
    assert (state.number, state.logins, state.renewals, state.refusals, state.guess_s) == (0, 0, 0, 0, NEVER)


def test_failed_logins_are_told_since_when() -> None:
    """Failures make the waits longer and keep when they began; a login ends them."""
    state = HELD
    for now in (10, 20, 30):
        state = login_failed(state, f"at {now}", TERMS, at(now))
    assert state.plan.no_login_before == 34
    assert state.failing == Failing(1010, "at 30")
    assert life_of(state) == life_of(HELD)
    state = logged_in(state, GRANT, TERMS, at(40), same=False)
    assert (state.failing, state.logins, state.number) == (None, 0, 2)


def test_the_same_token_again_is_no_progress() -> None:
    """A file that holds the same token is asked for more and more seldom, and is no new login."""
    state = HELD
    waits = []
    for now in (100, 200, 300):
        state = logged_in(state, GRANT, TERMS, at(now), same=True)
        waits.append(state.plan.no_login_before - now)
    assert (waits, state.number) == ([1, 2, 4], 1)
    state = renewal_granted(state, life_of(state), 3600, at(400), renewable=True)
    assert state.logins == 0


def test_a_renewal_teaches_how_long_logins_last() -> None:
    """Once a renewal was limited, the next login is expected to last as long; once one wasn't, nothing is expected."""
    state = renewal_granted(HELD, life_of(HELD), 1200, at(2400), renewable=True)
    assert (life_of(state).last_end_at, life_of(state).proven, state.guess_s) == (3600, True, 3600)
    state = logged_in(state, GRANT, TERMS, at(3000), same=False)
    assert (life_of(state).last_end_at, life_of(state).proven) == (6600, False)
    state = renewal_granted(state, life_of(state), 3600, at(5400), renewable=True)
    assert (life_of(state).last_end_at, state.guess_s) == (NEVER, NEVER)


def test_a_guess_is_of_the_whole_life() -> None:
    """How long a login lasts counts from when it was made."""
    held = logged_in(State(), GRANT, TERMS, at(100), same=False)
    assert renewal_granted(held, life_of(held), 1200, at(2500), renewable=True).guess_s == 3600


def test_renewals_are_tried_often_near_the_end() -> None:
    """There is time for some more tries before the token ends."""
    state = renewal_failed(replace(HELD, renewals=9), life_of(HELD), "sealed", TERMS, at(3560))
    assert state.plan.no_renewal_before == 3570


def test_failed_renewals_keep_the_token() -> None:
    """A token stays in use while it can't be renewed, and since when is told."""
    state = HELD
    for now in (2400, 2401, 2403):
        state = renewal_failed(state, life_of(state), "sealed", TERMS, at(now))
    assert state.plan.no_renewal_before == 2407
    assert state.failing == Failing(3400, "sealed")
    assert life_of(state) == life_of(HELD)
    state = renewal_granted(state, life_of(state), 3600, at(2500), renewable=True)
    assert (state.failing, state.renewals, state.plan.no_renewal_before) == (None, 0, -NEVER)


def test_a_token_that_cant_be_renewed() -> None:
    """A token that the server won't renew lasts as long as it has time."""
    life = life_of(not_renewable(HELD, life_of(HELD)))
    assert (life.renewable, life.gains, life.ends_at) == (False, False, 3600)


@pytest.mark.parametrize(("lived", "before", "wait"), [(500, 3, 1), (100, 0, 1), (100, 1, 2), (100, 3, 8), (0.5, 0, 1)])
def test_a_refused_token(lived: float, before: int, wait: float) -> None:
    """A refused token is followed by a login at once, unless one token after the other is refused."""
    state = refused(replace(HELD, refusals=before), life_of(HELD), TERMS, at(lived))
    assert (state.plan.life, state.plan.no_login_before) == (None, wait)
    assert state.refusals == (before + 1 if lived < 300 else 1)


def test_a_token_is_refused_soon_by_its_own_age() -> None:
    """How soon a token was refused counts from its login, however long the agent runs."""
    late = logged_in(State(refusals=3), GRANT, TERMS, at(100_000), same=False)
    assert refused(late, life_of(late), TERMS, at(100_010)).refusals == 4
    assert refused(late, life_of(late), TERMS, at(100_400)).refusals == 1


def test_a_renewal_that_proves_nothing_keeps_the_guess() -> None:
    """As long as a renewal doesn't reach the guess, it stays."""
    held = logged_in(State(guess_s=7200), GRANT, TERMS, at(0), same=False)
    assert renewal_granted(held, life_of(held), 3600, at(2400), renewable=True).guess_s == 7200


def test_an_end_and_a_wish() -> None:
    """A token that has ended is none; a wish for another one keeps what there is."""
    assert ended(HELD).plan.life is None
    state = wanted(HELD)
    assert state.plan.wanted
    assert life_of(state) == life_of(HELD)


def test_a_status_is_without_the_token() -> None:
    """The status shows times and troubles."""
    status = status_of(login_failed(HELD, "away", TERMS, at(100)), "acc", 200)
    assert (status.number, status.accessor, status.ends_in_s, status.next_action) == (1, "acc", 3400, "renew")
    assert status.failing == Failing(1100, "away")
    assert (status.last_end_in_s, status.next_action_in_s) == (NEVER, pytest.approx(2020))
    limited = logged_in(State(), replace(GRANT, left_s=7200), TERMS, at(0), same=False)
    assert status_of(limited, "acc", 200).last_end_in_s == 7000
    empty = status_of(State(), "", 0)
    assert (empty.ends_in_s, empty.last_end_in_s) == (0, 0)
    assert (empty.next_action, empty.next_action_in_s) == ("log in", 0)


@pytest.mark.parametrize(
    ("owns", "given", "configured", "tried"),
    [
        (False, None, 0, False),
        (True, None, 0, True),
        (False, GONE, 200, True),
        (False, 50, 50, True),
        (False, 100, 50, True),
        (False, 101, 50, False),
        (False, 50, 101, False),
        (True, 101, 101, True),
    ],
)
def test_a_token_from_before(owns: bool, given: float | None, configured: float, tried: bool) -> None:
    """A token of before saves what a login would use up, unless something newer was given or configured."""
    kept = KeptToken("hvs.planted", 100, owns)
    assert is_tried(kept, given, configured) is tried
    assert "planted" not in repr(kept)
    assert not KeptToken("hvs.planted", 100).owns_leases
