"""Tests that are coroutine functions: they run, on the servers' loop, and may leave nothing behind."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st

from tests.coroutines import in_a_loop


@pytest.mark.parametrize("value", [1])
async def test_a_coroutine_runs_with_fixtures_on_the_servers_loop(value: int, tmp_path: Path) -> None:
    """Fixtures and parameters arrive, and the loop is uvloop's."""
    assert value == 1
    assert tmp_path.is_dir()
    assert isinstance(asyncio.get_running_loop(), uvloop.Loop)


class TestInAClass:
    """A method is a test, too."""

    async def test_a_method_runs(self) -> None:
        """Its instance is given to it."""
        assert isinstance(self, TestInAClass)


@given(st.booleans())
async def test_a_generated_example_runs(value: bool) -> None:
    """Hypothesis gives the coroutine its examples (and fails a test of which it gets a coroutine back)."""
    await asyncio.sleep(0)
    assert value in {True, False}


def test_a_failure_fails() -> None:
    """What the coroutine raises is what the test raises."""

    async def failing() -> None:
        await asyncio.sleep(0)
        raise ValueError("told")

    with pytest.raises(ValueError, match="told"):
        in_a_loop(failing)()


def test_a_task_left_behind_fails() -> None:
    """A task that nobody ended is a fault, though the loop's end would cancel it."""

    async def leaving() -> None:
        task = asyncio.create_task(asyncio.sleep(3600), name="forgotten")
        await asyncio.sleep(0)
        assert not task.done()

    with pytest.raises(pytest.fail.Exception, match="forgotten"):
        in_a_loop(leaving)()


def test_a_task_that_was_cancelled_is_not_left_behind() -> None:
    """It needs a turn of the loop to end, and gets it."""

    async def cancelling() -> None:
        task = asyncio.create_task(asyncio.sleep(3600))
        await asyncio.sleep(0)
        task.cancel()

    in_a_loop(cancelling)()


def test_a_tasks_exception_that_nobody_asked_for_fails() -> None:
    """A task that failed in silence fails the test."""

    async def fail() -> None:
        raise ValueError("in silence")

    async def starting() -> None:
        task = asyncio.create_task(fail())
        await asyncio.wait([task])

    with pytest.raises(AssertionError, match="in silence"):
        in_a_loop(starting)()


def test_a_callbacks_exception_fails() -> None:
    """So does a callback of the loop."""

    async def starting() -> None:
        asyncio.get_running_loop().call_soon(lambda: 1 // 0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        in_a_loop(starting)()


def test_a_coroutine_that_nobody_awaited_fails(recwarn: pytest.WarningsRecorder) -> None:
    """Python warns of it, and warnings are errors here."""

    async def forgetting() -> None:
        asyncio.sleep(0)

    in_a_loop(forgetting)()
    assert "was never awaited" in str(recwarn.pop(RuntimeWarning).message)
