"""A class that can't be asked as it is declared is refused when it is made, not when somebody asks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from strongroom.sdk import Auth, AuthMethod, Body, DeclarationError, Engine, Request, Response, path


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


def with_a_login_that_is_not_there() -> None:
    class Rooms(Engine):
        type = "rooms"

        @path.write("rooms/{room}", logs_in="by_whom")
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


def with_a_verb_that_spells_a_name_differently() -> None:
    class Rooms(Engine):
        type = "rooms"

        @path.read("rooms/{room:lower}")
        async def show(self, request: Request, room: str) -> Response | None:
            """Show."""

        @path.delete("rooms/{room}")
        async def forget(self, request: Request, room: str) -> Response | None:
            """Forget."""


def with_a_synonym_that_nobody_can_fill_in() -> None:
    class Rooms(Engine):
        type = "rooms"
        synonyms = {"rooms/{room}": ("chambers/{rom}",)}

        @path.write("rooms/{room}")
        async def store(self, request: Request, room: str, body: Given) -> Response | None:
            """Store."""


def with_a_text_for_synonyms() -> None:
    class Rooms(Engine):
        type = "rooms"
        synonyms = {"rooms/{room}": "chambers/{room}"}  # type: ignore[dict-item]

        @path.read("rooms/{room}")
        async def show(self, request: Request, room: str) -> Response | None:
            """Show."""


def with_a_misspelt_attribute() -> None:
    class Rooms(Engine):
        type = "rooms"
        secret_answer = frozenset({"key"})


def with_a_misspelt_hook_in_a_part() -> None:
    class Part:
        async def revoked(self, request: Request, lease: dict[str, Any]) -> None:
            """Undo."""

    class Rooms(Part, Engine):
        type = "rooms"


def with_a_misspelt_hook_of_a_login() -> None:
    class Guests(AuthMethod):
        type = "guests"

        async def renew_tokne(self, request: Request, auth: Auth) -> Auth:
            """Renew."""
            return auth


def with_a_hook_that_is_not_async() -> None:
    class Rooms(Engine):
        type = "rooms"

        def due(self, request: Request, name: str, data: dict[str, Any]) -> None:  # type: ignore[override]
            """Do."""


def with_a_hook_that_takes_less() -> None:
    class Rooms(Engine):
        type = "rooms"

        async def due(self, request: Request, name: str) -> None:  # type: ignore[override]
            """Do."""


def with_a_text_for_secrets() -> None:
    class Rooms(Engine):
        type = "rooms"
        secret_answers = "key"  # type: ignore[assignment]


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
            with_a_login_that_is_not_there,
            'Rooms.show, "rooms/{room}": the class has no method "by_whom", which logs_in= names',
        ),
        (
            with_a_hook_of_another_path,
            'Rooms.show, "rooms/{room}": is_there, which exists= names: the function has no parameter room',
        ),
        (
            with_a_verb_that_spells_a_name_differently,
            'Rooms: "rooms/{room}": the parameter room has different forms (show: lower, forget: none)',
        ),
        (
            with_a_synonym_that_nobody_can_fill_in,
            'Rooms: "rooms/{room}", which is also "chambers/{rom}": '
            "rom is no parameter of the path and no field of its body",
        ),
        (with_a_text_for_synonyms, 'Rooms: "rooms/{room}": its synonyms are a tuple of paths'),
        (
            with_a_misspelt_attribute,
            'Rooms.secret_answer: is "secret_answers" meant? If not, begin the name with an underscore',
        ),
        (
            with_a_misspelt_hook_in_a_part,
            'Rooms.revoked: is "revoke" meant? If not, begin the name with an underscore',
        ),
        (
            with_a_misspelt_hook_of_a_login,
            'Guests.renew_tokne: is "renew_token" meant? If not, begin the name with an underscore',
        ),
        (with_a_hook_that_is_not_async, "Rooms.due: the function is not async"),
        (
            with_a_hook_that_takes_less,
            "Rooms.due: the function does not take what it is given: (self, request, name, data)",
        ),
        (with_a_text_for_secrets, "Rooms.secret_answers: expected a set of texts"),
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
        ("/rooms", "no empty segments, and no slash"),
        ("rooms/", "no empty segments, and no slash"),
        ("rooms//{a}", "no empty segments, and no slash"),
    ],
)
def test_a_pattern_that_means_nothing_is_refused(pattern: str, text: str) -> None:
    """It would be taken for literal text, and no request would ever fit."""
    with pytest.raises(DeclarationError, match=text):
        path.read(pattern)


def test_what_is_only_a_little_alike_is_its_own() -> None:
    """A short word that differs by a letter, a private name, a path's function, and what a slash at the end means."""

    class Rooms(Engine):
        type = "rooms"
        _revokes = 0

        def take(self) -> None:
            """Is no `make`."""

        @path.read("rooms/{room*}")
        async def dues(self, request: Request, room: str) -> Response | None:
            """Show."""

        @path.delete("rooms/{room*:slashless}")
        async def renews(self, request: Request, room: str) -> Response | None:
            """Forget."""

    assert len(Rooms.routes.routes) == 1


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
