"""A checker of recorded histories: was there an order of the calls in which every answer is right?

A call takes effect at one moment between its start and its end (linearizability).  A call whose outcome is unknown
takes effect at any moment after its start, or never.  The search is Wing and Gong's, with Lowe's memory of
configurations that were tried: `Source:` Lowe, "Testing for linearizability" (2017).
Keys are independent of each other, so each is searched alone.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

NEVER = float("inf")


class Call(Protocol):
    """What a client asked of a key, with its answer."""

    def step(self, state: Hashable) -> tuple[bool, Hashable]:
        """Whether the answer is right in `state`, and the state after it."""
        ...

    def step_unanswered(self, state: Hashable) -> Hashable:
        """The state after a call whose answer nobody saw."""
        ...


@dataclass(frozen=True, slots=True)
class Read:
    """A register was read; `seen` is None when it was absent."""

    seen: Hashable

    def step(self, state: Hashable) -> tuple[bool, Hashable]:
        """Right if that is what it holds."""
        return self.seen == state, state

    def step_unanswered(self, state: Hashable) -> Hashable:
        """Changes nothing."""
        return state


@dataclass(frozen=True, slots=True)
class Write:
    """A register was set; to None: removed, or a token revoked."""

    value: Hashable

    def step(self, state: Hashable) -> tuple[bool, Hashable]:
        """Always right."""
        return True, self.value

    def step_unanswered(self, state: Hashable) -> Hashable:
        """As if it had been answered."""
        return self.value


@dataclass(frozen=True, slots=True)
class CompareAndSet:
    """A register was set to `new` if it held `old`."""

    old: Hashable
    new: Hashable
    done: bool = True

    def step(self, state: Hashable) -> tuple[bool, Hashable]:
        """Right if it was done exactly when the register held `old`."""
        return self.done == (state == self.old), self.new if self.done else state

    def step_unanswered(self, state: Hashable) -> Hashable:
        """Done if the register held `old`."""
        return self.new if state == self.old else state


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a counter of remaining uses, or of a token (None: revoked or absent)."""

    granted: bool

    def step(self, state: Hashable) -> tuple[bool, Hashable]:
        """Right if it was granted exactly when uses remained."""
        assert state is None or isinstance(state, int)
        remains = state is not None and state > 0
        return self.granted == remains, state - 1 if state is not None and self.granted else state

    def step_unanswered(self, state: Hashable) -> Hashable:
        """Takes a use if one remains."""
        assert state is None or isinstance(state, int)
        return state - 1 if state else state


@dataclass(frozen=True, slots=True)
class Event:
    """One call of one client on one key."""

    client: str
    key: str
    call: Call
    start: float
    end: float
    """`NEVER` when the outcome is unknown."""


@dataclass(slots=True)
class Answer:
    """Where a client puts what it was answered; left alone, the outcome is unknown."""

    call: Call | None = None


@dataclass(slots=True)
class History:
    """What the clients of one process did.  Histories of several processes on one machine can be joined."""

    events: list[Event] = field(default_factory=list)

    @contextmanager
    def record(self, client: str, key: str, asked: Call | None) -> Iterator[Answer]:
        """Time a call.

        Args:
            asked: what is recorded when the block sets no answer, because it failed with an unknown outcome; None if
                a failed call leaves no trace.
        """
        answer = Answer()
        start = time.monotonic()
        try:
            yield answer
        finally:
            end = time.monotonic()
            if answer.call is not None:
                self.events.append(Event(client, key, answer.call, start, end))
            elif asked is not None:
                self.events.append(Event(client, key, asked, start, NEVER))


def violations(events: Iterable[Event], initial: Hashable = None) -> list[str]:
    """The keys whose history no order explains, each with the calls at which the search gave up."""
    by_key: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_key[event.key].append(event)
    found = []
    for key, calls in sorted(by_key.items()):
        stuck = _search(sorted(calls, key=lambda event: event.start), initial)
        if stuck:
            found.append(f"{key}: no order explains " + "; ".join(f"{event.client}: {event.call}" for event in stuck))
    return found


def _search(events: list[Event], initial: Hashable) -> list[Event]:
    """Depth first over the calls that may come next.  Returns [] when an order was found, else where it got stuck."""
    answered = sum(1 << index for index, event in enumerate(events) if event.end != NEVER)
    tried: set[tuple[int, Hashable]] = set()
    stack: list[tuple[int, Hashable]] = [(0, initial)]
    furthest: tuple[int, list[Event]] = (-1, [])
    while stack:
        taken, state = stack.pop()
        if taken & answered == answered:
            return []
        if (taken, state) in tried:
            continue
        tried.add((taken, state))
        possible = _next_calls(events, taken)
        progress = (taken & answered).bit_count()
        if progress > furthest[0]:
            furthest = (progress, [events[index] for index in possible])
        for index in reversed(possible):
            event = events[index]
            if event.end == NEVER:
                stack.append((taken | 1 << index, event.call.step_unanswered(state)))
                continue
            right, after = event.call.step(state)
            if right:
                stack.append((taken | 1 << index, after))
    return furthest[1]


def _next_calls(events: list[Event], taken: int) -> list[int]:
    """The calls that began before every other open one ended."""
    remaining = [index for index in range(len(events)) if not taken >> index & 1]
    horizon = min(events[index].end for index in remaining)
    return [index for index in remaining if events[index].start <= horizon]
