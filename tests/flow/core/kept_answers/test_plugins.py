"""Plugins that say of a path that its answer may be given again."""

from __future__ import annotations

from strongroom.sdk import Body, Engine, Record, Request, Response, path
from strongroom.services.mounts import SECRET
from tests.flow.core import repeats
from tests.flow.core.kept_answers.beside import compare
from tests.flow.node import TestNode


class Appointment(Record, frozen=True, tag="appointment"):
    """When something happens, in seconds since the epoch."""

    at: float


class AppointmentFields(Body, frozen=True):
    """The same."""

    at: int = 0


class Calendar(Engine):
    """Tells times in several ways."""

    type = "calendar"

    @path.write("{name}")
    async def keep(self, request: Request, name: str, body: AppointmentFields) -> None:
        """Keep one."""
        request.view.write(name, Appointment(at=body.at))

    @path.read("reached/{name}", computes=True, repeatable=True)
    async def reached(self, request: Request, name: str) -> Response:
        """Whether it has come."""
        return Response(data={"reached": request.reached(await self._at(request, name))})

    @path.read("left/{name}", computes=True, repeatable=True)
    async def left(self, request: Request, name: str) -> Response:
        """How long until then."""
        return Response(data={"left": request.left(await self._at(request, name))})

    @path.read("now/{name}", computes=True, repeatable=True)
    async def now(self, request: Request, name: str) -> Response:
        """The same by the clock."""
        return Response(data={"left": await self._at(request, name) - request.now})

    @path.read("once/{name}", computes=True, repeatable=True)
    async def once(self, request: Request, name: str) -> Response:
        """With something of this request alone."""
        return Response(data={"at": await self._at(request, name), "once": request.once("a", lambda: 1)})

    @path.read("again/{name}", computes=True)
    async def again(self, request: Request, name: str) -> Response:
        """Not said to be repeatable."""
        return Response(data={"at": await self._at(request, name)})

    async def _at(self, request: Request, name: str) -> float:
        found = await request.view.read(name, Appointment)
        return found.at if found is not None else 0


class Diary(Calendar):
    """A plugin that has its paths from another one."""

    type = "diary"


async def _started() -> TestNode:
    engines = {(SECRET, each.type): each() for each in (Calendar, Diary)}
    node = await TestNode.start(engines=engines)
    for type_ in ("calendar", "diary"):
        await node.ok("POST", f"sys/mounts/{type_}", {"type": type_})
        await node.ok("POST", f"{type_}/a", {"at": int(node.clock.now()) + 60})
    node.clock.advance(0.5)
    return node


async def test_times_that_a_plugin_names() -> None:
    """Its answers are those of a node that keeps none, before and after, also when the clock is set back."""
    node = await _started()
    for name in ("reached", "left", "now"):
        for seconds in (0.7, 29.6, 29.1, 0.2, 0.3, 5, -6, -30.3, 31, 1, -31.9, -0.5):
            node.clock.advance(seconds)
            await compare(node, await node.peer(), "GET", f"calendar/{name}/a", None, node.root)
        await node.ok("POST", "calendar/a", {"at": int(node.clock.now()) + 60})
        await compare(node, await node.peer(), "GET", f"calendar/{name}/a", None, node.root)


async def test_which_are_kept() -> None:
    """Those that name their times, also where there is none; not those that look at the clock or use `once`."""
    node = await _started()
    for path_, is_kept in {
        "calendar/reached/a": True,
        "calendar/left/a": True,
        "calendar/reached/none": True,
        "calendar/left/none": True,
        "diary/left/a": True,
        "calendar/now/a": False,
        "calendar/once/a": False,
        "calendar/again/a": False,
    }.items():
        for _ in range(repeats.OFTEN):
            assert not await repeats.is_repeated(node, "GET", path_)
        assert await repeats.is_repeated(node, "GET", path_) is is_kept, path_
    node.clock.advance(3600)
    for _ in range(repeats.OFTEN):
        await repeats.ask(node, "GET", "calendar/reached/a")
    assert await repeats.is_repeated(node, "GET", "calendar/reached/a"), "a time that has come stays so"
