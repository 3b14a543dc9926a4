"""What a node tells of its processes, its age and the versions that it has had."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from functools import partial
from urllib.parse import quote

import pytest

from strongroom.__about__ import VERSION
from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.expiry import LOCK_S, ROLE, Expiry
from strongroom.core.presence import Presence
from strongroom.server import logs
from strongroom.services import nodes, versions
from strongroom.sysapi import rotation
from strongroom.sysapi.services import Services
from tests.flow.sysapi.system_server import Server

DAY_S = 24 * 3600
ORIGIN = {"origin": "https://one.example"}


def parts_of(server: Server) -> Services:
    assert server.node.unsealed is not None
    return server.node.unsealed


@pytest.fixture(autouse=True)
def _level_stays() -> Iterator[None]:
    """The log is the process's: what a test sets is undone."""
    yield
    logs.set_level("")


async def test_requests_in_flight_show_themselves() -> None:
    """The answer holds the asking request and nothing of its content; afterwards nothing is in flight."""
    server = await Server.start()
    (found,) = (await server.ok("GET", "sys/in-flight-req?secret=x")).body.values()
    assert found["request_path"] == "/v1/sys/in-flight-req"
    assert found["request_method"] == "GET"
    assert found["client_remote_address"] == "192.0.2.7:4711"
    assert set(found) == {"start_time", "client_remote_address", "request_path", "request_method"}
    assert server.node.running == {}
    assert (await server.ask("GET", "sys/in-flight-req", token="")).status == 403
    assert server.node.running == {}


async def test_log_levels_take_effect_and_are_reset() -> None:
    """The level that was set is the one that lines are judged by, until it is reset."""
    server = await Server.start()
    before = logs.level()
    await server.ok("POST", "sys/loggers", {"level": "error"})
    assert (await server.ok("GET", "sys/loggers")).data == dict.fromkeys(logs.LOGGERS, "error")
    assert logs.level() == "error"
    await server.ok("POST", "sys/loggers/pki", {"level": "debug"})
    assert (await server.ok("GET", "sys/loggers/pki")).data == {"pki": "debug"}
    assert (await server.ok("GET", "sys/loggers")).data == dict.fromkeys(logs.LOGGERS, "error") | {"pki": "debug"}
    await server.ok("DELETE", "sys/loggers/pki")
    assert (await server.ok("GET", "sys/loggers/pki")).data == {"pki": before}
    assert (await server.ok("GET", "sys/loggers/core")).data == {"core": "error"}
    await server.ok("POST", "sys/loggers", {"level": "warn"})
    assert (await server.ok("GET", "sys/loggers/pki")).data == {"pki": "warn"}
    await server.ok("DELETE", "sys/loggers")
    assert (await server.ok("GET", "sys/loggers")).data == dict.fromkeys(logs.LOGGERS, before)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("sys/loggers", {}),
        ("sys/loggers", {"level": "nonsense"}),
        ("sys/loggers/nosuch", {"level": "debug"}),
        ("sys/loggers/pki", {"level": "nonsense"}),
        ("sys/loggers/pki.acme", {"level": "debug"}),
    ],
)
async def test_what_is_no_level_is_refused(path: str, body: dict[str, str]) -> None:
    """An unknown level or log is a bad request, and the level stays."""
    server = await Server.start()
    before = logs.level()
    assert (await server.ask("POST", path, body)).status == 400
    assert logs.level() == before
    assert (await server.ok("GET", "sys/loggers/nosuch")).data == {}


async def test_the_first_unsealing_of_a_version_is_kept() -> None:
    """One row per version: later unsealings of the same one change nothing, a newer one names the one before."""
    server = await Server.start()
    first = (await server.ok("LIST", "sys/version-history")).data
    assert first["keys"] == [VERSION]
    assert first["key_info"][VERSION]["previous_version"] is None
    barrier = parts_of(server).barrier
    now = server.clock.now()
    await transact(barrier, lambda txn: versions.note(txn, VERSION, "2026-01-01T00:00:00Z", now + 60))
    assert (await server.ok("LIST", "sys/version-history")).data == first
    await transact(barrier, lambda txn: versions.note(txn, "9.9.9", "2027-01-01T00:00:00Z", now + 120))
    later = (await server.ok("LIST", "sys/version-history")).data
    assert later["keys"] == [VERSION, "9.9.9"]
    assert later["key_info"]["9.9.9"]["previous_version"] == VERSION


async def test_a_node_names_itself() -> None:
    """`sys/ha-status` holds this node, active, with its version."""
    server = await Server.start()
    (node,) = (await server.ok("GET", "sys/ha-status")).data["nodes"]
    assert (node["active_node"], node["version"]) == (True, VERSION)


async def test_all_nodes_of_the_store_are_members() -> None:
    """Each node that told of itself lately is listed with its last echo, this one first and once; a silent one goes."""
    server = await Server.start()
    services = parts_of(server)
    now = await services.barrier.storage.now()
    await Presence(services).run_once()
    for name, hostname, seen_at in (("a", "one", now - 5), ("b", "two", now - 29), ("c", "gone", now - 31)):
        record = nodes.NodeRecord(hostname=hostname, version="9", seen_at=seen_at, api_address="http://o")
        await transact(services.barrier, partial(nodes.note, node=name, record=record))
    own, *others = (await server.ok("GET", "sys/ha-status")).data["nodes"]
    assert (own["hostname"], own["last_echo"]) == (socket.gethostname(), None)
    assert [(node["hostname"], node["api_address"], node["version"]) for node in others] == [
        ("one", "http://o", "9"),
        ("two", "http://o", "9"),
    ]
    assert all(node["active_node"] and node["last_echo"].endswith("Z") for node in others)
    server.clock.advance(nodes.GONE_AFTER_S)
    assert len((await server.ok("GET", "sys/ha-status")).data["nodes"]) == 1
    await Presence(services).run_once()
    assert len(await transact(services.barrier, lambda txn: txn.list(keys.NODES))) == 1


async def test_processes_of_one_node_write_its_row_once() -> None:
    """What another process has just written isn't written again: a node with many workers costs one write."""
    server = await Server.start()
    services = parts_of(server)
    await Presence(services).run_once()
    before = (await services.barrier.storage.synced()).number
    for _ in range(8):
        await Presence(services).run_once()
    assert (await services.barrier.storage.synced()).number == before
    server.clock.advance(nodes.EVERY_S)
    await Presence(services).run_once()
    assert (await services.barrier.storage.synced()).number != before


async def test_the_encryption_key_is_replaced_when_it_is_old() -> None:
    """Not before its interval, then once, then not again before the next; rows of both terms are read."""
    server = await Server.start()
    services, role = parts_of(server), Expiry(parts_of(server))
    fence = await services.barrier.storage.lock(ROLE, "test", LOCK_S)
    assert fence is not None

    async def term() -> int:
        return int((await server.ok("GET", "sys/key-status")).data["term"])

    async def work() -> None:
        fence = await services.barrier.storage.lock(ROLE, "test", LOCK_S)
        assert fence is not None
        await role.run_once(fence)

    await server.ok("POST", "cubbyhole/old", {"a": "b"})
    server.clock.advance(400 * DAY_S)
    await work()
    assert await term() == 1, "without an interval a key stays"
    await server.ok("POST", "sys/rotate/config", {"interval": "720h", "enabled": False})
    await work()
    assert await term() == 1, "switched off"
    await server.ok("POST", "sys/rotate/config", {"enabled": True})
    await work()
    await work()
    assert await term() == 2
    server.clock.advance(29 * DAY_S)
    await work()
    assert await term() == 2
    server.clock.advance(DAY_S)
    await work()
    assert await term() == 3
    assert (await server.ok("GET", "cubbyhole/old")).data == {"a": "b"}


async def test_what_has_no_effect_is_said() -> None:
    """Who sets `max_operations` is told that nothing counts them."""
    server = await Server.start()
    answer = await server.ok("POST", "sys/rotate/config", {"max_operations": 2_000_000})
    assert "without effect" in answer.body["warnings"][0]
    assert (await server.ask("POST", "sys/rotate/config", {"interval": "24h"})).status == 204


async def test_rotations_at_the_same_time_lose_no_key() -> None:
    """Each of two that meet adds a term: the later one begins again from what the earlier one has made."""
    server = await Server.start()
    services = parts_of(server)
    before = services.barrier.keyring
    met = asyncio.Barrier(2)
    attempts = 0

    async def rotate(txn: Transaction) -> None:
        nonlocal attempts
        attempts += 1
        await rotation.rotate(services, txn, server.clock.now())
        if attempts <= 2:
            await met.wait()

    await asyncio.gather(transact(services.barrier, rotate), transact(services.barrier, rotate))
    await services.barrier.sync()
    assert attempts == 3
    assert services.barrier.keyring.active == before.active + 2
    assert set(services.barrier.keyring.terms) == {*before.terms, before.active + 1, before.active + 2}
    await server.ok("POST", "cubbyhole/x", {"a": "b"})


async def test_other_origins_are_answered_as_configured() -> None:
    """Off: nothing changes.  On: allowed origins are named and may ask beforehand, others are refused."""
    server = await Server.start()
    path = "sys/key-status"
    assert (await server.ask("GET", path, headers=ORIGIN)).status == 200
    assert (await server.ask("OPTIONS", path, headers=ORIGIN)).status == 400
    await server.ok("POST", "sys/config/cors", {"allowed_origins": "https://one.example"})
    asked = ORIGIN | {"access-control-request-method": "GET"}
    assert (await server.ask("OPTIONS", path, headers=asked, token="")).status == 200
    assert (await server.ask("GET", path, headers=ORIGIN)).status == 200
    evil = {"origin": "https://evil.example"}
    for method in ("GET", "OPTIONS"):
        refused = await server.ask(method, path, headers=evil)
        assert (refused.status, refused.error) == (403, "origin not allowed")
    assert (await server.ask("GET", path)).status == 200, "what is no browser sends no origin"
    await server.ok("DELETE", "sys/config/cors")
    assert (await server.ask("GET", path, headers=evil)).status == 200


async def test_header_names_cannot_smuggle() -> None:
    """A name that would end its header's line is refused."""
    server = await Server.start()
    body = {"allowed_origins": "*", "allowed_headers": ["X-One\r\nX-Two: 3"]}
    assert (await server.ask("POST", "sys/config/cors", body)).status == 400


async def test_no_namespace_sees_the_nodes() -> None:
    """Names and addresses of machines are for root alone, not for the administrator of a tenant."""
    server = await Server.start()
    await server.ok("POST", "sys/namespaces/team")
    assert (await server.ask("GET", "team/sys/ha-status")).status == 400


@pytest.mark.parametrize("code", ["101", "100", "199", "0200", "1000", "9" * 5000, "-1", "²²²", ""])
async def test_health_answers_by_final_codes_alone(code: str) -> None:
    """After a 101, a proxy would let its client speak past it. What is no status code is refused."""
    server = await Server.start()
    assert (await server.ask("GET", f"sys/health?activecode={quote(code)}", token="")).status == 400
    for other in ("200", "299", "404", "999"):
        assert (await server.ask("GET", f"sys/health?activecode={other}", token="")).status == int(other)
