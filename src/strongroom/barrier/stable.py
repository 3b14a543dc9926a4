"""What stays the same in all attempts of a request, and what ends an attempt."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from strongroom.lib.errors import Internal, StrongroomError

T = TypeVar("T")

MOST_OUTSIDE = 32
"""Pieces of work outside the transaction that one request may need."""

_MISSING: Any = object()


class Restart(Exception):  # no error: the attempt begins again
    """A row that this attempt has read has changed."""


class Outside(Exception):  # no error: the request goes on when the work is done
    """The attempt needs the result of work that no transaction may wait for.

    Args:
        name: of the result, unique in the request. work: asks another system, or computes for long.
    """

    def __init__(self, name: str, work: Callable[[], Awaitable[Any]]) -> None:
        super().__init__(name)
        self.name = name
        self.work = work


class _Failed:
    """The work ended in an error, which every attempt gets."""

    __slots__ = ("error",)

    def __init__(self, error: StrongroomError) -> None:
        self.error = error


class StableValues:
    """Values that stay the same in all attempts of a request: random bytes, times, responses of other systems."""

    __slots__ = ("_first", "_outside", "_values")

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._outside: dict[str, Any] = {}
        self._first: Callable[[], None] | None = None

    @property
    def is_unused(self) -> bool:
        """Whether the request has no such value yet."""
        return not self._values and not self._outside

    def first(self, condition: Callable[[], None]) -> None:
        """Have `condition` called before the request's first effect.  If it raises, there is none."""
        self._first = condition

    @property
    def is_held_back(self) -> bool:
        """Whether the first effect has a condition."""
        return self._first is not None

    def before_effect(self) -> None:
        """Called before anything that others can notice, or that has to be waited for.

        Raises: what the condition of the first effect raises.
        """
        if self._first is not None:
            self._first()

    def __call__(self, name: str, produce: Callable[[], T]) -> T:
        """The result of the first call of `produce` for `name`."""
        value = self._values.get(name, _MISSING)
        if value is _MISSING:
            value = self._values[name] = produce()
        return value  # type: ignore[no-any-return]

    async def wait(self, name: str, produce: Callable[[], Awaitable[T]]) -> T:
        """The same for an asynchronous `produce`, which the transaction waits for: it has to be short."""
        value = self._values.get(name, _MISSING)
        if value is _MISSING:
            self.before_effect()
            value = self._values[name] = await produce()
        return value  # type: ignore[no-any-return]

    def outside(self, name: str, work: Callable[[], Awaitable[T]]) -> T:
        """The result of work that was done while no transaction was open.

        The first attempt that asks for it ends here; another one begins when the work is done.  So the work can't
        depend on what the attempt has written, and `name` has to tell results apart that depend on what it has read.

        Raises: `Outside` if the work isn't done yet; the `StrongroomError` in which it ended.
        """
        value = self._outside.get(name, _MISSING)
        if value is _MISSING:
            raise Outside(name, work)
        if isinstance(value, _Failed):
            raise value.error
        return value  # type: ignore[no-any-return]

    async def carry_out(self, needed: Outside) -> None:
        """Do the work.

        Raises: `Internal` for a request that never has enough; what `before_effect` raises; what the work raises and
        isn't a `StrongroomError`.
        """
        self.before_effect()
        if len(self._outside) >= MOST_OUTSIDE:
            raise Internal(detail=f"a request needs more than {MOST_OUTSIDE} results from outside: {needed.name!r}")
        # A request begins without a Task of its own (`http/first_step.py`). HTTP libraries compare the Task in which
        # they were entered with the one in which they are left, so the work begins in the one that has taken over.
        await asyncio.sleep(0)
        try:
            self._outside[needed.name] = await needed.work()
        except StrongroomError as error:
            self._outside[needed.name] = _Failed(error)
