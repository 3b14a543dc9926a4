"""Who asks for what: nothing is fetched twice, and nothing is dropped that somebody still asks for."""

from __future__ import annotations

from dataclasses import replace

from strongroom.agent.dependencies.dependency import Dependency, secret
from strongroom.agent.dependencies.failing import Trouble
from strongroom.agent.dependencies.ledger import Ledger
from strongroom.agent.dependencies.refreshing import Rule
from strongroom.agent.dependencies.state import Answer, State
from strongroom.agent.dependencies.terms import Static

A, B, C = (secret(f"secret/{name}") for name in "abc")
RULE = Rule(300)


class Noting:
    """Asks, and notes what it is told."""

    is_ready = True

    def __init__(self) -> None:
        self.told: list[tuple[str, Dependency]] = []

    def answered(self, dependency: Dependency) -> None:
        """Note an answer."""
        self.told.append(("answered", dependency))

    def failed(self, dependency: Dependency) -> None:
        """Note a failure."""
        self.told.append(("failed", dependency))


def test_only_what_is_new_is_fetched_and_only_the_last_asker_drops_it() -> None:
    """Two templates that ask for the same are one dependency."""
    ledger, one, other = Ledger(), Noting(), Noting()
    assert ledger.want(one, {A, B}, RULE) == ({A, B}, set())
    assert ledger.want(other, {B, C}, RULE) == ({C}, set())
    assert ledger.want(one, {A}, RULE) == (set(), set())
    assert set(ledger.askers(B)) == {other}
    assert ledger.want(other, frozenset(), RULE) == (set(), {B, C})
    assert ledger.want(one, frozenset(), RULE) == (set(), {A})
    assert ledger.states() == {}
    assert ledger.askers(A) == ()


def test_the_rule_is_that_of_all_askers() -> None:
    """The template that wants it most often decides, as long as it asks."""
    ledger, one, other = Ledger(), Noting(), Noting()
    ledger.want(one, {A}, Rule(300))
    ledger.want(other, {A}, Rule(10))
    assert ledger.rule(A) == Rule(10)
    ledger.want(other, {B}, Rule(10))
    assert ledger.rule(A) == Rule(300)


def test_askers_are_told_of_changes_alone() -> None:
    """The same answer again, or a renewed lease, renders nothing."""
    ledger, one, other = Ledger(), Noting(), Noting()
    ledger.want(one, {A}, RULE)
    ledger.want(other, {B}, RULE)
    first = Answer("x", Static())
    ledger.put(A, State(first))
    ledger.put(A, State(replace(first, terms=Static(5), turn=1)))
    ledger.put(A, State(replace(first, value="y")))
    trouble = Trouble(0, 1, "reason")
    ledger.put(A, State(replace(first, value="y"), trouble))
    ledger.put(A, State(replace(first, value="y"), trouble))
    assert one.told == [("answered", A), ("answered", A), ("failed", A)]
    assert other.told == []


def test_no_answer_is_an_answer_to_a_write() -> None:
    """A write that answers nothing is done, and whoever asked is told once."""
    ledger, one = Ledger(), Noting()
    ledger.want(one, {A}, RULE)
    ledger.put(A, State(Answer(None, Static())))
    ledger.put(A, State(Answer(None, Static(), turn=1)))
    assert one.told == [("answered", A)]
