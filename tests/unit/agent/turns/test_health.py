"""A command says whether the instance is well."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from strongroom.agent.turns.health import Health


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (("true",), ""),
        (("test -n x && exit 0",), ""),
        (("test", "a b", "=", "a b"), ""),
        (("exit 7",), "the health command ended with 7"),
        (("kill -9 $$",), "the health command was ended by the signal 9"),
        (("/no/such/program", "x"), "/no/such/program can't be run: No such file or directory"),
        (("/no/such/program",), "the health command ended with 127"),
        (("sh", "-c", "read line"), "the health command ended with 1"),
    ],
)
async def test_what_a_command_says(command: tuple[str, ...], problem: str) -> None:
    """One text is a shell's; several are a program and its arguments.  There is nothing on its standard input."""
    assert await Health(command).problem(10) == problem


async def test_what_it_prints_goes_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    """But its errors go where those of the agent go."""
    assert await Health(("echo secret; echo reason >&2; exit 1",)).problem(10) == "the health command ended with 1"
    assert capfd.readouterr() == ("", "reason\n")


async def test_a_command_that_hangs_is_killed(tmp_path: Path) -> None:
    """With what it has started."""
    file = tmp_path / "pid"
    hanging = Health((f"sleep 1000 & echo $! > {file}; wait",))
    assert await hanging.problem(0.5) == "the health command didn't end within 0.5 s"
    await _ended(int(file.read_text()))


async def test_a_command_is_killed_when_nobody_waits_any_more(tmp_path: Path) -> None:
    """The agent is stopped meanwhile."""
    file = tmp_path / "pid"
    task = asyncio.create_task(Health((f"echo $$ > {file}.new; mv {file}.new {file}; sleep 1000",)).problem(1000))
    while not file.exists():
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])
    await _ended(int(file.read_text()))


async def _ended(pid: int) -> None:
    """Wait until a process has ended; one that was killed is still there for a moment."""
    with contextlib.suppress(FileNotFoundError):
        while Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z":
            await asyncio.sleep(0.01)
