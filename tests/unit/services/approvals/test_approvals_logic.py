"""Which approvals are needed, and which ones count."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.services.approvals.logic import Demand, adds_nothing, approved, covered, demanded, wait_s, within
from strongroom.services.approvals.records import ApprovalRecord
from strongroom.services.identity import GroupRecord
from strongroom.services.policy.control_group import ControlGroup, Factor
from strongroom.services.policy.parse import CREATE, DELETE, LIST, READ, SUDO, UPDATE, Constraints

A = Factor(name="a", approvals=1, group_names=("g",))
B = Factor(name="b", approvals=2, group_names=("h",), capabilities=UPDATE | SUDO)
NOW = 1000.0


def approval(who: str, *places: int, at: float = NOW) -> ApprovalRecord:
    """An approval of some factors."""
    return ApprovalRecord(entity_id=who, entity_name=who, namespace="root", given_at=at, factors=places)


@pytest.mark.parametrize(
    ("needed", "sudo", "expected"),
    [
        (READ, False, (A,)),
        (UPDATE, False, (A, B)),
        (READ, True, (A, B)),
        (CREATE, False, (A,)),
        (DELETE, False, (A,)),
        (0, False, (A, B)),
    ],
)
def test_what_is_demanded(needed: int, sudo: bool, expected: tuple[Factor, ...]) -> None:
    """By the operation's capability, and by `sudo` where the path needs it; an unknown one is controlled by all."""
    demand = demanded(Constraints(control_groups=(ControlGroup((A, B)),)), needed, sudo=sudo)
    assert demand is not None
    assert demand.factors == expected


def test_rules_add_up() -> None:
    """Each factor is demanded once, and the shortest time of those rules that demand anything applies."""
    groups = (
        ControlGroup((A,), ttl_s=50),
        ControlGroup((A,), ttl_s=40),
        ControlGroup((B,), ttl_s=10),
        ControlGroup((A,)),
    )
    assert demanded(Constraints(control_groups=groups), LIST, sudo=False) == Demand((A,), 40)
    assert demanded(Constraints(control_groups=groups), UPDATE, sudo=False) == Demand((A, B), 10)
    assert demanded(Constraints(control_groups=(ControlGroup((B,)),)), READ, sudo=False) is None
    assert demanded(Constraints(), READ, sudo=True) is None


def test_how_long_it_waits() -> None:
    """A day unless a rule says otherwise; at most what the settings allow, or as long as a token, or its own lives."""
    assert wait_s(Demand((A,)), 0, math.inf) == 24 * 3600
    assert wait_s(Demand((A,), 10**9), 0, math.inf) == 768 * 3600
    assert wait_s(Demand((A,), 10**9), 60, math.inf) == 60
    assert wait_s(Demand((A,), 30), 60, math.inf) == 30
    assert wait_s(Demand((A,), 30), 60, 7.9) == 7
    assert wait_s(Demand((A,), 30), 60, 0.5) == 1


def test_what_a_member_covers() -> None:
    """The factors of that namespace that name one of the groups, by name or by id."""
    by_id = Factor(name="c", approvals=1, group_ids=("1",))
    elsewhere = Factor(name="d", approvals=1, group_names=("g",), group_ids=("1",), namespace="x/")
    group = GroupRecord(id="1", name="g", created_at=0.0, updated_at=0.0)
    factors = (A, B, by_id, elsewhere)
    assert covered(factors, [group], "") == (0, 2)
    assert covered(factors, [group], "x/") == (3,)
    assert covered(factors, [group], "y/") == ()
    assert covered(factors, [], "") == ()


def test_what_is_approved() -> None:
    """Every factor by as many different entities as it demands; nothing is approved without factors."""
    assert not approved((), [approval("x", 0)], NOW)
    assert not approved((A, B), [approval("x", 0, 1)], NOW)
    assert not approved((A, B), [approval("x", 0, 1), approval("x", 1)], NOW)
    assert not approved((A, B), [approval("x", 1), approval("y", 1)], NOW)
    assert approved((A, B), [approval("x", 0, 1), approval("y", 1)], NOW)


def test_approvals_grow_old() -> None:
    """With a time, an approval counts up to it; without one, for good.  An old one can be given again."""
    timed = Factor(name="t", approvals=1, group_names=("g",), ttl_s=60)
    for factor, at, counts in ((timed, NOW - 59, True), (timed, NOW - 60, False), (A, 0.0, True)):
        assert approved((factor,), [approval("x", 0, at=at)], NOW) is counts
        assert adds_nothing(approval("x", 0, at=at), (0,), (factor,), NOW) is counts
    assert not adds_nothing(None, (0,), (A,), NOW)
    assert not adds_nothing(approval("x", 0), (0, 1), (A, B), NOW)


def test_a_demand_that_grew() -> None:
    """A factor that wasn't there, or that demands more now, isn't among those that were approved."""
    more = Factor(name="a", approvals=2, group_names=("g",))
    assert within(None, (A,))
    assert within(Demand((A,)), (A, B))
    assert not within(Demand((A, B)), (A,))
    assert not within(Demand((more,)), (A, B))


@given(
    st.lists(st.tuples(st.sampled_from("uvwxyz"), st.sets(st.integers(0, 2)))),
    st.lists(st.integers(1, 4), min_size=1, max_size=3),
)
def test_approved_only_with_enough_people(given_: list[tuple[str, set[int]]], needed: list[int]) -> None:
    """For each factor as many different people as it demands, counted naively."""
    factors = [Factor(name=str(place), approvals=count, group_names=("g",)) for place, count in enumerate(needed)]
    found = approved(factors, [approval(who, *places) for who, places in given_], NOW)
    assert found == all(len({who for who, places in given_ if i in places}) >= n for i, n in enumerate(needed))
