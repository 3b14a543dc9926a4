"""How paths and rules are brought into the one spelling of a route."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.sdk import Body, Engine, Request, Response, path
from strongroom.sdk.request import Operation
from strongroom.sdk.spelling import PLAIN, Form, canonical, form_of


class Number(Body, frozen=True):
    """By which a book is known, too."""

    isbn: str = ""


class Shelf(Engine):
    """Every form, and paths with and without one."""

    type = "shelf"
    synonyms = {"books/{title}": ("tomes/{title}", "by-body/{isbn}")}

    @path.read("books/{title:lower}")
    @path.delete("books/{title:lower}")
    async def book(self, request: Request, title: str, body: Number) -> Response | None:
        """A book."""
        return Response(data={"title": title})

    @path.write("volumes/{title}")
    async def write(self, request: Request, title: str) -> Response | None:
        """Write one; here the case counts."""
        return None

    @path.read("rooms/{room*:slashless}")
    @path.list_("halls/{room*:lower}")
    async def room(self, request: Request, room: str) -> Response | None:
        """A room."""
        return None

    @path.read("all")
    @path.list_("all")
    async def all_(self, request: Request) -> Response | None:
        """All books."""
        return None


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ({"synonyms": {"boks/{title}": ("tomes/{title}",)}}, r'Misspelt: "boks/\{title\}": synonyms are given of it'),
        ({"secret_paths": ("books",)}, 'Misspelt: "books": a secret path ends in what is secret'),
    ],
)
def test_a_misspelt_path_of_a_class_is_refused(names: dict[str, Any], text: str) -> None:
    """When the class is made: a rule that denies would deny less, and the audit log would show more."""
    with pytest.raises(TypeError, match=text):
        type("Misspelt", (Engine,), {"type": "misspelt", "book": Shelf.book, **names})


@pytest.mark.parametrize(
    ("operation", "given", "written", "parameters"),
    [
        (Operation.READ, "books/Moby Dick", "books/moby dick", {"title": "moby dick"}),
        (Operation.DELETE, "books/moby", "books/moby", {"title": "moby"}),
        (Operation.UPDATE, "volumes/Moby", "volumes/Moby", {"title": "Moby"}),
        (Operation.READ, "rooms/A/b/", "rooms/A/b", {"room": "A/b"}),
        (Operation.READ, "rooms/A///", "rooms/A", {"room": "A"}),
        (Operation.READ, "rooms//", "rooms//", {"room": "/"}),
        (Operation.LIST, "halls/A/b/", "halls/a/b/", {"room": "a/b/"}),
        (Operation.LIST, "all/", "all/", {}),
        (Operation.READ, "all/", "all", {}),
    ],
)
def test_a_match_has_the_path_in_its_canonical_form(
    operation: Operation, given: str, written: str, parameters: dict[str, str]
) -> None:
    """Path and parameters agree, each verb by its own declaration; a listing keeps its slash."""
    match = Shelf.routes.find(operation, given)
    assert (match.path, match.parameters) == (written, parameters)


def test_the_canonical_form_of_a_canonical_path_is_itself() -> None:
    """Bringing a path into its form twice changes nothing more."""
    for operation, given in ((Operation.READ, "books/ÄÖ"), (Operation.READ, "rooms/x//"), (Operation.LIST, "halls/X/")):
        once = Shelf.routes.find(operation, given)
        again = Shelf.routes.find(operation, once.path)
        assert (once.path, once.parameters) == (again.path, again.parameters)


def test_other_spellings_are_filled_from_the_path_and_the_body() -> None:
    """One for whose names nothing was given is left out."""
    match = Shelf.routes.find(Operation.READ, "books/Moby")
    assert match.naming  # the body decides which paths the object has, too
    assert match.others({}) == ["tomes/moby"]
    assert match.others({"isbn": 12, "title": "other"}) == ["tomes/moby", "by-body/12"]
    assert match.others({"isbn": ["12"]}) == ["tomes/moby"]
    other = Shelf.routes.find(Operation.READ, "all")
    assert (other.others({"isbn": 12}), other.naming) == ([], False)


@pytest.mark.parametrize(
    ("pattern", "forms", "rule", "expected"),
    [
        ("users/{name}", {"name": "lower"}, "auth/Team/Users/ANN", "auth/Team/Users/ann"),
        ("users/{name}", {"name": "lower"}, "auth/+/users/AN*", "auth/+/users/an*"),
        ("users/{name}/password", {"name": "lower"}, "auth/Team/users/ANN/Password", "auth/Team/users/ann/Password"),
        ("acl/{name*}", {"name": "lower"}, "a/b/acl/ADM/X", "a/b/acl/adm/x"),
        ("acl/{name*}", {"name": "lower"}, "a/b/ac*", "a/b/ac*"),
        ("users/{name}", {"name": "lower"}, "a/b/users/\u0391\u03a3*", "a/b/users/\u03b1\u03c3*"),
        ("m/{path*}", {"path": "slashless"}, "a/b/m/X/", "a/b/m/X"),
        ("m/{path*}", {"path": "slashless"}, "a/b/m/X/*", "a/b/m/X/*"),
    ],
)
def test_a_rule_is_written_in_the_form_of_the_route(
    pattern: str, forms: dict[str, str], rule: str, expected: str
) -> None:
    """Only the segments that have a form change; those of the mount, whose case counts, never do."""
    assert form_of(pattern, forms, 2).of_rule(rule) == expected


def test_a_path_is_folded_as_its_rules_are() -> None:
    """What a glob begins with, a path that begins so in any letters begins with too; its slash stays."""
    form = form_of("users/{name}", {"name": "lower"}, 1)
    assert form.of_path("A/users/\u03b1\u03c3\u03b1").startswith(
        form.of_rule("A/users/\u0391\u03a3*").removesuffix("*")
    )
    assert form_of("m/{path*}", {"path": "slashless"}, 1).of_path("A/m/X/") == "A/m/X/"


def test_a_plain_form_changes_nothing() -> None:
    """Most routes declare no form."""
    assert Shelf.routes.find(Operation.READ, "all").form("shelf/") is PLAIN
    assert Form().of_rule("A/b/") == "A/b/"
    parameters = {"name": "A/"}
    assert canonical({}, parameters) is parameters


def test_an_unknown_form_is_a_fault_of_the_engine() -> None:
    """A misspelled form would leave the path as it was sent, and the rules open."""
    with pytest.raises(TypeError, match="there is no form lowre"):
        path.read("users/{name:lowre}")
