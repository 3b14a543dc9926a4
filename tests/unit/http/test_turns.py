"""Claims about the turns of a listener: who is served together, and what one request can't do to another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import pytest

from strongroom.http.first_step import Finished
from strongroom.http.message import HttpRequest, HttpResponse
from strongroom.http.turns import LONGEST_S, MOST, Outcome, Turns
from strongroom.lib.turn import Turn
from tests.sim.clock import SetClock


class Idle:
    """An application that has turns; its clients ask nothing of it."""

    def __init__(self) -> None:
        self.turn = Turn()
        self.repeats = None
        self.log: list[str] = []
        self.turn.at_end.append(lambda: self.log.append(f"end {self.turn.number}"))

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """Never called."""
        raise NotImplementedError

    async def may_send(self, headers: Mapping[str, str]) -> HttpResponse | None:
        """Never called."""
        raise NotImplementedError

    def malformed(self, status: int, text: str) -> HttpResponse:
        """Never called."""
        raise NotImplementedError


class Client:
    """A connection whose request does what a test says."""

    def __init__(self, name: str, log: list[str], work: Callable[[], Awaitable[None]]) -> None:
        self.name = name
        self.log = log
        self.work = work
        self.outcome: Outcome | None = None
        self.breaks = False
        self.known: bytes | None = None
        self.port = 0

    def begin(self) -> Coroutine[Any, Any, HttpResponse]:
        """Begin with the work."""
        return self._run()

    async def _run(self) -> HttpResponse:
        self.log.append(f"{self.name} begins")
        await self.work()
        self.log.append(f"{self.name} ends")
        return HttpResponse(200)

    def served(self, outcome: Outcome) -> None:
        """Keep what became of it."""
        if self.breaks:
            raise KeyError(self.name)
        self.log.append(f"{self.name} served")
        self.outcome = outcome

    def abort(self) -> None:
        """Note the end."""
        self.log.append(f"{self.name} aborted")


async def nothing() -> None:
    """Work that is done at once."""


async def turns() -> None:
    """Let what is scheduled happen."""
    for _ in range(6):
        await asyncio.sleep(0)


async def test_all_begin_before_the_turn_ends_and_are_answered_after() -> None:
    """Who waits for the end of the turn goes on after what was put off until then, in order, without a Task."""
    application = Idle()
    queue = Turns(asyncio.get_running_loop(), lambda: application, SetClock().monotonic)
    clients = [Client(name, application.log, application.turn.over) for name in "ab"]
    clients.append(Client("c", application.log, nothing))
    for client in clients:
        queue.add(client)
    assert application.log == []
    await turns()
    assert application.log == [
        "a begins",
        "b begins",
        "c begins",
        "c ends",
        "end 1",
        "a ends",
        "a served",
        "b ends",
        "b served",
        "c served",
    ]
    assert all(isinstance(client.outcome, Finished) for client in clients)


async def test_outside_of_a_turn_there_is_nothing_to_wait_for() -> None:
    """A Task that asks for the end of the turn goes on at once."""
    turn = Turn()
    await turn.over()
    turn.begin()
    turn.end()
    await turn.over()
    assert turn.number == 1


async def test_who_waits_for_something_else_gets_a_task() -> None:
    """Also after the end of its turn; it is not waited for."""
    application, released = Idle(), asyncio.Event()
    queue = Turns(asyncio.get_running_loop(), lambda: application, SetClock().monotonic)

    async def late() -> None:
        await application.turn.over()
        await released.wait()

    async def early() -> None:
        await released.wait()
        await application.turn.over()

    clients = [Client("late", application.log, late), Client("early", application.log, early)]
    for client in clients:
        queue.add(client)
    await turns()
    assert application.log[-2:] == ["late served", "early served"]
    released.set()
    for client in clients:
        assert isinstance(client.outcome, asyncio.Task)
        assert (await client.outcome).status == 200


@pytest.mark.parametrize("when", ["before the end of the turn", "after it", "in the connection"])
async def test_a_fault_stays_with_its_request(when: str) -> None:
    """The others of the turn are answered, and the next turn is as any other.

    A connection that can't send its answer is closed: it would wait for ever.
    """
    application = Idle()
    queue = Turns(asyncio.get_running_loop(), lambda: application, SetClock().monotonic)

    async def fault() -> None:
        if when == "after it":
            await application.turn.over()
        if when != "in the connection":
            raise ZeroDivisionError

    broken, whole = Client("broken", application.log, fault), Client("whole", application.log, nothing)
    broken.breaks = when == "in the connection"
    for client in (broken, whole):
        queue.add(client)
    await turns()
    assert isinstance(whole.outcome, Finished)
    assert ("broken aborted" in application.log) is broken.breaks
    assert broken.outcome is None if broken.breaks else isinstance(broken.outcome, ZeroDivisionError)
    assert not application.turn.is_open
    later = Client("later", application.log, application.turn.over)
    queue.add(later)
    await turns()
    assert isinstance(later.outcome, Finished)


async def test_a_turn_has_a_bound() -> None:
    """More requests than that are served in several turns, between which others get theirs."""
    application = Idle()
    queue = Turns(asyncio.get_running_loop(), lambda: application, SetClock().monotonic)
    clients = [Client(str(number), application.log, nothing) for number in range(2 * MOST + 1)]
    for client in clients:
        queue.add(client)
    await turns()
    assert [line for line in application.log if line.startswith("end")] == ["end 1", "end 2", "end 3"]
    assert all(isinstance(client.outcome, Finished) for client in clients)


async def test_a_turn_ends_when_it_has_lasted_for_long() -> None:
    """Requests whose answers are large take long: each has a turn of its own then, and all are answered, in order."""
    application, clock = Idle(), SetClock()
    queue = Turns(asyncio.get_running_loop(), lambda: application, clock.monotonic)

    async def long() -> None:
        clock.advance(LONGEST_S)
        await application.turn.over()

    clients = [Client(name, application.log, work) for name, work in (("a", long), ("b", long), ("c", nothing))]
    for client in clients:
        queue.add(client)
    await turns()
    assert application.log == [
        "a begins",
        "end 1",
        "a ends",
        "a served",
        "b begins",
        "end 2",
        "b ends",
        "b served",
        "c begins",
        "c ends",
        "end 3",
        "c served",
    ]
