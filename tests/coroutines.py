"""Runs `async def test_…` on the event loop that the servers use, and fails a test that leaves work behind.

Fixtures are ordinary ones; what has to be awaited is awaited in the test.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

import pytest
import uvloop

TURNS = 10
"""How often the loop turns before a task counts as left behind: a task that was just cancelled needs a few."""


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine function; leave every other to pytest."""
    generated = getattr(pyfuncitem.obj, "hypothesis", None)
    if generated is not None and inspect.iscoroutinefunction(generated.inner_test):
        # Hypothesis calls the inner test once an example, each time on a loop of its own.
        generated.inner_test = in_a_loop(generated.inner_test)
        return None
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    in_a_loop(pyfuncitem.obj)(**{name: pyfuncitem.funcargs[name] for name in names})
    return True


def in_a_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """The test as an ordinary function, which fails with what the test raised, or else with what it left behind."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        faults: list[dict[str, Any]] = []
        left: list[str] = []

        async def body() -> None:
            asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))
            await test(*args, **kwargs)
            left.extend(await _left_behind())

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(body())
        # A task tells of an exception that nobody asked for when it is collected.
        gc.collect(1)
        if left:
            pytest.fail("the test left tasks behind:\n" + "\n".join(left), pytrace=False)
        if faults:
            _fail_with(faults)

    return run


async def _left_behind() -> list[str]:
    """The tasks, besides the test's own, that don't end by themselves at once."""
    for _ in range(TURNS):
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if not others:
            return []
        await asyncio.sleep(0)
    return [repr(task) for task in others]


def _fail_with(faults: list[dict[str, Any]]) -> NoReturn:
    """Fail with what the loop's exception handler was told."""
    text = "\n".join(f"{fault['message']}: {fault.get('exception')!r}" for fault in faults)
    exception = next((fault["exception"] for fault in faults if fault.get("exception") is not None), None)
    raise AssertionError(f"the loop was left with errors:\n{text}") from exception
