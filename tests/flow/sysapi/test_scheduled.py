"""Work that engines have scheduled is done when it is due: at least once, by one process, whatever ends in between."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from strongroom.barrier import keys
from strongroom.barrier.due import BY_MOUNT, KINDS, retry_wait_s
from strongroom.barrier.transaction import transact
from strongroom.core.expiry import LOCK_S, ROLE
from strongroom.core.scheduled_calls import ScheduledCalls
from strongroom.sdk import (
    Body,
    Engine,
    InvalidRequest,
    JsonMap,
    Record,
    Request,
    Response,
    SecretRecord,
    UpstreamFailed,
    path,
    schedule,
)
from strongroom.services import asking
from strongroom.testing import PluginServer

CANARY = "canary-planted-password"


class Done(Record, frozen=True, tag="test-done"):
    """How often work was done."""

    times: int = 0
    data: dict[str, Any] = {}
    at: float = 0.0


class When(Body, frozen=True):
    """When, and with what."""

    seconds: int = 0
    data: JsonMap = JsonMap({})


class Clockwork(Engine):
    """Counts how often it is called."""

    type = "clockwork"

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.broken: BaseException | None = None
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    @path.write("work/{name*}")
    async def put(self, request: Request, name: str, body: When) -> Response | None:
        """Schedule."""
        await request.schedule(request.now + body.seconds, name, body.data)
        return None

    @path.delete("work/{name*}")
    async def drop(self, request: Request, name: str) -> Response | None:
        """Take back."""
        await request.unschedule(name)
        return None

    @path.write("refused/{name}")
    async def refused(self, request: Request, name: str) -> Response | None:
        """Schedule, and fail."""
        await request.schedule(request.now, name)
        raise InvalidRequest("after all not")

    @path.write("many")
    async def many(self, request: Request, body: When) -> Response | None:
        """Schedule several in one request."""
        for number in range(body.seconds):
            await request.schedule(request.now + 60, str(number))
        return None

    @path.read("done/{name*}")
    async def done(self, request: Request, name: str) -> Response | None:
        """How often."""
        done = await request.view.read(name, Done)
        return Response(data={"times": done.times, "data": done.data, "at": done.at}) if done else None

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Count, and go on if it is told to."""
        self.calls.append(name)
        before = await request.view.read(name, Done)
        request.view.write(name, Done(times=before.times + 1 if before else 1, data=data, at=request.now))
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.broken is not None:
            raise self.broken
        if "every" in data:
            await request.schedule(request.now + data["every"], name, data)


def engine(server: PluginServer) -> Clockwork:
    """The engine of this process."""
    found = server.engines["clockwork"]
    assert isinstance(found, Clockwork)
    return found


async def times(server: PluginServer, name: str) -> int:
    """How often work was done, as far as the store knows."""
    reply = await server.ask("GET", f"clockwork/done/{name}")
    return int(reply.data["times"]) if reply.status == 200 else 0


async def rows(server: PluginServer) -> list[str]:
    """Every row that belongs to scheduled work."""
    storage = server.services.barrier.storage
    found = []
    for prefix in (keys.SCHEDULE, f"{keys.QUEUE}scheduled/", keys.SCHEDULE_COUNT):
        found += [prefix + name for name in (await storage.scan(prefix)).names]
    return found


async def count(server: PluginServer) -> int:
    """The counter of the mount's work."""
    storage = server.services.barrier.storage
    (name,) = (await storage.scan(keys.SCHEDULE_COUNT)).names
    entry = await storage.get(keys.SCHEDULE_COUNT + name)
    assert entry is not None
    return int(entry.value)


async def test_work_is_done_when_it_is_due() -> None:
    """Not before, once, by the engine of its mount, with what was kept; then nothing is left of it."""
    server = await PluginServer.start(Clockwork)
    await server.ok("POST", "clockwork/work/a/b", {"seconds": 60, "data": {"x": 1}})
    assert await server.scheduled("clockwork/") == {"a/b": server.clock.now() + 60}
    server.clock.advance(59.9)
    assert await server.work() == 0
    server.clock.advance(0.1)
    assert await server.work() == 1
    reply = await server.ok("GET", "clockwork/done/a/b")
    assert reply.data == {"times": 1, "data": {"x": 1}, "at": server.clock.now()}
    assert await server.work() == 0
    assert [row for row in await rows(server) if not row.startswith(keys.SCHEDULE_COUNT)] == []
    assert await count(server) == 0
    assert server.services.ended["scheduled"] == 1


async def test_scheduling_again_moves_the_work() -> None:
    """One name is one piece of work: earlier, later, taken back; what isn't there is taken back without a word."""
    server = await PluginServer.start(Clockwork)
    await server.ok("POST", "clockwork/work/a", {"seconds": 60})
    await server.ok("POST", "clockwork/work/a", {"seconds": 600, "data": {"x": 2}})
    assert await count(server) == 1
    server.clock.advance(60)
    assert await server.work() == 0
    await server.ok("POST", "clockwork/work/a", {"seconds": 0, "data": {"x": 3}})
    assert await server.work() == 1
    assert (await server.ok("GET", "clockwork/done/a")).data["data"] == {"x": 3}
    await server.ok("POST", "clockwork/work/b", {"seconds": 60})
    await server.ok("DELETE", "clockwork/work/b")
    await server.ok("DELETE", "clockwork/work/b")
    server.clock.advance(3600)
    assert await server.work() == 0
    assert (await count(server), await times(server, "a")) == (0, 1)


async def test_a_request_that_fails_schedules_nothing() -> None:
    """It is part of the request's transaction."""
    server = await PluginServer.start(Clockwork)
    assert (await server.ask("POST", "clockwork/refused/a")).status == 400
    assert await rows(server) == []


async def test_work_schedules_its_next_time() -> None:
    """Under its own name; a late round doesn't do it twice."""
    server = await PluginServer.start(Clockwork)
    await server.ok("POST", "clockwork/work/a", {"seconds": 60, "data": {"every": 60}})
    for done in (1, 2, 3):
        server.clock.advance(60)
        assert await server.work() == 1
        assert (await times(server, "a"), await count(server)) == (done, 1)
    server.clock.advance(600)
    assert await server.work() == 1
    assert await server.scheduled("clockwork/") == {"a": server.clock.now() + 60}


@pytest.mark.parametrize(
    "broken", [UpstreamFailed("the database does not answer"), RuntimeError(f"pg://admin:{CANARY}@db")]
)
async def test_work_that_fails_is_tried_ever_more_slowly(broken: Exception) -> None:
    """Nothing that a failed call wrote is kept, the pauses grow, and a foreign exception's text is told nowhere."""
    server = await PluginServer.start(Clockwork)
    mount = (await server.ok("GET", "sys/mounts")).data["clockwork/"]["uuid"]
    await server.ok("POST", "clockwork/work/a", {})
    engine(server).broken = broken
    with capture_logs() as logs:
        for calls, longest in enumerate((10, 20, 40, 80), 1):
            pause = retry_wait_s(calls - 1, f"{mount}/a")
            assert longest / 2 <= pause <= longest
            await server.work()
            assert len(engine(server).calls) == calls
            assert await server.scheduled("clockwork/") == {"a": server.clock.now() + pause}
            server.clock.advance(pause - 0.5)
            assert await server.work() == 0
            server.clock.advance(0.5)
        work = await transact(
            server.services.barrier,
            lambda txn: schedule.Schedule(txn, mount).read("a"),
        )
    assert work is not None
    assert (work.attempts, CANARY in work.last_error) == (4, False)
    assert CANARY not in str(logs)
    assert [entry["name"] for entry in logs if entry["event"] == "scheduled work failed"] == ["a"] * 4
    assert await times(server, "a") == 0
    engine(server).broken = None
    assert await server.work() == 1
    assert (await times(server, "a"), await count(server)) == (1, 0)


async def test_a_call_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts as failed, and others of the mount are made meanwhile."""
    monkeypatch.setattr(asking, "TIMEOUT_S", 0.05)

    server = await PluginServer.start(Clockwork)
    for name in ("a", "b"):
        await server.ok("POST", f"clockwork/work/{name}", {})

    async def hang() -> None:
        if engine(server).calls[-1] == "a":
            await asyncio.Event().wait()

    engine(server).meanwhile = hang
    await server.work()
    assert (await times(server, "a"), await times(server, "b")) == (0, 1)
    assert 5 <= (await server.scheduled("clockwork/"))["a"] - server.clock.now() <= 10


class Password(SecretRecord, frozen=True, tag="test-password"):
    """What the other system takes, or is about to take."""

    current: str
    following: str = ""


class Rotating(Engine):
    """Changes its own password in another system, as the page about plugins says: first stored, then changed."""

    type = "rotating"

    def __init__(self, other: dict[str, str], dies: set[str]) -> None:
        self.other = other
        self.dies = dies

    async def mounted(self, request: Request) -> None:
        """Begin with the password that an operator has set."""
        request.view.write("password", Password(current="first"))
        await request.schedule(request.now + 60, "rotate")

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Store the next password, or change to it."""
        password = await request.view.read("password", Password)
        assert password is not None
        if name == "rotate":
            following = request.once("password", lambda: f"next of {password.current}")
            request.view.write("password", Password(current=password.current, following=following))
            await request.schedule(request.now, "change")
            await request.schedule(request.now + 60, "rotate")
            return
        if "before" in self.dies:
            raise asyncio.CancelledError
        if self.other["password"] not in {password.current, password.following}:
            raise UpstreamFailed("locked out")
        self.other["password"] = password.following
        if "after" in self.dies:
            raise asyncio.CancelledError
        request.view.write("password", Password(current=password.following))


@pytest.mark.parametrize("dies", [set(), {"before"}, {"after"}])
async def test_a_rotation_loses_no_password(dies: set[str]) -> None:
    """Wherever the process dies, the store has the password that the other system takes, and the rotation goes on."""
    other, dying = {"password": "first"}, set(dies)
    server = await PluginServer.start(lambda: Rotating(other, dying))

    async def stored() -> Password:
        mount = (await server.ok("GET", "sys/mounts")).data["rotating/"]["uuid"]
        found = await transact(
            server.services.barrier, lambda txn: txn.read(keys.area("root", mount) + "password", Password)
        )
        assert found is not None
        return found

    for rotations in (1, 2):
        server.clock.advance(60)
        await asyncio.gather(server.work(), return_exceptions=True)
        kept = await stored()
        assert other["password"] in {kept.current, kept.following}
        if dying:
            dying.clear()
            server.clock.advance(LOCK_S + 1)
            await server.restart()
            await server.work()
            server.clock.advance(-LOCK_S - 1)
        kept = await stored()
        assert (other["password"], kept.current, kept.following) == ("next of " * rotations + "first",) * 2 + ("",)


async def test_work_outlives_the_process_that_was_doing_it() -> None:
    """Who dies in the middle has done nothing; the next process does it, from the store alone."""
    server = await PluginServer.start(Clockwork)
    await server.ok("POST", "clockwork/work/a", {"data": {"x": 1}})
    reached = asyncio.Event()

    async def hang() -> None:
        reached.set()
        await asyncio.Event().wait()

    engine(server).meanwhile = hang
    working = asyncio.create_task(server.work())
    await reached.wait()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    server.clock.advance(LOCK_S + 1)
    await server.restart()
    assert engine(server).calls == []
    assert await times(server, "a") == 0
    assert await server.work() == 1
    assert (engine(server).calls, await times(server, "a")) == (["a"], 1)


async def test_two_nodes_do_it_once() -> None:
    """A holder who lost the role while it worked changes nothing, and the one that has it does the work."""
    server = await PluginServer.start(Clockwork)
    other = await server.peer()
    await server.ok("POST", "clockwork/work/a", {})
    storage = server.services.barrier.storage
    fence = await storage.lock(ROLE, "slow", LOCK_S)
    assert fence is not None

    async def overtaken() -> None:
        server.clock.advance(LOCK_S + 1)
        assert await other.work() == 1

    engine(server).meanwhile = overtaken
    await server.expiry.run_once(fence)
    assert (engine(server).calls[0], engine(other).calls) == ("a", ["a"])
    assert (await times(server, "a"), await count(server)) == (1, 0)
    assert await other.work() == 0


async def test_who_has_lost_the_role_changes_nothing() -> None:
    """What a former holder still does is dropped, though nobody else has done it: neither done nor put off."""
    server = await PluginServer.start(Clockwork)
    await server.ok("POST", "clockwork/work/a", {})
    planned = await server.scheduled("clockwork/")
    storage = server.services.barrier.storage
    fence = await storage.lock(ROLE, "slow", LOCK_S)
    assert fence is not None

    async def overtaken() -> None:
        server.clock.advance(LOCK_S + 1)
        assert await storage.lock(ROLE, "next", LOCK_S) is not None

    for broken in (None, UpstreamFailed("no")):
        engine(server).meanwhile, engine(server).broken = overtaken, broken
        await server.expiry.run_once(fence)
        assert await times(server, "a") == 0
        assert await server.scheduled("clockwork/") == planned
    assert engine(server).calls[0] == "a"


async def test_one_mounts_work_leaves_anothers_on_time() -> None:
    """A mount with more due than a round takes delays its own only, and no lease or token."""
    server = await PluginServer.start(Clockwork)
    await server.mount("clockwork", "other")
    await server.ok("POST", "clockwork/many", {"seconds": 100})
    server.clock.advance(1)
    await server.ok("POST", "other/work/single", {"seconds": 59})
    server.clock.advance(59)
    fence = await server.services.barrier.storage.lock(ROLE, "test", LOCK_S)
    assert fence is not None
    await server.expiry.run_once(fence)
    assert "single" in engine(server).calls
    assert len(engine(server).calls) < 100


async def test_what_a_mount_has_scheduled_goes_with_it() -> None:
    """A disabled mount is called no more, even for what is due already, and leaves no row."""
    server = await PluginServer.start(Clockwork)
    await server.ok("POST", "clockwork/work/now", {})
    await server.ok("POST", "clockwork/work/later", {"seconds": 10**6})
    mount = (await server.ok("GET", "sys/mounts")).data["clockwork/"]["uuid"]
    await server.ok("DELETE", "sys/mounts/clockwork")
    storage = server.services.barrier.storage
    fence = await storage.lock(ROLE, "test", LOCK_S)
    assert fence is not None
    with capture_logs() as logs:
        # Before anything is cleared, as while the mount's leases are still being revoked.
        assert await ScheduledCalls(server.services).batch(mount, fence, server.clock.now()) == 1
        await storage.unlock(fence)
        await server.work()
    assert (engine(server).calls, logs) == ([], [])
    assert await rows(server) == []
    await server.mount("clockwork")
    server.clock.advance(10**7)
    await server.work()
    assert engine(server).calls == []


async def test_work_that_moves_keeps_its_mount() -> None:
    """A mount that was given another path is called as before."""
    server = await PluginServer.start(Clockwork)
    await server.ok("POST", "clockwork/work/a", {"seconds": 60})
    await server.ok("POST", "sys/remount", {"from": "clockwork", "to": "moved"})
    server.clock.advance(60)
    assert await server.work() == 1
    assert (await server.ok("GET", "moved/done/a")).data["times"] == 1


async def test_a_mount_schedules_only_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """429 that says what is full, also when one request schedules several; other mounts have their own count."""
    monkeypatch.setattr(schedule, "CEILING", 5)

    server = await PluginServer.start(Clockwork)
    refused = await server.ask("POST", "clockwork/many", {"seconds": 6})
    assert (refused.status, refused.error) == (
        429,
        "the mount has 5 pieces of work scheduled, which is the most",
    )
    assert await rows(server) == []
    await server.ok("POST", "clockwork/many", {"seconds": 5})
    await server.ok("POST", "clockwork/many", {"seconds": 5})
    assert (await server.ask("POST", "clockwork/work/x", {})).status == 429
    await server.mount("clockwork", "other")
    await server.ok("POST", "other/many", {"seconds": 5})
    await server.ok("DELETE", "clockwork/work/0")
    await server.ok("POST", "clockwork/work/x", {})


@pytest.mark.parametrize(
    ("at", "name"),
    [(0.0, ""), (0.0, "a//b"), (0.0, "a/"), (0.0, "x" * 513), (-1.0, "a"), (float("nan"), "a"), (1e12, "a")],
)
async def test_a_time_and_a_name_have_to_be_one(at: float, name: str) -> None:
    """Neither leaves the mount's rows or the order of the index."""
    server = await PluginServer.start(Clockwork)
    with pytest.raises(InvalidRequest, match="scheduled work needs a"):
        await transact(server.services.barrier, lambda txn: schedule.Schedule(txn, "mount").put(at, name, {}))


async def test_an_engine_without_a_method_loses_nothing() -> None:
    """Work of a release that had one is told in the log, and stays."""

    class Silent(Clockwork):
        type = "clockwork"

        async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
            """Do what every engine does that has no method of its own."""
            await Engine.due(self, request, name, data)

    server = await PluginServer.start(Silent)
    await server.ok("POST", "clockwork/work/a", {})
    with capture_logs() as logs:
        await server.work()
    assert "Silent has scheduled work, and no method `due` that does it" in str(logs)
    assert 5 <= (await server.scheduled("clockwork/"))["a"] - server.clock.now() <= 10


async def test_a_row_that_leads_nowhere_goes() -> None:
    """What is left in the index of work that was moved is removed without a call."""
    server = await PluginServer.start(Clockwork)
    await server.ok("POST", "clockwork/work/a", {"seconds": 60})
    storage = server.services.barrier.storage
    (row,) = [name for name in await rows(server) if name.startswith(keys.QUEUE)]
    mount = row.removeprefix(keys.QUEUE).split("/")[1]
    stale = schedule.due_key(server.clock.now() - 5, "scheduled", "a", mount)
    entry = await storage.get(row)
    assert entry is not None
    await storage.commit({}, {stale: entry.value}, {})
    assert await server.work() == 1
    assert engine(server).calls == []
    assert [name for name in await rows(server) if name.startswith(keys.QUEUE)] == [row]


async def test_each_kind_in_the_index_has_a_lane() -> None:
    """What nobody works off would stay for ever; a kind that isn't in the table is a newer node's, and stays."""
    server = await PluginServer.start(Clockwork)
    assert set(KINDS) <= set(server.services.ended)
    assert set(KINDS) >= BY_MOUNT


class Forgetful(Engine):
    """Schedules work, and has no `due`."""

    type = "forgetful"

    @path.write("work")
    async def put(self, request: Request) -> Response | None:
        """Schedule."""
        await request.schedule(request.now, "work")
        return None


async def test_who_cannot_be_called_schedules_nothing() -> None:
    """It is told by the request that schedules, not by the log when the time has come."""
    server = await PluginServer.start(Forgetful)
    with capture_logs() as logs:
        assert (await server.ask("POST", "forgetful/work")).status == 500
    assert [line["detail"] for line in logs if "detail" in line] == [
        'the engine "forgetful" schedules work, and has no method `due` that does it'
    ]
    assert await server.scheduled("forgetful/") == {}
