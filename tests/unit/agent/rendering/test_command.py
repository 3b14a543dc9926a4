"""Commands after changes: once for several, again after a failure, and again after a change meanwhile."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from strongroom.agent.config.rendering import Template, TemplateExec
from strongroom.agent.rendering.command import Command, CommandLine, command_of
from strongroom.agent.turns.turn import AT_ANY_TIME, Turn
from strongroom.lib.clock import SystemClock
from strongroom.server.config.reader import Where
from tests.sim.agent_turns import Turns

HERE = Where("test", 1)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (Template(HERE), None),
        (Template(HERE, exec=TemplateExec()), None),
        (Template(HERE, command="reload web"), CommandLine(("sh", "-c", "reload web"), 30)),
        (Template(HERE, command="reload web", command_timeout_s=5), CommandLine(("sh", "-c", "reload web"), 5)),
        (Template(HERE, exec=TemplateExec(("a", "b"), 7)), CommandLine(("a", "b"), 7)),
        (Template(HERE, exec=TemplateExec(("a b",))), CommandLine(("sh", "-c", "a b"), 30)),
    ],
)
def test_the_command_of_a_template(template: Template, expected: CommandLine | None) -> None:
    """Both ways of the configuration are the same."""
    assert command_of(template) == expected


@asynccontextmanager
async def _running(script: str, failures: list[str], turn: Turn = AT_ANY_TIME) -> AsyncIterator[Command]:
    command = Command(
        CommandLine(("sh", "-c", script), 10),
        {"PATH": os.environ["PATH"]},
        failed=failures.append,
        clock=SystemClock(),
        turn=turn,
    )
    task = asyncio.create_task(command.run())
    try:
        yield command
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_files_that_change_together_run_it_once(tmp_path: Path) -> None:
    """As long as another file is being written, it waits."""
    async with _running(f"echo x >> {tmp_path}/log", []) as command:
        for each in "abc":
            command.expect(each)
        command.settled("a", changed=True)
        command.settled("b", changed=False)
        await asyncio.sleep(0.4)
        assert not (tmp_path / "log").exists()
        command.settled("c", changed=True)
        await command.idle()
    assert (tmp_path / "log").read_text() == "x\n"


async def test_nothing_changed_runs_nothing(tmp_path: Path) -> None:
    """A file that was the same already is no reason."""
    async with _running(f"echo x >> {tmp_path}/log", []) as command:
        command.expect("a")
        command.settled("a", changed=False)
        await command.idle()
        await asyncio.sleep(0.3)
    assert not (tmp_path / "log").exists()


async def test_a_change_while_it_runs_runs_it_again(tmp_path: Path) -> None:
    """It may have read the file before the change."""
    async with _running(f"echo x >> {tmp_path}/log; sleep 0.3", []) as command:
        command.settled("a", changed=True)
        while not (tmp_path / "log").exists():
            await asyncio.sleep(0.02)
        command.settled("a", changed=True)
        await command.idle()
    assert (tmp_path / "log").read_text() == "x\nx\n"


async def test_a_failure_is_told_and_tried_again(tmp_path: Path) -> None:
    """It runs again after a pause, and a good end is the end of the trouble."""
    failures: list[str] = []
    script = f"echo x >> {tmp_path}/log; test $(wc -l < {tmp_path}/log) = 2"
    async with _running(script, failures) as command:
        command.settled("a", changed=True)
        await command.idle()
        assert command.trouble is not None
        assert (command.trouble.failures, command.trouble.reason) == (1, "it ended with status 1")
        while command.trouble is not None:
            await asyncio.sleep(0.05)
    assert failures == [f"the command sh -c {script} failed: it ended with status 1"]
    assert (tmp_path / "log").read_text() == "x\nx\n"


async def test_it_runs_in_its_turn(tmp_path: Path) -> None:
    """What changes while others have their turns is in the same run, and its turn is over after it has ended."""
    turns = Turns()
    async with _running(f"echo x >> {tmp_path}/log", [], turns.turn) as command:
        command.settled("a", changed=True)
        while not turns.asked:
            await asyncio.sleep(0.02)
        command.settled("b", changed=True)
        assert not (tmp_path / "log").exists()
        turns.give()
        await command.idle()
        while not turns.ended:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
    assert (tmp_path / "log").read_text() == "x\n"
    assert (turns.asked, turns.ended) == (1, 1)


async def test_only_a_good_end_has_told_of_a_change(tmp_path: Path) -> None:
    """A failure hasn't, and a run that began before a later change only of the earlier one."""
    told: list[str] = []
    script = f"echo x >> {tmp_path}/log; sleep 0.2; test $(wc -l < {tmp_path}/log) -gt 1"
    async with _running(script, []) as command:
        command.settled("a", changed=True, told=lambda: told.append("first"))
        await command.idle()
        assert told == []
        while (tmp_path / "log").read_text() == "x\n":
            await asyncio.sleep(0.02)
        command.settled("a", changed=True, told=lambda: told.append("second"))
        while not told:
            await asyncio.sleep(0.02)
        assert told == ["first"]
        await command.idle()
    assert told == ["first", "second"]
