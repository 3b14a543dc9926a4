"""Caches of a process beside the barrier's, for what is computed from secrets.  All can be emptied at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_clearing: list[Callable[[], None]] = []


def sensitive_cache(maxsize: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Like `functools.lru_cache`, but emptied by `forget`."""

    def wrap(function: Callable[P, T]) -> Callable[P, T]:
        cached = lru_cache(maxsize=maxsize)(function)
        _clearing.append(cached.cache_clear)
        return cached  # type: ignore[return-value]

    return wrap


def forget() -> None:
    """Empty every such cache."""
    for clear in _clearing:
        clear()
