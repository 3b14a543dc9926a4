"""Runs a program with variables in its environment, and restarts it when they have changed."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import structlog

from strongroom.agent.config.rendering import Exec
from strongroom.agent.rendering.settling import Settling
from strongroom.agent.supervising.child import Child
from strongroom.agent.supervising.states import Action, Event, State, after
from strongroom.agent.supervising.variables import Variables
from strongroom.agent.turns.turn import AT_ANY_TIME, Turn
from strongroom.lib.clock import Clock

log = structlog.get_logger("agent.supervising")
SETTLE_S: Final = 2.0
"""For changes that come one after the other to be one restart.  Source: Vault's agent"""


class UnknownSignal(Exception):
    """There is no signal of a name.  The text names it."""


def signal_named(name: str) -> signal.Signals:
    """A signal by its name, such as `SIGTERM`, or `TERM`.  Raises `UnknownSignal`.  (p)"""
    full = name.upper() if name.upper().startswith("SIG") else f"SIG{name.upper()}"
    try:
        return signal.Signals[full]
    except KeyError:
        raise UnknownSignal(f"there is no signal {name}") from None


class Supervisor:
    """Supervises one program.

    Args:
        environment: the agent's variables.
        variables: those that are made from secrets.
        settle_s: how long nothing has to change before it is started again.
        turn: when it may be restarted.  It is started without one: what doesn't run can't be missed.

    Raises: `UnknownSignal`.
    """

    def __init__(
        self,
        settings: Exec,
        environment: Mapping[str, str],
        variables: Variables,
        clock: Clock,
        *,
        settle_s: float = SETTLE_S,
        turn: Turn = AT_ANY_TIME,
    ) -> None:
        self._settings = settings
        self._restarts = settings.restart_on_secret_changes == "always"  # noqa: S105 - no password
        self._stop_signal = signal_named(settings.restart_stop_signal)
        self._environment = environment
        self._settle_s = settle_s
        self._turn = turn
        self._variables = variables
        self._clock = clock
        self._state = State.NOT_STARTED
        self._child: Child | None = None
        self._given: Mapping[str, str] | None = None
        self._end_by: float | None = None
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._started = asyncio.Event()
        self._ends: asyncio.Task[None] | None = None
        self._status = 0

    @property
    def state(self) -> State:
        """How the program is."""
        return self._state

    @property
    def pid(self) -> int | None:
        """Its process id; None while it doesn't run."""
        return self._child.pid if self._child is not None else None

    def forward(self, number: int) -> None:
        """Send the program a signal that was sent to the agent."""
        if self._child is not None:
            self._child.send(number)

    async def run(self) -> int:
        """Supervise until the program ends by itself: its status.

        When this is cancelled, the program is told to end, and waited for.

        Raises: `NotStarted`.
        """
        supervising = asyncio.create_task(self._supervise())
        try:
            return await asyncio.shield(supervising)
        except asyncio.CancelledError:
            self._events.put_nowait(Event.STOP)
            await asyncio.gather(supervising, return_exceptions=True)
            raise

    async def _supervise(self) -> int:
        """Do what each event asks for, until the program is over: its status.  Raises `NotStarted`."""
        changes = asyncio.create_task(self._follow_changes())
        try:
            while self._state is not State.OVER:
                await self._do(await self._next())
        finally:
            await _cancelled(changes)
        return self._status

    async def _next(self) -> Event:
        """The next event; that it took too long, if the program was told to end and nothing happens."""
        left_s = None if self._end_by is None else self._end_by - self._clock.monotonic()
        try:
            async with asyncio.timeout(left_s):
                return await self._events.get()
        except TimeoutError:
            return Event.TIMED_OUT

    async def _do(self, event: Event) -> None:
        """Do what an event asks for.  Raises `NotStarted`."""
        if event is Event.ENDED:
            self._child = None
        self._state, action = after(self._state, event, restarts=self._restarts)
        if event is Event.CHANGED and action is Action.NOTHING:
            log.info("secrets have changed; the program isn't restarted", state=self._state.value)
        match action:
            case Action.START:
                await self._start()
            case Action.TELL_TO_END:
                log.info("the program is told to end", pid=self.pid, signal=self._stop_signal.name)
                self.forward(self._stop_signal)
                self._end_by = self._clock.monotonic() + self._settings.kill_timeout_s
            case Action.KILL:
                log.warning("the program didn't end in time", pid=self.pid)
                self.forward(signal.SIGKILL)
                self._end_by = None
            case Action.LEAVE | Action.NOTHING:
                return

    async def _start(self) -> None:
        self._given, self._end_by = self._variables.values(), None
        self._child = await Child.start(self._settings.command, {**self._environment, **self._given})
        self._ends = asyncio.create_task(self._follow_end(self._child))
        self._started.set()
        log.info("the program is started", pid=self._child.pid)

    async def _follow_end(self, child: Child) -> None:
        self._status = await child.ended()
        log.info("the program has ended", pid=child.pid, status=self._status)
        await self._events.put(Event.ENDED)

    async def _follow_changes(self) -> None:
        """Have the program started when its environment has settled, and restarted when that is another one."""
        changed = self._variables.changed
        while True:
            await changed.wait()
            await self._settle()
            if self._given is None or not self._restarts:
                self._tell_of_change()
                continue
            async with self._turn():
                if changed.is_set():  # while others had their turns
                    await self._settle()
                if self._tell_of_change():
                    await self._started.wait()

    def _tell_of_change(self) -> bool:
        """Tell that the environment is another one than the program's; whether it is."""
        if self._variables.values() == self._given:
            return False
        self._started.clear()
        self._events.put_nowait(Event.CHANGED)
        return True

    async def _settle(self) -> None:
        """Wait until there was no change for a while."""
        changed, now = self._variables.changed, self._clock.monotonic
        changed.clear()
        settling = Settling(now(), now())
        with suppress(TimeoutError):
            while True:
                async with asyncio.timeout(settling.ends_at(self._settle_s) - now()):
                    await changed.wait()
                changed.clear()
                settling = settling.after(now())


async def _cancelled(task: asyncio.Task[None]) -> None:
    """End a task."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
