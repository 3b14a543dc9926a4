"""Takes profiles of this process.  Each costs time while it is taken, so only one is taken at once."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from strongroom.lib.errors import RateLimited
from strongroom.lib.profiling.profile import Kind, Profile
from strongroom.lib.profiling.stacks import of_tasks, of_threads

PERIOD_S: Final = 0.01
_PERIOD_NS: Final = 10_000_000
_FRAMES: Final = 25
_MOST_OBJECTS: Final = 200_000
"""Of the garbage collector's, that are looked at: reading the sizes of many millions would hold up every request."""
_taken = threading.Lock()


def running() -> Profile:
    """Where the threads of this process are, and where its tasks wait."""
    found: Counter[tuple[str, ...]] = Counter()
    for stack in (*of_threads(None), *of_tasks(asyncio.get_running_loop())):
        found[*stack.frames, stack.of] += stack.times
    return _counted(found, "tasks and threads")


def threads() -> Profile:
    """Where the threads of this process are."""
    return _counted(Counter((*stack.frames, stack.of) for stack in of_threads(None)), "threads")


def nothing(name: str) -> Profile:
    """A profile without samples, of what isn't recorded."""
    return Profile((Kind(name, "count"),), {}, time.time())


async def processor(seconds: float) -> Profile:
    """Where the threads are every hundredth of a second; a thread that waits counts too, as Python can't tell."""
    return await _one_at_once(lambda: _sampled(seconds))


async def allocations(seconds: float) -> Profile:
    """What is allocated within a time and is still there at its end, by where it was allocated.

    While it is recorded, everything takes some three times as long.
    """
    return await _one_at_once(lambda: _traced(seconds))


async def objects() -> Profile:
    """The objects that the garbage collector knows, by their types, with their own sizes."""
    return await _one_at_once(_counted_objects)


async def _one_at_once(take: Callable[[], Profile]) -> Profile:
    if not _taken.acquire(blocking=False):
        raise RateLimited("another profile is being taken in this process", retry_after_s=1.0)
    try:
        return await asyncio.to_thread(take)
    finally:
        _taken.release()


def _sampled(seconds: float) -> Profile:
    began, own = time.monotonic(), threading.get_ident()
    samples: Counter[tuple[str, ...]] = Counter()
    while (passed := time.monotonic() - began) < seconds:
        samples.update(stack.frames for stack in of_threads(None, without=own))
        time.sleep(min(PERIOD_S, seconds - passed))
    values = {frames: (count, count * _PERIOD_NS) for frames, count in samples.items()}
    kinds = (Kind("samples", "count"), Kind("wall", "nanoseconds"))
    return Profile(kinds, values, time.time() - seconds, seconds, _PERIOD_NS)


def _traced(seconds: float) -> Profile:
    tracemalloc.start(_FRAMES)
    try:
        time.sleep(seconds)
        traces = tracemalloc.take_snapshot().traces
    finally:
        tracemalloc.stop()
    found: dict[tuple[str, ...], tuple[int, int]] = {}
    for trace in traces:
        frames = tuple(f"{frame.filename}:{frame.lineno}" for frame in reversed(trace.traceback))
        count, size = found.get(frames, (0, 0))
        found[frames] = count + 1, size + trace.size
    return _memory(found, seconds)


def _counted_objects() -> Profile:
    found: dict[tuple[str, ...], tuple[int, int]] = {}
    for each in _some(gc.get_objects()):
        name = (f"{type(each).__module__}.{type(each).__qualname__}",)
        count, size = found.get(name, (0, 0))
        found[name] = count + 1, size + sys.getsizeof(each, 0)
    return _memory(found, 0.0)


def _some(all_of_them: list[object]) -> Iterable[object]:
    return all_of_them[:: len(all_of_them) // _MOST_OBJECTS + 1]


def _memory(found: dict[tuple[str, ...], tuple[int, int]], lasted_s: float) -> Profile:
    kinds = (Kind("inuse_objects", "count"), Kind("inuse_space", "bytes"))
    return Profile(kinds, found, time.time(), lasted_s)


def _counted(found: Counter[tuple[str, ...]], name: str) -> Profile:
    values = {frames: (count,) for frames, count in found.items()}
    return Profile((Kind(name.replace(" ", "_"), "count"),), values, time.time())
