"""Those who read the server's log while it is written."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import pytest

from strongroom.lib.errors import RateLimited
from strongroom.server.logs.watches import FROM_NOW, MOST_WATCHES, Event, Watches

INFO, WARN = 20, 30


def render(event: Event) -> str:
    """A line as short as can be."""
    return f"{event['level']} {event['event']}" + (f" {event['count']}" if "count" in event else "")


def event(text: str, level: str = "info") -> dict[str, str]:
    """One event."""
    return {"event": text, "level": level}


def alone(test: Callable[[Watches], Awaitable[None]]) -> None:
    """Run a test with watches of its own."""

    async def run() -> None:
        async with asyncio.timeout(30):
            await test(Watches())

    asyncio.run(run())


def test_a_reader_gets_what_it_wants_from_then_on() -> None:
    """Lines of its level and above, none of before, until it goes."""

    async def run(watches: Watches) -> None:
        watches.offer(WARN, event("before"))
        async with aclosing(watches.lines(WARN, render, watches.take_place())) as lines:
            waiting = asyncio.ensure_future(anext(lines))
            await asyncio.sleep(0)
            assert watches.wants(WARN)
            assert not watches.wants(INFO)
            watches.offer(INFO, event("detail"))
            watches.offer(WARN, event("one", "warning"))
            watches.offer(WARN, event("two", "warning"))
            assert await waiting == b"warning one\nwarning two\n"
        assert not watches.wants(WARN)

    alone(run)


def test_lines_of_other_threads_wake_the_reader() -> None:
    """Passwords are checked in threads, which log too."""

    async def run(watches: Watches) -> None:
        async with aclosing(watches.lines(INFO, render, watches.take_place())) as lines:
            waiting = asyncio.ensure_future(anext(lines))
            await asyncio.sleep(0)
            thread = threading.Thread(target=watches.offer, args=(INFO, event("from a thread")))
            thread.start()
            assert await waiting == b"info from a thread\n"
            thread.join()

    alone(run)


def test_a_slow_reader_loses_lines_and_is_told_how_many() -> None:
    """What waits for it is bounded, and the others have theirs."""

    async def run(watches: Watches) -> None:
        async with (
            aclosing(watches.lines(INFO, render, watches.take_place())) as slow,
            aclosing(watches.lines(INFO, render, watches.take_place())) as quick,
        ):
            first = [asyncio.ensure_future(anext(lines)) for lines in (slow, quick)]
            await asyncio.sleep(0)
            watches.offer(INFO, event("begin"))
            await asyncio.gather(*first)
            got = b""
            for number in range(3000):
                watches.offer(INFO, event(f"{number:04} " + "x" * 200))
                if number % 500 == 499:
                    got += await anext(quick)
            assert got.count(b"\n") == 3000
            block = await anext(slow)
            lines = block.decode().splitlines()
            assert len(block) < 300_000
            assert lines[0].startswith("info 0000")
            told = lines[-1]
            assert told.startswith("warning lines are missing here")
            assert int(told.split()[-1]) == 3000 - (len(lines) - 1)

    alone(run)


def test_only_so_many_read_at_once() -> None:
    """Each costs a rendering of every line; one that goes makes room."""

    async def run(watches: Watches) -> None:
        open_ = [watches.lines(INFO, render, watches.take_place()) for _ in range(MOST_WATCHES)]
        waiting = [asyncio.ensure_future(anext(lines)) for lines in open_]
        await asyncio.sleep(0)
        with pytest.raises(RateLimited):
            watches.take_place()
        waiting[0].cancel()
        await asyncio.gather(waiting[0], return_exceptions=True)
        del open_[0]
        never_begun = watches.lines(INFO, render, watches.take_place())
        with pytest.raises(RateLimited):
            watches.take_place()
        del never_begun
        watches.take_place()
        watches.end()
        assert [type(outcome) for outcome in await asyncio.gather(*waiting[1:], return_exceptions=True)] == [
            StopAsyncIteration
        ] * (MOST_WATCHES - 1)

    alone(run)


def test_other_processes_are_told_what_they_have_not_heard() -> None:
    """Nothing of before the first question, each line once, and how many were too many."""
    now = [100.0]
    watches = Watches(lambda: now[0])
    watches.offer(INFO, event("before"))
    first = watches.since("1", INFO, FROM_NOW)
    assert (first.events, first.lost) == ((), 0)
    watches.offer(INFO, event("one"))
    watches.offer(10, event("detail", "debug"))
    second = watches.since("1", INFO, first.last)
    assert second.events == ((INFO, event("one")),)
    assert watches.since("1", INFO, second.last).events == ()
    for number in range(1000):
        watches.offer(INFO, event(f"{number} " + "x" * 100))
    third = watches.since("1", INFO, second.last)
    assert len(third.events) + third.lost == 1000
    assert 100 < len(third.events) < 400
    assert watches.since("1", INFO, 0).events == third.events
    now[0] += 60
    assert not watches.wants(INFO)
    watches.offer(INFO, event("nobody asks any more"))
    assert watches.since("1", INFO, third.last).events == ()


def test_what_goes_to_other_processes_is_plain() -> None:
    """A value that no message could carry goes as its text."""
    watches = Watches(lambda: 1.0)
    watches.since("1", INFO, FROM_NOW)
    watches.offer(INFO, {**event("x"), "path": ["a"], "count": 3})
    assert watches.since("1", INFO, 0).events == ((INFO, {**event("x"), "path": "['a']", "count": 3}),)
