"""When answers are refreshed: table by table, with the least and the greatest chance."""

from __future__ import annotations

import math

import pytest

from strongroom.agent.dependencies.refreshing import Next, Owner, Rule, Step, Token, chance, next_step, with_check
from strongroom.agent.dependencies.terms import Expiring, Leased, Rotated, Static, Terms

LASTING = Token(Owner.CURRENT, math.inf)
RULE = Rule(static_s=300)
MOST = 1 - 1e-9


def _lease(duration: float = 100, full: float = 0, *, renewable: bool = True, at: float = 0) -> Leased:
    return Leased("l", duration, full or duration, renewable, at)


@pytest.mark.parametrize(
    ("terms", "rule", "step", "least", "most"),
    [
        (_lease(90), RULE, Step.RENEW, 60, 66),  # two thirds
        (_lease(100, renewable=False), RULE, Step.FETCH, 85, 95),
        (_lease(100, renewable=False), Rule(300, threshold=0.5), Step.FETCH, 45, 55),
        (_lease(100, renewable=False), Rule(300, threshold=0.98), Step.FETCH, 93, 98),
        (_lease(100, renewable=False), Rule(300, renew_at=0.5), Step.FETCH, 85, 95),  # of certificates alone
        (_lease(6, renewable=False), RULE, Step.FETCH, 4, 4),  # something is left for whoever reads it
        (_lease(6, full=10), RULE, Step.FETCH, 3.84, 4.2),  # the last renewal: 10 s at a time, 6 s left
        (_lease(3000, full=3600), RULE, Step.FETCH, 1920, 2100),
        (_lease(1, full=3600), RULE, Step.FETCH, 0, 0),
        (_lease(9, full=10), RULE, Step.RENEW, 6, 6.6),  # servers round
        (Expiring(0, 1000), RULE, Step.FETCH, 850, 950),
        (Expiring(0, 1000), Rule(300, renew_at=0.67), Step.FETCH, 670, 670),
        (Expiring(0, 1000), Rule(300, threshold=0.5), Step.FETCH, 450, 550),
        (Expiring(-5000, -4000), RULE, Step.FETCH, 1, 1),
        (Rotated(120), RULE, Step.FETCH, 121, 122),
        (Rotated(86400), RULE, Step.FETCH, 255, 285),
        (Rotated(-5), RULE, Step.FETCH, 1, 1),
        (Static(), RULE, Step.FETCH, 255, 285),
        (Static(), Rule(10), Step.FETCH, 8.5, 9.5),
        (Static(), Rule(0), Step.FETCH, 1, 1),
        (Static(2764800), RULE, Step.FETCH, 255, 285),
        (Static(20), RULE, Step.FETCH, 17, 19),
    ],
)
def test_each_kind_has_its_time(terms: Terms, rule: Rule, step: Step, least: float, most: float) -> None:
    """Chance moves the time within what the documentation says, and never beyond the end."""
    first, last = (next_step(terms, rule, LASTING, 0.0, share) for share in (0.0, MOST))
    assert (first.step, last.step) == (step, step)
    assert sorted((first.at, last.at)) == pytest.approx([least, most])


@pytest.mark.parametrize(
    ("lease", "token", "now", "step", "least", "most"),
    [
        # The token ends first: renewing would be in vain, so it is fetched again before that.
        (_lease(300), Token(Owner.CURRENT, 60), 0, Step.FETCH, 42, 51),
        (_lease(86400, renewable=False), Token(Owner.CURRENT, 3600), 0, Step.FETCH, 2520, 3060),
        # The token lasts long enough.
        (_lease(90), Token(Owner.CURRENT, 90), 0, Step.RENEW, 60, 66),
        # Replaced by a later login: soon, but not all at once.
        (_lease(300), Token(Owner.REPLACED, 60), 40, Step.FETCH, 40, 50),
        (_lease(300), Token(Owner.REPLACED, 30), 40, Step.FETCH, 40, 40),
        # Replaced, but the lease ends earlier anyway.
        (_lease(90), Token(Owner.REPLACED, 1000), 0, Step.RENEW, 60, 66),
        # Revoked: the credential is dead.
        (_lease(300), Token(Owner.REFUSED, -math.inf), 40, Step.FETCH, 40, 40),
        # A due time that has passed.
        (_lease(90), LASTING, 80, Step.RENEW, 80, 80),
    ],
)
def test_a_lease_ends_with_its_token(
    lease: Leased, token: Token, now: float, step: Step, least: float, most: float
) -> None:
    """What has become of the token decides as much as the lease's own time."""
    first, last = (next_step(lease, RULE, token, now, share) for share in (0.0, MOST))
    assert (first.step, last.step) == (step, step)
    assert sorted((first.at, last.at)) == pytest.approx([least, most])


@pytest.mark.parametrize("terms", [Expiring(0, 1000), Rotated(120), Static()])
@pytest.mark.parametrize("owner", Owner)
def test_what_has_no_lease_is_untouched_by_logins(terms: Terms, owner: Owner) -> None:
    """A certificate or a static secret isn't fetched again because of a new token."""
    assert next_step(terms, RULE, Token(owner, 60), 0, 0.5) == next_step(terms, RULE, LASTING, 0, 0.5)


def test_a_short_lease_reaches_its_longest_time_without_a_gap() -> None:
    """A credential of 10 s, and 20 s at the most, is replaced before it ends, whatever the chance is."""
    for share in (0.0, 0.3, 0.7, MOST):
        now, lease = 0.0, _lease(10)
        while (due := next_step(lease, RULE, LASTING, now, share)).step is Step.RENEW:
            now = due.at
            lease = lease.renewed(int(min(10, 20 - now)), renewable=True, now=now)
        assert due.at < 20 - 1.5, share
        assert due.at > 10, share


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (Rule(300), Rule(10), Rule(10)),
        (Rule(300, threshold=0.5), Rule(300), Rule(300, threshold=0.5)),
        (Rule(300, renew_at=0.5), Rule(300, renew_at=0.4), Rule(300, renew_at=0.4)),
    ],
)
def test_the_earliest_rule_holds(one: Rule, other: Rule, both: Rule) -> None:
    """Of several templates, the one that wants something most often decides."""
    assert one.together(other) == other.together(one) == both


def test_chance_differs_by_host_and_name() -> None:
    """Hosts that start together don't ask together; one host asks at the same times again."""
    assert chance("a", "secret/x") == chance("a", "secret/x")
    shares = [chance(f"host-{number}", "secret/x") for number in range(1000)]
    assert all(0 <= share < 1 for share in shares)
    tenths = [sum(int(share * 10) == each for share in shares) for each in range(10)]
    assert min(tenths) > 60, "a tenth of the time gets about a tenth of the hosts"
    assert len({chance("a", "secret/x", turn) for turn in range(10)}) == 10
    assert next_step(Static(), RULE, LASTING, 0, 0.5) == Next(Step.FETCH, 270)


@pytest.mark.parametrize(
    ("fetch_at", "expected"),
    [(1000, Next(Step.CHECK, 270)), (270, Next(Step.FETCH, 270)), (100, Next(Step.FETCH, 100))],
)
def test_certificates_are_looked_at_meanwhile(fetch_at: float, expected: Next) -> None:
    """As often as static secrets are read, unless another one is issued before that."""
    assert with_check(Next(Step.FETCH, fetch_at), RULE, 0, 0.5) == expected
