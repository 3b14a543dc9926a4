"""Who asks for which dependencies, and what is known of each."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from functools import reduce
from typing import Protocol

from strongroom.agent.dependencies.dependency import Dependency
from strongroom.agent.dependencies.refreshing import Rule
from strongroom.agent.dependencies.state import State


class Asker(Protocol):
    """Whoever asks for dependencies: a template."""

    @property
    def is_ready(self) -> bool:
        """Whether it could use another answer.  As long as it can't, no credential is taken for it."""

    def answered(self, dependency: Dependency) -> None:
        """A dependency has an answer now, or another one."""

    def failed(self, dependency: Dependency) -> None:
        """A dependency couldn't be fetched or refreshed."""


class Ledger:
    """Dependencies and their askers, in both directions."""

    def __init__(self) -> None:
        self._states: dict[Dependency, State] = {}
        self._rules: dict[Dependency, dict[Asker, Rule]] = {}
        self._wanted: dict[Asker, AbstractSet[Dependency]] = {}

    def __contains__(self, dependency: Dependency) -> bool:
        return dependency in self._states

    def want(
        self, asker: Asker, wanted: AbstractSet[Dependency], rule: Rule
    ) -> tuple[AbstractSet[Dependency], AbstractSet[Dependency]]:
        """Set what somebody asks for, instead of what they asked for before.

        Returns: what nobody asked for before, and what nobody asks for any more.
        """
        before = self._wanted.get(asker, frozenset())
        added = {each for each in wanted - before if each not in self._states}
        for each in wanted:
            self._rules.setdefault(each, {})[asker] = rule
        for each in added:
            self._states[each] = State()
        dropped = {each for each in before - wanted if self._without(each, asker)}
        if wanted:
            self._wanted[asker] = wanted
        else:
            self._wanted.pop(asker, None)
        return added, dropped

    def state(self, dependency: Dependency) -> State | None:
        """What is known; None of what nobody asks for.  May be called from any thread."""
        return self._states.get(dependency)

    def states(self) -> dict[Dependency, State]:
        """What is known of each."""
        return dict(self._states)

    def rule(self, dependency: Dependency) -> Rule:
        """What is early enough for everybody who asks for it."""
        return reduce(Rule.together, self._rules[dependency].values())

    def askers(self, dependency: Dependency) -> tuple[Asker, ...]:
        """Who asks for it."""
        return tuple(self._rules.get(dependency, ()))

    def put(self, dependency: Dependency, state: State) -> None:
        """Set what is known of a dependency, and tell who asks for it about another answer, or a failure."""
        before = self._states[dependency]
        self._states[dependency] = state
        if state.answer is not None and (before.answer is None or before.answer.value != state.answer.value):
            for each in self.askers(dependency):
                each.answered(dependency)
        elif state.trouble is not None and state.trouble is not before.trouble:
            for each in self.askers(dependency):
                each.failed(dependency)

    def _without(self, dependency: Dependency, asker: Asker) -> bool:
        """Take out somebody; whether nobody is left, and the dependency is forgotten."""
        rules = self._rules[dependency]
        del rules[asker]
        if rules:
            return False
        del self._rules[dependency], self._states[dependency]
        return True
