"""Makes the lists of a stream, in pieces that each commit by themselves.

A process that dies leaves nothing half-done: entries are gathered or they aren't, and a list is stored when it is
signed.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from weakref import WeakValueDictionary

from strongroom.engines.pki.monitoring import tally
from strongroom.engines.pki.revocation.lists import gathering, rows, shedding, signing
from strongroom.engines.pki.revocation.lists.groups import stream_named
from strongroom.engines.pki.revocation.lists.wanted import wanted
from strongroom.sdk import View

_LONGEST_S = 20.0
"""How long one call makes lists; the engine's calls end after a minute.  The next call goes on."""
_ATTEMPTS = 3
_locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
"""One list is made once at a time in a process: whoever comes second finds it made."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a call did."""

    is_whole: bool
    """Whether everything was done that was to do."""
    took_s: float


async def make(
    view: View,
    mount: str,
    stream_id: str,
    now: float,
    *,
    asked: str = rows.COMPLETE,
    forced: tuple[str, ...] = (),
    generation: str = "",
) -> Made:
    """Gather what is new and make the lists that are wanted.

    Args:
        mount: its id. asked: what is read. forced: kinds of lists that are made in any case.
        generation: the name of the next generation of parts; empty if entries aren't taken off.
    """
    lock = _locks.setdefault((mount, stream_id), asyncio.Lock())
    async with lock:
        stream = await view.apart(lambda apart: stream_named(apart, stream_id))
        if stream is None:
            return Made(is_whole=True, took_s=0.0)
        kinds = forced or await view.apart(lambda apart: wanted(apart, stream, now, asked))
        if generation and await shedding.shed(view, stream_id, generation):
            kinds = await view.apart(lambda apart: wanted(apart, stream, now))
        if not kinds:
            return Made(is_whole=True, took_s=0.0)
        if not await _gathered(view, stream_id):
            return Made(is_whole=False, took_s=0.0)
        began = time.monotonic()
        for kind in kinds:
            for _ in range(_ATTEMPTS):
                if await signing.sign(view, stream, kind, now):
                    tally.count_list(kind)
                    break
        if generation:
            await shedding.clear(view, stream_id)
        return Made(is_whole=True, took_s=time.monotonic() - began)


async def _gathered(view: View, stream_id: str) -> bool:
    """Gather what is new.  Returns whether that was everything."""
    until = time.monotonic() + _LONGEST_S
    while True:
        began = time.monotonic()
        if await gathering.gather(view, stream_id) < gathering.AT_ONCE:
            return True
        if began > until:
            return False
        # As long as it took: requests have at least half of the processor.
        await asyncio.sleep(time.monotonic() - began)


async def is_small(view: View, stream_id: str, entries: int, new: int) -> bool:
    """Whether a list has at most so many entries, and at most so many new ones."""
    state = await rows.stream_of(view, stream_id)
    return state.entries <= entries and len(await view.list(rows.new_folder(stream_id), limit=new + 1)) <= new
