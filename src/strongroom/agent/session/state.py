"""What a session knows, and what each event makes of it (pure)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from strongroom.agent.session.grants import Grant
from strongroom.agent.session.timing import (
    NEVER,
    Life,
    Plan,
    backoff_s,
    next_action,
    renewal_backoff_s,
    renewed,
)

DEFAULT_LEAST_S: Final = 1.0
DEFAULT_MOST_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Terms:
    """How a session behaves.

    Attributes:
        least_s, most_s: the bounds of the wait after a failure.
        exits: whether a failed login ends the session, when there is no token.
        on_news: whether new credentials of the method make it log in.
        configured_at: when the configuration was changed, in seconds since the epoch.
    """

    least_s: float = DEFAULT_LEAST_S
    most_s: float = DEFAULT_MOST_S
    exits: bool = False
    on_news: bool = False
    configured_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Occasion:
    """When something happens.

    Attributes:
        now: by the monotonic clock.
        clock: seconds since the epoch.
        chance: a number from 0 up to 1, drawn for it.
    """

    now: float
    clock: float
    chance: float


@dataclass(frozen=True, slots=True)
class Failing:
    """Something that fails since a while.

    Attributes:
        since: seconds since the epoch.
        reason: of the last failure.
    """

    since: float
    reason: str


@dataclass(frozen=True, slots=True)
class State:
    """What a session knows.

    Attributes:
        number: how many logins there were.
        logins, renewals: how many of them failed in a row.
        refusals: how many tokens were refused soon after they were got, in a row.
        guess_s: how long the last token of a login could have lasted: so long does the next one, for all we know.
        failing: what fails; None if the server gave what was asked last.
    """

    plan: Plan = field(default_factory=Plan)
    number: int = 0
    logins: int = 0
    renewals: int = 0
    refusals: int = 0
    guess_s: float = NEVER
    failing: Failing | None = None


def logged_in(state: State, grant: Grant, terms: Terms, on: Occasion, *, same: bool) -> State:
    """After a login.

    Args:
        same: whether it gave the token that there was.  Asking for that goes on ever more slowly.
    """
    failures = state.logins + 1 if same else 0
    wait_s = backoff_s(failures, terms.least_s, terms.most_s, on.chance)
    proven = grant.left_s < NEVER
    life = Life(
        began_at=on.now - grant.age_s,
        granted_at=on.now,
        ttl_s=grant.ttl_s,
        full_ttl_s=grant.full_ttl_s,
        last_end_at=on.now + (grant.left_s if proven else max(state.guess_s - grant.age_s, grant.ttl_s)),
        proven=proven,
        renewable=grant.renewable,
        chance=on.chance,
    )
    plan = Plan(life, no_login_before=on.now + wait_s)
    number = state.number if same else state.number + 1
    return replace(state, plan=plan, number=number, logins=failures, renewals=0, failing=None)


def login_failed(state: State, reason: str, terms: Terms, on: Occasion) -> State:
    """After a login that failed."""
    failures = state.logins + 1
    plan = replace(state.plan, no_login_before=on.now + backoff_s(failures, terms.least_s, terms.most_s, on.chance))
    return replace(state, plan=plan, logins=failures, failing=_failing(state, reason, on))


def renewal_granted(state: State, life: Life, ttl_s: float, on: Occasion, *, renewable: bool) -> State:
    """After a renewal of the token with this life."""
    after = renewed(life, on.now, ttl_s, renewable=renewable, chance=on.chance)
    guess_s = state.guess_s
    if after.proven:
        guess_s = after.last_end_at - after.began_at
    elif after.last_end_at == NEVER:
        guess_s = NEVER
    plan = replace(state.plan, life=after, no_renewal_before=-NEVER)
    return replace(state, plan=plan, logins=0, renewals=0, guess_s=guess_s, failing=None)


def renewal_failed(state: State, life: Life, reason: str, terms: Terms, on: Occasion) -> State:
    """After a renewal that failed, of the token with this life: it stays in use."""
    failures = state.renewals + 1
    wait_s = renewal_backoff_s(failures, life.ends_at - on.now, terms.least_s, terms.most_s, on.chance)
    plan = replace(state.plan, no_renewal_before=on.now + wait_s)
    return replace(state, plan=plan, renewals=failures, failing=_failing(state, reason, on))


def not_renewable(state: State, life: Life) -> State:
    """After the server said that the token with this life can't be renewed."""
    return replace(state, plan=replace(state.plan, life=replace(life, renewable=False)))


def refused(state: State, life: Life, terms: Terms, on: Occasion) -> State:
    """After the server refused the token with this life.

    A new login begins at once.  But tokens that are refused as soon as they were got don't become a storm of logins.
    """
    refusals = state.refusals + 1 if on.now - life.began_at < terms.most_s else 1
    wait_s = backoff_s(refusals, terms.least_s, terms.most_s, on.chance)
    plan = Plan(None, max(state.plan.no_login_before, life.began_at + wait_s))
    return replace(state, plan=plan, refusals=refusals)


def ended(state: State) -> State:
    """After the token's end."""
    return replace(state, plan=Plan(None, state.plan.no_login_before))


def wanted(state: State) -> State:
    """After somebody asked for a new login although there is one."""
    return replace(state, plan=replace(state.plan, wanted=True))


def _failing(state: State, reason: str, on: Occasion) -> Failing:
    return Failing(state.failing.since if state.failing is not None else on.clock, reason)


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """How a session is, for people.

    Attributes:
        number: how many logins there were.
        accessor: of the token; empty without one.
        ends_in_s, last_end_in_s: until the token ends unless it is renewed, and until what no renewal goes beyond.
        next_action: `log in` or `renew`.
        next_action_in_s: when that is done; infinite for never.
        failing: what fails, and since when.
    """

    number: int
    accessor: str
    ends_in_s: float
    last_end_in_s: float
    next_action: str
    next_action_in_s: float
    failing: Failing | None


def status_of(state: State, accessor: str, now: float) -> SessionStatus:
    """How a session is."""
    life = state.plan.life
    action, at = next_action(state.plan)
    return SessionStatus(
        number=state.number,
        accessor=accessor,
        ends_in_s=life.ends_at - now if life is not None else 0.0,
        last_end_in_s=life.last_end_at - now if life is not None else 0.0,
        next_action=action.value,
        next_action_in_s=max(0.0, at - now),
        failing=state.failing,
    )
