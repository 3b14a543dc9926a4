"""A class that can't be asked as it is declared is refused when it is made, not when somebody asks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from strongroom.sdk import Body, DeclarationError, Engine, Request, Response, path


class Given(Body, frozen=True):
    """A body."""

    text: str = ""


def without_parameter() -> None:
    class Rooms(Engine):
        type = "rooms"

        @path.read("rooms/{room}")
        async def show(self, request: Request) -> Response | None:
            """Show."""


def with_another_parameter() -> None:
    class Rooms(Engine):
        type = "rooms"

        @path.read("rooms/{room}")
        async def show(self, request: Request, room: str, floor: str) -> Response | None:
            """Show."""


def without_request() -> None:
    class Rooms(Engine):
        type = "rooms"

        @path.read("rooms/{room}")
        async def show(self, room: str) -> Response | None:
            """Show."""


def not_async() -> None:
    class Rooms(Engine):
        type = "rooms"

        @path.read("rooms")
        def show(self, request: Request) -> Response | None:
            """Show."""


def with_a_dictionary_for_a_body() -> None:
    class Rooms(Engine):
        type = "rooms"

        @path.write("rooms")
        async def show(self, request: Request, body: dict[str, str]) -> Response | None:
            """Show."""


def with_a_hook_that_is_not_there() -> None:
    class Rooms(Engine):
        type = "rooms"

        @path.write("rooms/{room}", exists="is_there")
        async def show(self, request: Request, room: str) -> Response | None:
            """Show."""


def with_a_hook_of_another_path() -> None:
    class Rooms(Engine):
        type = "rooms"

        async def is_there(self, request: Request, floor: str) -> bool:
            """Whether it is."""
            return True

        @path.write("rooms/{room}", exists="is_there")
        async def show(self, request: Request, room: str) -> Response | None:
            """Show."""


def with_an_override_of_another_form() -> None:
    class House(Engine):
        type = "house"

        @path.read("rooms/{room}")
        async def show(self, request: Request, room: str) -> Response | None:
            """Show."""

    class Rooms(House):
        async def show(self, request: Request, chamber: str) -> Response | None:
            """Show."""


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (without_parameter, 'Rooms.show, "rooms/{room}": the function has no parameter room'),
        (with_another_parameter, 'Rooms.show, "rooms/{room}": the pattern has no {floor}, which the function needs'),
        (without_request, 'Rooms.show, "rooms/{room}": the function has no parameter request'),
        (not_async, 'Rooms.show, "rooms": the function is not async'),
        (with_a_dictionary_for_a_body, 'Rooms.show, "rooms": the parameter body is annotated with no subclass of Body'),
        (
            with_a_hook_that_is_not_there,
            'Rooms.show, "rooms/{room}": the class has no method "is_there", which exists= names',
        ),
        (
            with_a_hook_of_another_path,
            'Rooms.show, "rooms/{room}": is_there, which exists= names: the function has no parameter room',
        ),
        (with_an_override_of_another_form, 'Rooms.show, "rooms/{room}": the function has no parameter room'),
    ],
    ids=lambda each: each.__name__ if callable(each) else "",
)
def test_what_cannot_be_called_is_no_engine(make: Callable[[], None], text: str) -> None:
    """The error names class, function and pattern."""
    with pytest.raises(DeclarationError) as caught:
        make()
    assert str(caught.value) == text


def test_a_part_may_leave_its_hook_to_another_part() -> None:
    """What is mixed into an engine is looked at with it: a part alone isn't mounted."""

    class Shown(Engine):
        @path.write("rooms/{room}", exists="is_there")
        async def store(self, request: Request, room: str, body: Given) -> Response | None:
            """Store."""

    class Found(Engine):
        async def is_there(self, request: Request, room: str) -> bool:
            """Whether it is."""
            return True

    class Rooms(Shown, Found):
        type = "rooms"

    assert [route.pattern for route in Rooms.routes.routes] == ["rooms/{room}"]


def test_a_default_stands_for_what_a_pattern_lacks() -> None:
    """One function may answer a folder and the whole."""

    class Rooms(Engine):
        type = "rooms"

        @path.list_("rooms")
        @path.list_("rooms/{floor}")
        async def names(self, request: Request, floor: str = "") -> Response | None:
            """List."""

    assert len(Rooms.routes.routes) == 2


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("rooms/{room", "a parameter is written"),
        ("rooms/{room-name}", "a parameter is written"),
        ("rooms/room}", "a parameter is written"),
        ("{a}/{a}", "a parameter is named twice"),
        ("{a*}/{b**}", "only one parameter may take slashes"),
        ("{a:upper}", "there is no form upper"),
    ],
)
def test_a_pattern_that_means_nothing_is_refused(pattern: str, text: str) -> None:
    """It would be taken for literal text, and no request would ever fit."""
    with pytest.raises(DeclarationError, match=text):
        path.read(pattern)


def test_an_option_that_does_not_exist_is_refused() -> None:
    """A misspelt `unauthenticated` would ask for a token, a misspelt `sudo` would let everybody in."""
    with pytest.raises(DeclarationError, match="rooms: a path has no option unauthenticatd"):
        path.read("rooms", unauthenticatd=True)  # type: ignore[call-arg]


def test_a_type_checker_knows_the_options(tmp_path: Path) -> None:
    """mypy refuses a misspelt option, and one of the wrong type, before anything runs."""
    (tmp_path / "plugin.py").write_text(
        "from strongroom.sdk import path\n"
        'path.read("a", sudo=True)\n'
        'path.read("a", unauthenticatd=True)\n'
        'path.write("a", exists=True)\n'
    )
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "plugin.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = ran.stdout.splitlines()
    assert [line.split(":")[1] for line in lines if "error" in line] == ["3", "4"], ran.stdout
    assert "unauthenticatd" in lines[0]
