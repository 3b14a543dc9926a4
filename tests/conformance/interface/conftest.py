"""One browser and one server for all tests of the interface in a process; a window for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.conformance.interface.browser import Window, chromium, window
from tests.conformance.interface.world import Role, World, world

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Opened = Callable[..., Window]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="package")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server as a team has it; tests use names of their own in it."""
    with world(tmp_path_factory.mktemp("interface")) as made:
        yield made


@pytest.fixture
def opened(browser: Browser, team: World, request: pytest.FixtureRequest) -> Iterator[Opened]:
    """Opens windows: `opened("reader")`.  They are closed in the end, and fail then if a page did what none may."""
    failed = request.session.testsfailed
    with ExitStack() as stack:

        def one(role: Role | None = None, *, of: World = team, **settings: object) -> Window:
            made = stack.enter_context(window(browser, of, role, **settings))
            stack.callback(tell, made)
            return made

        def tell(made: Window) -> None:
            if request.session.testsfailed > failed:
                print(f"{made.page.url}:\n{made.page.locator('body').aria_snapshot()}")

        yield one
