"""Programs are run to their end, or ended with everything that they have started."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from strongroom.agent.rendering.program import ProgramFailed, how_it_ended, run, words

ENVIRONMENT = {"PATH": os.environ["PATH"]}


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("systemctl reload web",), ("sh", "-c", "systemctl reload web")),
        (("systemctl", "reload", "web"), ("systemctl", "reload", "web")),
        (("reload",), ("reload",)),
        ((" ",), (" ",)),
    ],
)
def test_a_text_of_several_words_is_the_shells(command: tuple[str, ...], expected: tuple[str, ...]) -> None:
    """A list is started as it is."""
    assert words(command) == expected


async def test_a_program_gets_the_environment(tmp_path: Path) -> None:
    """It has the variables that it was given, and no others."""
    await run(["sh", "-c", f"echo $A > {tmp_path}/x"], {**ENVIRONMENT, "A": "b"}, 10)
    assert (tmp_path / "x").read_text() == "b\n"


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (("sh", "-c", "exit 3"), "it ended with status 3"),
        (("sh", "-c", "kill -KILL $$"), "it was ended by SIGKILL"),
        (("no-such-program-anywhere",), "no-such-program-anywhere can't be run: no such file or directory"),
        (("/",), "/ can't be run: permission denied"),
    ],
)
async def test_a_bad_end_says_why(program: tuple[str, ...], reason: str) -> None:
    """A status, a signal, and what can't be started."""
    with pytest.raises(ProgramFailed, match=reason):
        await run(program, ENVIRONMENT, 10)


def test_how_it_ended() -> None:
    """Signals have names, unless they have none."""
    assert how_it_ended(-signal.SIGTERM) == "it was ended by SIGTERM"
    assert how_it_ended(-99) == "it was ended by signal 99"


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def _gone(pid: int) -> bool:
    for _ in range(200):
        if not _is_alive(pid):
            return True
        await asyncio.sleep(0.02)
    return False


async def test_what_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    """The whole group is ended, also what ignores a polite signal's parent."""
    script = f"sleep 600 & echo $! > {tmp_path}/child; wait"
    with pytest.raises(ProgramFailed, match=r"it didn't end within 0\.3 s"):
        await run(["sh", "-c", script], ENVIRONMENT, 0.3)
    assert await _gone(int((tmp_path / "child").read_text()))


async def test_a_cancelled_wait_ends_the_program(tmp_path: Path) -> None:
    """At the agent's end, no program stays behind."""
    task = asyncio.create_task(run(["sh", "-c", f"echo $$ > {tmp_path}/pid; exec sleep 600"], ENVIRONMENT, 0))
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await _gone(int((tmp_path / "pid").read_text()))
