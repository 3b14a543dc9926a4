"""From a request's path to a method of an engine, and what its body may say."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, cast

import pytest

from strongroom.barrier.stable import StableValues
from strongroom.engines.kv import KvEngine
from strongroom.lib.errors import InvalidRequest, UnsupportedOperation, UnsupportedPath
from strongroom.sdk import Auth, AuthMethod, Engine, Mount, Request, Response, View, path
from strongroom.sdk.engine import Waiting, require
from strongroom.sdk.fields import SECRET, Body, Doc
from strongroom.sdk.path import Declaration
from strongroom.sdk.request import Operation
from strongroom.sdk.routing import UNSUPPORTED_OPERATION, UNSUPPORTED_PATH, RouteTable

READ, UPDATE, LIST, SCAN, DELETE = (
    Operation.READ,
    Operation.UPDATE,
    Operation.LIST,
    Operation.SCAN,
    Operation.DELETE,
)


class Words(Body, frozen=True):
    """A body."""

    word: Annotated[str, Doc(description="A word.")] = ""
    hidden: Annotated[str, Doc(description="A secret.", extra=SECRET)] = ""


class Numbers(Body, frozen=True):
    """Another one."""

    number: Annotated[int, Doc(description="A number.")] = 0


class Desk(Engine):
    """One of everything."""

    type = "desk"
    secret_paths = ("open/{token*}", "shut/{accessor}")
    synonyms = {"drawers/{name}": ("boxes/{name}", "by-word/{word}")}

    @path.read("drawers/{name:lower}")
    @path.write("drawers/{name:lower}")
    async def drawer(self, request: Request, name: str, body: Words) -> Response | None:
        """A drawer."""
        return Response(data={"name": name, "word": body.word, "written": request.written})

    @path.delete("drawers/{name:lower}")
    async def remove(self, request: Request, name: str) -> Response | None:
        """Remove it."""
        return None

    @path.list_("drawers", unauthenticated=True)
    async def drawers(self, request: Request) -> Response | None:
        """All of them."""
        return Response(data={"keys": []})

    @path.scan("drawers")
    async def all_(self, request: Request) -> Response | None:
        """And what is in them."""
        return None

    @path.write("drawers/{name}/count", exists="is_there")
    async def count(self, request: Request, name: str, body: Numbers) -> Response | None:
        """Count."""
        return Response(data={"number": body.number})

    async def is_there(self, request: Request, name: str) -> bool:
        """Whether it is."""
        return name == "there"

    @path.write("anything/{name}", takes_anything=True)
    async def anything(self, request: Request, name: str) -> Response | None:
        """Keep what is sent."""
        return Response(data=dict(request.data))

    @path.read("public/{name}", unauthenticated=True)
    async def public(self, request: Request, name: str) -> Response | None:
        """For everybody."""
        return None

    @path.write("public/{name}")
    async def publish(self, request: Request, name: str) -> Response | None:
        """For those who may."""
        return None

    @path.read("{first}/any")
    async def any_(self, request: Request, first: str) -> Response | None:
        """Whatever stands first."""
        return None


class Bare(Desk):
    """A desk without one of its paths."""

    type = "bare"
    publish = None  # type: ignore[assignment]


def ask(operation: Operation, path_: str, data: dict[str, Any] | None = None, engine: Engine | None = None) -> Any:
    """The answer to a request."""
    engine = engine or Desk()
    mount = Mount("id", "desk/", "desk", "desk_1", {}, 1, 1)
    request = Request(operation, path_, data or {}, mount, cast(View, None), StableValues(), 1.0)
    return asyncio.run(engine.answer(request, engine.routes.find(operation, path_)))


@pytest.mark.parametrize(
    ("operation", "given", "function", "parameters", "canonical"),
    [
        (READ, "drawers/A", "drawer", {"name": "a"}, "drawers/a"),
        (UPDATE, "drawers/a", "drawer", {"name": "a"}, "drawers/a"),
        (DELETE, "drawers/A", "remove", {"name": "a"}, "drawers/a"),
        (LIST, "drawers/", "drawers", {}, "drawers/"),
        (LIST, "drawers", "drawers", {}, "drawers"),
        (SCAN, "drawers/", "all_", {}, "drawers/"),
        (UPDATE, "drawers/a/count", "count", {"name": "a"}, "drawers/a/count"),
        (READ, "what/any", "any_", {"first": "what"}, "what/any"),
        (READ, "drawers/any", "drawer", {"name": "any"}, "drawers/any"),
        (READ, "public/any", "public", {"name": "any"}, "public/any"),
    ],
)
def test_the_first_route_with_the_verb_answers(
    operation: Operation, given: str, function: str, parameters: dict[str, str], canonical: str
) -> None:
    """In the order of their declaration, one with a parameter at the front among those with a word there."""
    match = Desk.routes.find(operation, given)
    assert (match.declaration.function, match.parameters, match.path) == (function, parameters, canonical)


@pytest.mark.parametrize(
    ("operation", "given", "error", "text"),
    [
        (READ, "nothing", UnsupportedPath, UNSUPPORTED_PATH),
        (READ, "nothing/else", UnsupportedPath, UNSUPPORTED_PATH),
        (READ, "drawers/", UnsupportedOperation, UNSUPPORTED_OPERATION),
        (READ, "drawers/a/", UnsupportedPath, UNSUPPORTED_PATH),
        (LIST, "drawers/a/", UnsupportedPath, UNSUPPORTED_PATH),
        (LIST, "drawers/a", UnsupportedOperation, UNSUPPORTED_OPERATION),
        (Operation.PATCH, "drawers/a", UnsupportedOperation, UNSUPPORTED_OPERATION),
        (UPDATE, "what/any", UnsupportedOperation, UNSUPPORTED_OPERATION),
    ],
)
def test_a_path_that_is_none_is_told_from_a_verb_that_it_lacks(
    operation: Operation, given: str, error: type[Exception], text: str
) -> None:
    """Each in its own words."""
    with pytest.raises(error) as refused:
        Desk.routes.find(operation, given)
    assert getattr(refused.value, "text", None) == text


@pytest.mark.parametrize(
    ("given", "open_"),
    [
        ("drawers", True),
        ("drawers/a", False),
        ("drawers/", False),
        ("public/a", True),
        ("public/a/b", True),
        ("public/", True),
        ("public", False),
        ("open/a", False),
        ("what/any", False),
    ],
)
def test_a_path_is_open_by_its_shape(given: str, open_: bool) -> None:
    """Where some verb needs no token, nobody is told that another does; below that folder neither."""
    assert Desk.routes.is_open(given) is open_


@pytest.mark.parametrize(
    ("given", "secret"),
    [
        ("open/abc", ("token", 5)),
        ("open/a/b", ("token", 5)),
        ("shut/abc", ("accessor", 5)),
        ("shut/a/b", None),
        ("open", None),
        ("open/", None),
        ("else/abc", None),
    ],
)
def test_what_is_secret_in_a_path_is_known_without_a_route(given: str, secret: tuple[str, int] | None) -> None:
    """Also where the path isn't answered any more."""
    assert Desk.routes.secret_part(given) == secret


def test_what_is_known_of_a_route() -> None:
    """Its fields and parameters over all verbs, whether it lists, and what names the same thing."""
    declarations = [one for function in vars(Desk).values() for one in getattr(function, "__paths__", [])]
    table = RouteTable(declarations, Desk.synonyms, Desk.secret_paths)
    assert table.routes == Desk.routes.routes
    routes = {route.pattern: route for route in table.routes}
    drawer = routes["drawers/{name}"]
    assert drawer.by_operation.keys() == {READ, Operation.CREATE, UPDATE, DELETE}
    assert drawer.fields.keys() == {"word", "hidden"}
    assert drawer.known_fields == {"word", "hidden", "name"}
    assert (drawer.folder, drawer.lists, drawer.also) == ("drawers/", False, ("boxes/{name}", "by-word/{word}"))
    assert (routes["drawers"].folder, routes["drawers"].lists, routes["drawers"].also) == ("", True, ())
    assert table.secret_fields == {"hidden"}
    assert "public/{name}" in routes
    assert "drawers/{name}" in {route.pattern for route in Bare.routes.routes}


def test_a_subclass_can_leave_a_path_out() -> None:
    """By setting its method to None; everything else stays."""
    assert Bare.routes.find(READ, "public/a").declaration.function == "public"
    with pytest.raises(UnsupportedOperation):
        Bare.routes.find(UPDATE, "public/a")


def test_what_a_plugin_has_from_an_own_engine_may_have_effects() -> None:
    """It may replace the method, or what the method calls; what it declares itself counts."""

    class Plugin(KvEngine):
        type = "plugin-kv"

        async def read_secret(self, request: Request, path: str) -> Response:
            """Read, and tell somebody."""
            raise NotImplementedError

        @path.read("harmless", computes=True)
        async def harmless(self, request: Request) -> None:
            """Compute."""

    def computes(engine: type[Engine], where: str) -> bool:
        return engine.routes.find(READ, where).declaration.computes

    assert [computes(KvEngine, "a"), computes(Plugin, "a"), computes(Plugin, "harmless")] == [True, False, True]


def test_nothing_is_declared_twice() -> None:
    """An engine with two methods for a path and a verb is none."""

    def declared(function: str) -> Declaration:
        return Declaration("a", (READ,), function, None, (), "", "", forms={})

    with pytest.raises(TypeError, match='"a": read is declared twice, by one and two'):
        RouteTable([declared("one"), declared("two")])


@pytest.mark.parametrize(
    ("data", "others"),
    [
        ({}, ["boxes/a"]),
        ({"word": "w"}, ["boxes/a", "by-word/w"]),
        ({"word": 7}, ["boxes/a", "by-word/7"]),
        ({"word": ["w"]}, ["boxes/a"]),
        ({"word": None}, ["boxes/a"]),
        ({"name": "b"}, ["boxes/a"]),
    ],
)
def test_what_else_names_the_same_thing(data: dict[str, Any], others: list[str]) -> None:
    """By the path's parameters, which no field of the body replaces, and by the body's plain values."""
    assert Desk.routes.find(READ, "drawers/A").others(data) == others
    assert Desk.routes.find(UPDATE, "drawers/a/count").others({"word": "w"}) == []


@pytest.mark.parametrize(
    ("given", "fine"),
    [("a", True), ("A", True), (None, True), ("", True), ("b", False), (["a"], False), ({"a": "a"}, False), (0, False)],
)
def test_a_body_names_what_its_path_names(given: Any, fine: bool) -> None:
    """Rules were asked about the path's: anything else is refused, however it is written."""
    if fine:
        assert ask(UPDATE, "drawers/A", {"name": given}).data["name"] == "a"
        return
    with pytest.raises(InvalidRequest, match='the field "name" names something else than the path does'):
        ask(UPDATE, "drawers/A", {"name": given})


def test_a_body_names_a_number_like_its_path() -> None:
    """As text both are the same."""
    assert ask(UPDATE, "drawers/7", {"name": 7}).data["name"] == "7"
    with pytest.raises(InvalidRequest):
        ask(UPDATE, "drawers/7", {"name": 8})
    with pytest.raises(InvalidRequest):
        ask(UPDATE, "drawers/A/count", {"name": "a"})


def test_who_takes_anything_takes_any_name() -> None:
    """What is kept under a path's own name is the client's matter, and nothing is warned of."""
    answer = ask(UPDATE, "anything/a", {"name": "b", "x": 1})
    assert (answer.data, answer.warnings) == ({"name": "b", "x": 1}, [])


def test_what_is_not_read_is_warned_of_by_name() -> None:
    """What nobody declared, and what the path says already; not what another verb of the path reads."""
    answer = ask(UPDATE, "drawers/a", {"word": "w", "z": 1, "b": 2, "name": "a"})
    assert answer.data == {"name": "a", "word": "w", "written": {}}
    assert answer.warnings == [
        "Endpoint ignored these unrecognized parameters: [b z]",
        "Endpoint replaced the value of these parameters with the values captured from the endpoint's path: [name]",
    ]
    assert ask(UPDATE, "drawers/a", {"word": "w"}).warnings == []
    assert ask(READ, "drawers/a").warnings == []
    assert ask(DELETE, "drawers/a", {"z": 1}) is None


def test_a_method_is_told_how_the_client_wrote_it() -> None:
    """Where that was another spelling."""
    assert ask(READ, "drawers/A").data["written"] == {"name": "A"}
    assert ask(READ, "drawers/a").data["written"] == {}


@pytest.mark.parametrize(
    ("operation", "path_", "data", "text"),
    [
        (UPDATE, "drawers/a", {"word": {"x": 1}}, "Field validation failed: "),
        (DELETE, "drawers/a", {"word": {"x": 1}}, "Field validation failed: "),
        (UPDATE, "drawers/a/count", {"number": "x"}, ""),
    ],
)
def test_a_field_makes_sense_whichever_verb_reads_it(
    operation: Operation, path_: str, data: dict[str, Any], text: str
) -> None:
    """Refused in the words of the API, which begin otherwise where a path tells whether a thing is there."""
    with pytest.raises(InvalidRequest) as refused:
        ask(operation, path_, data)
    assert refused.value.text.startswith("Field validation failed: ") is bool(text)


@pytest.mark.parametrize(("path_", "there"), [("drawers/there/count", True), ("drawers/gone/count", False)])
def test_a_declaration_says_how_to_tell_what_is_there(path_: str, there: bool) -> None:
    """Where it says nothing, a write counts as an update."""
    desk = Desk()
    mount = Mount("id", "desk/", "desk", "desk_1", {}, 1, 1)
    request = Request(UPDATE, path_, {}, mount, cast(View, None), StableValues(), 1.0)

    async def exists(where: str) -> bool:
        return await desk.exists(request, desk.routes.find(UPDATE, where))

    assert asyncio.run(exists(path_)) is there
    assert asyncio.run(exists("drawers/gone"))


def test_what_an_engine_does_unless_it_says_otherwise() -> None:
    """The same engine for all options, the options as they are, the increment that was asked for, nothing made."""
    desk, auth = Desk(), Auth(display_name="ann")
    request = cast(Request, None)

    class Door(AuthMethod):
        """A method that leaves everything as it is."""

        type = "door"

    assert desk.variant({"version": "2"}) is desk
    assert desk.check_options({"a": "b"}) == {"a": "b"}
    assert asyncio.run(desk.renew(request, {}, 7)) == 7
    assert asyncio.run(desk.make(request, {})) is None
    assert asyncio.run(Door().renew_token(request, auth)) is auth
    assert (Door().waiting, desk.plugin_version) == (Waiting(now=0, refused=0), "")


def test_a_value_that_is_required() -> None:
    """Is returned as it is, and an empty one refused with the text given."""
    assert require("x", "no x") == "x"
    with pytest.raises(InvalidRequest, match="no x"):
        require("", "no x")


def test_what_one_part_of_an_engine_hides_stays_hidden_when_another_hides_more() -> None:
    """Engines consist of classes, each of which knows its own secrets."""

    class One(Engine):
        secret_answers = frozenset({"a"})
        secret_paths = ("x/{secret*}",)

    class Other(Engine):
        secret_answers = frozenset({"b"})
        secret_paths = ("y/{secret*}",)

    class Both(One, Other):
        type = "both"

    assert Both.secret_answers == {"a", "b"}
    assert set(Both.secret_paths) == {"x/{secret*}", "y/{secret*}"}
