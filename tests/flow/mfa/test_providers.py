"""Logins whose second factor another system checks, from the request to the token."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from strongroom.services.mfa import MfaService
from strongroom.services.mfa.drivers import Outgoing, duo, okta
from tests.flow.mfa.test_two_phases import waiting
from tests.flow.mfa.world import METHOD, World
from tests.sim.mfa_providers import duo as duo_stand_in
from tests.sim.mfa_providers import okta as okta_stand_in
from tests.sim.mfa_providers import pingid as ping_stand_in
from tests.sim.tls_server import Asked, Reply, TlsServer, serving


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask again at once."""
    monkeypatch.setattr(duo, "_PAUSE_S", 0.0)
    monkeypatch.setattr(okta, "_PAUSE_S", 0.0)


def trusting(world: World, server: TlsServer, total_s: float = 30) -> None:
    """Have the node trust the stand-in's certificate."""
    services = world.node.node.unsealed
    assert services is not None
    outgoing = Outgoing(server.context, total_s=total_s)
    mfa = MfaService(services.barrier, services.identity, services.clock, outgoing)
    world.node.node.unsealed = dataclasses.replace(services, mfa=mfa)


def settings(type_: str, host: str) -> dict[str, object]:
    """A method that asks the stand-in."""
    org, _, base = host.partition(".")
    return {
        "duo": {
            "secret_key": duo_stand_in.SECRET,
            "integration_key": duo_stand_in.KEY,
            "api_hostname": host,
        },
        "okta": {"org_name": org, "base_url": base, "api_token": okta_stand_in.TOKEN},
        "pingid": {"settings_file_base64": ping_stand_in.settings_file(host)},
    }[type_] | {"method_name": "far"}


@contextmanager
def hanging(directory: Path) -> Iterator[TlsServer]:
    """A system that takes requests and never answers."""
    over = threading.Event()

    def hang(_: Asked) -> Reply:
        over.wait(30)
        return Reply(b"")

    with serving(directory, hang) as server:
        try:
            yield server
        finally:
            over.set()


async def enforced(world: World, type_: str, server: TlsServer) -> None:
    """Demand the method of the stand-in of every login."""
    trusting(world, server)
    made = await world.node.ok("POST", METHOD + type_, settings(type_, server.host))
    world.method = made.data["method_id"]
    await world.enforce("e1", auth_method_types=["userpass"])


STAND_INS = {"duo": duo_stand_in.Duo, "okta": okta_stand_in.Okta, "pingid": ping_stand_in.PingId}


@pytest.mark.parametrize("type_", STAND_INS)
async def test_a_push_and_a_passcode(tmp_path: Path, type_: str) -> None:
    """In two phases and in one; whom the system doesn't know gets no token."""
    world = await World.start(enforced=False)
    with serving(tmp_path, STAND_INS[type_]()) as server:
        await enforced(world, type_, server)
        id_ = await world.request_id("eva")
        assert (await world.validate(id_)).body["auth"]["client_token"]
        assert (await world.login("eva", "far:123456")).body["auth"]["client_token"]
        assert (await world.login("eva", "far:654321")).status == 403
        assert (await world.login("bob", "far")).status == 403
    assert not waiting(world)


async def test_one_question_for_one_login(tmp_path: Path) -> None:
    """However often the transactions around it run again, Duo sends one push."""
    world = await World.start(enforced=False)
    answer = duo_stand_in.Duo()
    with serving(tmp_path, answer) as server:
        await enforced(world, "duo", server)
        assert (await world.login("eva", "far")).status == 200
    assert len(answer.pushed) == 1


async def test_pushes_are_limited(tmp_path: Path) -> None:
    """After five that nobody confirmed, the sixth isn't sent, though the logins came at the same time."""
    world = await World.start(enforced=False)
    answer = duo_stand_in.Duo(states=["deny"] * 20)
    with serving(tmp_path, answer) as server:
        await enforced(world, "duo", server)
        answers = await world.together(*(world.login("eva", "far") for _ in range(8)))
        assert {found.status for found in answers} == {403}
        assert len(answer.pushed) == 5
        blocked = await world.validate(await world.request_id("eva"))
        assert "too many failed MFA attempts. Please try again in 30 seconds" in blocked.error
        world.node.clock.advance(30)
        answer.states = ["allow"]
        assert (await world.login("eva", "far")).status == 200


async def test_a_confirmed_push_forgets_the_failures(tmp_path: Path) -> None:
    """Four that were denied, one that was confirmed, and the same again block nobody."""
    world = await World.start(enforced=False)
    answer = duo_stand_in.Duo(states=(["deny"] * 4 + ["allow"]) * 2)
    with serving(tmp_path, answer) as server:
        await enforced(world, "duo", server)
        found = [(await world.login("eva", "far")).status for _ in range(10)]
    assert found == ([403] * 4 + [200]) * 2


async def test_a_system_that_hangs_holds_up_no_other_login(tmp_path: Path) -> None:
    """Nor any other request: they are answered while the login waits, which ends with an error in time."""
    world = await World.start(enforced=False)
    await world.node.ok("POST", "probe/rows/a", {"text": "b"})
    with hanging(tmp_path) as server:
        await enforced(world, "duo", server)
        trusting(world, server, total_s=2)
        login = asyncio.create_task(world.login("eva", "far"))
        await asyncio.sleep(0.3)
        for _ in range(5):
            await world.node.ok("POST", "probe/rows/a", {"text": "c"})
        assert not login.done()
        with capture_logs() as logs:
            assert (await login).status == 403
    assert [entry["reason"] for entry in logs if entry.get("method") == world.method] == [
        "the MFA provider did not answer in time"
    ]


async def test_why_it_failed_is_told_in_the_second_phase(tmp_path: Path) -> None:
    """A client that has the login's id learns that the system can't be reached; the system's words aren't repeated."""
    world = await World.start(enforced=False)
    with serving(tmp_path, lambda _: Reply(b"canary", 500)) as server:
        await enforced(world, "okta", server)
        refused = await world.validate(await world.request_id("eva"))
    assert refused.status == 403
    assert "the MFA provider gave no usable answer" in refused.error
    assert "canary" not in refused.error


async def test_an_entity_without_the_name_is_not_asked_for(tmp_path: Path) -> None:
    """What `username_format` names is missing, so nobody gets a push."""
    world = await World.start(enforced=False)
    answer = duo_stand_in.Duo()
    with serving(tmp_path, answer) as server:
        await enforced(world, "duo", server)
        made = await world.node.ok("POST", METHOD + "duo", {**settings("duo", server.host), "method_name": "gap"})
        await world.node.ok(
            "POST",
            f"{METHOD}duo/{made.data['method_id']}",
            {**settings("duo", server.host), "method_name": "gap", "username_format": "{{entity.metadata.mail}}"},
        )
        await world.enforce("e1", made.data["method_id"], auth_method_types=["userpass"])
        assert (await world.login("eva", "gap")).status == 403
    assert not server.asked
