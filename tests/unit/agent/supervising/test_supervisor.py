"""A program is supervised: with real processes, and an environment that the test sets."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from strongroom.agent.config.rendering import Exec
from strongroom.agent.supervising.child import NotStarted
from strongroom.agent.supervising.states import State
from strongroom.agent.supervising.supervisor import Supervisor, UnknownSignal, signal_named
from strongroom.agent.supervising.variables import Variables
from strongroom.agent.turns.turn import AT_ANY_TIME, Turn
from strongroom.lib.clock import SystemClock
from strongroom.server.config.reader import Where
from tests.sim.agent_turns import Turns

PROGRAM = """
import os, signal, sys, time
log = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def tell(line):  # at once: a file with a buffer can't be written to in a signal's handler while it is written to
    os.write(log, f"{line}\\n".encode())
def on_signal(number, frame):
    tell(signal.Signals(number).name)
    if number == signal.SIGTERM and sys.argv[2] == "polite":
        sys.exit(7)
for number in (signal.SIGTERM, signal.SIGUSR1):
    signal.signal(number, on_signal)
tell(f"started with {os.environ['A']}")
while not os.path.exists(sys.argv[1] + ".end"):
    time.sleep(0.02)
sys.exit(5)
"""


@dataclass
class Running:
    """A supervised program."""

    supervisor: Supervisor
    variables: Variables
    task: asyncio.Task[int]
    log: Path

    async def logged(self, *lines: str) -> None:
        """Wait until the program has logged these lines, and no others."""
        async with asyncio.timeout(20):
            while not self.log.exists() or self.log.read_text().splitlines() != list(lines):
                await asyncio.sleep(0.02)


@asynccontextmanager
async def _running(
    folder: Path, manner: str = "polite", *, turn: Turn = AT_ANY_TIME, **settings: Any
) -> AsyncIterator[Running]:
    (folder / "program.py").write_text(PROGRAM)
    log = folder / "log"
    settings.setdefault("command", (sys.executable, str(folder / "program.py"), str(log), manner))
    variables = Variables({"A"})
    environment: Mapping[str, str] = {"PATH": os.environ["PATH"]}
    settled = Exec(Where("test", 1), **settings)
    made = Supervisor(settled, environment, variables, SystemClock(), settle_s=0.2, turn=turn)
    task = asyncio.create_task(made.run())
    try:
        yield Running(made, variables, task, log)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, NotStarted):
            await task


async def test_its_status_is_the_agents(tmp_path: Path) -> None:
    """A program that ends by itself ends the supervision, with its own status."""
    async with _running(tmp_path) as running:
        running.variables.put("A", "one")
        await running.logged("started with one")
        assert running.supervisor.state is State.RUNNING
        (tmp_path / "log.end").touch()
        assert await running.task == 5
        assert running.supervisor.pid is None


@pytest.mark.parametrize(("script", "status"), [("exit 3", 3), ("kill -KILL $$", 137), ("kill -TERM $$; sleep 9", 143)])
async def test_a_shells_line(tmp_path: Path, script: str, status: int) -> None:
    """A text of several words is run by a shell; a signal's status is what shells say."""
    async with _running(tmp_path, command=(script,)) as running:
        running.variables.put("A", "one")
        assert await running.task == status


async def test_changes_that_come_together_are_one_restart(tmp_path: Path) -> None:
    """Several changes restart it once, with the last values; the same value again never does."""
    async with _running(tmp_path) as running:
        running.variables.put("A", "one")
        await running.logged("started with one")
        for value in ("two", "three", "four"):
            running.variables.put("A", value)
            await asyncio.sleep(0.05)
        await running.logged("started with one", "SIGTERM", "started with four")
        running.variables.put("A", "four")
        running.variables.put("A", "five")
        running.variables.put("A", "four")
        await asyncio.sleep(0.6)
        await running.logged("started with one", "SIGTERM", "started with four")


async def test_it_is_not_restarted_where_that_is_not_wanted(tmp_path: Path) -> None:
    """`restart_on_secret_changes = never`."""
    async with _running(tmp_path, restart_on_secret_changes="never") as running:
        running.variables.put("A", "one")
        await running.logged("started with one")
        running.variables.put("A", "two")
        await asyncio.sleep(0.6)
        await running.logged("started with one")


async def test_one_that_does_not_end_is_killed(tmp_path: Path) -> None:
    """After the time that it gets, it is ended, and started again."""
    async with _running(tmp_path, "stubborn", kill_timeout_s=1) as running:
        running.variables.put("A", "one")
        await running.logged("started with one")
        running.variables.put("A", "two")
        await running.logged("started with one", "SIGTERM", "started with two")


async def test_signals_are_forwarded(tmp_path: Path) -> None:
    """What is sent to the agent reaches the program; before it runs, nothing happens."""
    async with _running(tmp_path) as running:
        running.supervisor.forward(signal.SIGUSR1)
        running.variables.put("A", "one")
        await running.logged("started with one")
        running.supervisor.forward(signal.SIGUSR1)
        await running.logged("started with one", "SIGUSR1")


async def test_the_agents_end_is_the_programs(tmp_path: Path) -> None:
    """It gets the signal of the configuration, and is waited for."""
    async with _running(tmp_path, restart_stop_signal="SIGUSR1", kill_timeout_s=1) as running:
        running.variables.put("A", "one")
        await running.logged("started with one")
        pid = running.supervisor.pid
        running.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running.task
        await running.logged("started with one", "SIGUSR1")
        assert not Path(f"/proc/{pid}").exists()


async def test_what_cannot_be_started_says_why(tmp_path: Path) -> None:
    """A program that isn't there ends the supervision."""
    async with _running(tmp_path, command=("/no/such/program",)) as running:
        running.variables.put("A", "one")
        with pytest.raises(NotStarted, match="/no/such/program can't be started: no such file or directory"):
            await running.task


async def test_nothing_is_started_before_all_is_there() -> None:
    """Two variables of which one is missing are no environment yet."""
    variables = Variables({"A", "B"})
    variables.put("A", "one")
    assert not variables.changed.is_set()
    variables.put("B", "two")
    assert variables.changed.is_set()
    assert variables.values() == {"A": "one", "B": "two"}


@pytest.mark.parametrize(("name", "expected"), [("SIGTERM", signal.SIGTERM), ("int", signal.SIGINT)])
def test_signals_have_names(name: str, expected: signal.Signals) -> None:
    """With their usual beginning or without."""
    assert signal_named(name) is expected


def test_an_unknown_signal_is_named() -> None:
    """A mistake is told before anything is started."""
    with pytest.raises(UnknownSignal, match="there is no signal SIGNAL"):
        signal_named("SIGNAL")


async def _waiting_for_its_turn(running: Running, turns: Turns) -> None:
    """Have the program started, and its environment changed."""
    running.variables.put("A", "one")
    await running.logged("started with one")
    running.variables.put("A", "two")
    while not turns.asked:
        await asyncio.sleep(0.02)


async def test_it_is_restarted_in_its_turn(tmp_path: Path) -> None:
    """It starts without one, keeps running until it has one, and is started with what has changed until then."""
    turns = Turns()
    async with _running(tmp_path, turn=turns.turn) as running:
        await _waiting_for_its_turn(running, turns)
        running.variables.put("A", "three")
        await asyncio.sleep(0.5)
        await running.logged("started with one")
        turns.give()
        await running.logged("started with one", "SIGTERM", "started with three")
        while not turns.ended:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.5)
        assert (turns.asked, turns.ended) == (1, 1)


async def test_one_that_is_never_restarted_takes_no_turn(tmp_path: Path) -> None:
    """`restart_on_secret_changes = never`."""
    turns = Turns()
    async with _running(tmp_path, turn=turns.turn, restart_on_secret_changes="never") as running:
        running.variables.put("A", "one")
        await running.logged("started with one")
        running.variables.put("A", "two")
        await asyncio.sleep(0.5)
        assert turns.asked == 0


async def test_one_that_ends_while_it_waits_for_its_turn(tmp_path: Path) -> None:
    """Its status is the agent's, as ever."""
    turns = Turns()
    async with _running(tmp_path, turn=turns.turn) as running:
        await _waiting_for_its_turn(running, turns)
        (tmp_path / "log.end").touch()
        assert await running.task == 5
