"""How long is waited, within which bounds."""

from __future__ import annotations

import pytest

from strongroom.agent.turns.answers import Kind, Refusal
from strongroom.agent.turns.pauses import answer_within_s, ask_again_s, check_again_s, renew_after_s, share
from strongroom.engines.turns.logic import LATEST_S, PATIENCE_S

ENDS = (0.0, 0.999)


@pytest.mark.parametrize(
    ("kind", "after_s", "failures", "between"),
    [
        (Kind.WAIT, 1.0, 0, (0.75, 1.25)),
        (Kind.WAIT, 4.0, 0, (3.0, 5.0)),
        (Kind.WAIT, 1000.0, 0, (6.0, 10.0)),
        (Kind.WAIT, None, 0, (0.75, 1.25)),
        (Kind.WAIT, 0.001, 0, (0.2, 0.2)),
        (Kind.AWAY, None, 1, (0.75, 1.25)),
        (Kind.AWAY, None, 3, (3.0, 5.0)),
        (Kind.AWAY, None, 10_000, (11.25, 18.75)),
        (Kind.WRONG, None, 1, (3.75, 6.25)),
        (Kind.DENIED, None, 10_000, (45.0, 75.0)),
    ],
)
def test_when_a_turn_is_asked_for_again(
    kind: Kind, after_s: float | None, failures: int, between: tuple[float, float]
) -> None:
    """As the server wants it, or the later the longer it has failed."""
    found = [ask_again_s(Refusal(kind, "", after_s), failures, chance) for chance in ENDS]
    assert found == pytest.approx(between, rel=0.001)


def test_who_waits_isnt_forgotten() -> None:
    """Whatever the server says: one question may be lost."""
    for after_s in (1.0, LATEST_S, 1e9):
        assert 2 * ask_again_s(Refusal(Kind.WAIT, "", after_s), 0, 0.999) <= PATIENCE_S


@pytest.mark.parametrize(
    ("left_s", "failures", "between"),
    [
        (60.0, 0, (24.0, 36.0)),
        (0.1, 0, (0.2, 0.2)),
        (-5.0, 0, (0.2, 0.2)),
        (30.0, 1, (0.75, 1.25)),
        (30.0, 5, (5.625, 9.375)),
        (4.0, 5, (0.75, 1.25)),
        (-5.0, 9, (7.5, 12.5)),
    ],
)
def test_when_a_lease_is_renewed(left_s: float, failures: int, between: tuple[float, float]) -> None:
    """At half of its time; after failures several times before its end, and then once in a while."""
    assert [renew_after_s(left_s, failures, chance) for chance in ENDS] == pytest.approx(between, rel=0.001)


@pytest.mark.parametrize(("left_s", "limit_s"), [(3600, 15), (40, 10), (4, 2), (-5, 2)])
def test_how_long_a_renewal_may_take(left_s: float, limit_s: float) -> None:
    """A part of what is left, and long enough for an answer."""
    assert answer_within_s(left_s) == limit_s


def test_health_is_looked_at_ever_more_seldom() -> None:
    """Soon at first."""
    waits = [check_again_s(tries) for tries in (0, 1, 2, 20, 10_000)]
    assert waits == [0.5, 0.75, 1.125, 15, 15]


def test_a_share_depends_on_host_path_and_chance() -> None:
    """Each alone makes another one; all are less than 1, and lie everywhere."""
    drawn = bytes(16)
    found = {share("a", "turns/web", drawn), share("b", "turns/web", drawn), share("a", "turns/db", drawn)}
    found |= {share("a", "turns/web", bytes([1]) * 16), share("a\0turns", "web", drawn)}
    assert len(found) == 5
    many = [share(f"web-{at}", "turns/web", drawn) for at in range(1000)]
    assert 0 <= min(many) < 0.01
    assert 0.99 < max(many) < 1
    assert 0.45 < sum(many) / 1000 < 0.55
    assert share("a", "turns/web", drawn) == share("a", "turns/web", drawn)
