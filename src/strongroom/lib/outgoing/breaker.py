"""Circuit breakers: a system that doesn't respond isn't asked again and again, and its callers learn that at once.

After some failures in a row the breaker of a target is open: calls fail without being made.  When its pause is over,
one call is let through.  If that fails, the next pause is longer; if it succeeds, the breaker is closed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from strongroom.lib.errors import StrongroomError, Unreachable

FAILURES = 3
"""How many calls in a row have to fail before calls aren't made any more."""
FIRST_PAUSE_S = 2.0
LAST_PAUSE_S = 60.0
MOST_TARGETS = 4096
"""How many targets that failed are remembered.  The one that failed first is forgotten first."""


class BreakerState(msgspec.Struct, frozen=True):
    """What is known of a target in this process."""

    failures: int = 0
    """Calls that failed since the last one that didn't."""
    last_error: str = ""
    pause_s: float = 0.0
    """The time until a call is made again; 0 while calls are made."""


class _Target:
    __slots__ = ("error", "failures", "tried_at", "trying")

    def __init__(self) -> None:
        self.failures = 0
        self.error = ""
        self.tried_at = 0.0
        self.trying = False
        """Whether the one call that an open breaker lets through is under way."""

    def left_s(self, now: float) -> float:
        if self.failures < FAILURES:
            return 0.0
        pause_s = min(FIRST_PAUSE_S * 2.0 ** min(self.failures - FAILURES, 16), LAST_PAUSE_S)
        return max(0.0, self.tried_at + pause_s - now)


class Breakers:
    """The breakers of the systems of one kind, in one process.

    Args:
        name: of the kind of system, for errors.
        clock: seconds, of a clock that never goes back.
    """

    def __init__(self, name: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._clock = clock
        self._targets: dict[str, _Target] = {}

    @contextmanager
    def call(self, target: str) -> Iterator[None]:
        """Make a call, unless the breaker is open.  Only `Unreachable` counts as its failure.

        Raises: `Unreachable` if the call isn't made.
        """
        self.check(target)
        state = self._targets.get(target)
        if state is not None and state.failures >= FAILURES:
            state.trying = True
        try:
            yield
        except Unreachable as error:
            state = self._targets.setdefault(target, _Target())
            if len(self._targets) > MOST_TARGETS:  # whoever configures a mount may name any number of them
                del self._targets[next(iter(self._targets))]
            state.failures += 1
            state.error, state.tried_at = error.text, self._clock()
            raise
        except StrongroomError:
            self._targets.pop(target, None)  # it has refused, so it is there
            raise
        else:
            self._targets.pop(target, None)
        finally:
            if state is not None:
                state.trying = False

    def check(self, target: str) -> None:
        """Raise `Unreachable` if a call would not be made now.  Nothing needs to be planned then."""
        state = self._targets.get(target)
        if state is None:
            return
        if left_s := state.left_s(self._clock()):
            raise Unreachable(
                f"{self._name} did not respond: {state.error}; it is asked again in {math.ceil(left_s)} s"
            )
        if state.failures >= FAILURES and state.trying:
            raise Unreachable(f"{self._name} did not respond: {state.error}; it is being tried now")

    def state(self, target: str) -> BreakerState:
        """What is known of a target."""
        state = self._targets.get(target)
        if state is None:
            return BreakerState()
        return BreakerState(state.failures, state.error, state.left_s(self._clock()))

    def forget(self, target: str) -> None:
        """Close the breaker, because the target's configuration has changed."""
        self._targets.pop(target, None)
