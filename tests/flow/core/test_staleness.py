"""`max_staleness`: what a node may answer from memory, for how long, and what it never does so."""

from __future__ import annotations

from strongroom.sdk import Request
from strongroom.server.node_settings import NodeSettings
from strongroom.storage.staleness import Staleness
from tests.flow.node import TestNode

BOUND_S = 5.0


async def two_nodes() -> tuple[TestNode, TestNode]:
    """One that writes, and one whose answers may be old.  Both have answered already."""
    writer = await TestNode.start()
    await writer.ok("POST", "sys/mounts/kv", {"type": "kv"})
    await writer.ok("POST", "kv/a", {"value": "before"})
    reader = await writer.peer()
    assert reader.node.unsealed is not None
    reader.node.unsealed.barrier.staleness = Staleness(BOUND_S, writer.clock.monotonic)
    assert (await reader.ok("GET", "kv/a")).data["value"] == "before"
    return writer, reader


async def new_token(node: TestNode, *policies: str) -> str:
    """A token with these policies."""
    answer = await node.ok("POST", "auth/token/create", {"policies": [*policies]})
    token: str = answer.body["auth"]["client_token"]
    return token


async def test_an_answer_is_no_older_than_the_bound() -> None:
    """Within it the old value may be told, after it the new one is."""
    writer, reader = await two_nodes()
    await writer.ok("POST", "kv/a", {"value": "after"})
    writer.clock.advance(BOUND_S - 0.1)
    assert (await reader.ok("GET", "kv/a")).data["value"] == "before"
    writer.clock.advance(0.2)
    assert (await reader.ok("GET", "kv/a")).data["value"] == "after"
    assert (await writer.ok("GET", "kv/a")).data["value"] == "after"


async def test_the_bound_is_that_of_revocation() -> None:
    """A revoked token reads for that long, and for no longer; it never writes."""
    writer, reader = await two_nodes()
    token = await new_token(writer, "root")
    assert (await reader.ask("GET", "kv/a", token=token)).status == 200
    await writer.ok("POST", "auth/token/revoke", {"token": token})
    assert (await reader.ask("GET", "kv/a", token=token)).status == 200
    assert (await reader.ask("POST", "kv/b", {"value": 1}, token=token)).status == 403
    assert (await writer.ask("GET", "kv/b")).status == 404


async def test_after_the_bound_a_revoked_token_is_dead() -> None:
    """The repeated request too, whose answer was kept."""
    writer, reader = await two_nodes()
    token = await new_token(writer, "root")
    for _ in range(4):
        assert (await reader.ask("GET", "kv/a", token=token)).status == 200
    await writer.ok("POST", "auth/token/revoke", {"token": token})
    writer.clock.advance(BOUND_S)
    assert (await reader.ask("GET", "kv/a", token=token)).status == 403


async def test_nobody_is_refused_because_of_what_is_old() -> None:
    """A token, a mount and a policy of a moment ago count at once."""
    writer, reader = await two_nodes()
    token = await new_token(writer, "root")
    assert (await reader.ask("GET", "kv/a", token=token)).status == 200
    weak = await new_token(writer, "later")
    assert (await reader.ask("GET", "kv/a", token=weak)).status == 403
    await writer.ok("PUT", "sys/policies/acl/later", {"policy": 'path "kv/a" { capabilities = ["read"] }'})
    assert (await reader.ask("GET", "kv/a", token=weak)).status == 200
    await writer.ok("POST", "sys/mounts/new", {"type": "kv"})
    assert (await reader.ask("LIST", "new/", token=token)).errors == []


async def test_a_node_sees_what_it_has_written() -> None:
    """Its own change makes it ask, and what came from others meanwhile is there too."""
    writer, reader = await two_nodes()
    await writer.ok("POST", "kv/a", {"value": "theirs"})
    await reader.ok("POST", "kv/own", {"value": "mine"})
    assert (await reader.ok("GET", "kv/own")).data["value"] == "mine"
    assert (await reader.ok("GET", "kv/a")).data["value"] == "theirs"


async def test_a_write_goes_by_what_the_store_has() -> None:
    """It is refused where it would go on from an old version, and otherwise it comes after the newest."""
    writer, reader = await two_nodes()
    await writer.ok("POST", "sys/mounts/v2", {"type": "kv", "options": {"version": "2"}})
    await writer.ok("POST", "v2/data/a", {"data": {"n": 1}})
    assert (await reader.ok("GET", "v2/data/a")).data["metadata"]["version"] == 1
    await writer.ok("POST", "v2/data/a", {"data": {"n": 2}})
    assert (await reader.ask("POST", "v2/data/a", {"data": {}, "options": {"cas": 1}})).status == 400
    assert (await reader.ok("POST", "v2/data/a", {"data": {"n": 3}})).data["version"] == 3


async def test_another_system_is_asked_only_of_what_is_current() -> None:
    """A revoked token within the bound makes no other system do anything."""
    writer, reader = await two_nodes()
    token = await new_token(writer, "root")
    asked: list[str] = []

    async def outside(request: Request) -> None:
        async def work() -> None:
            asked.append("there")

        request.once.outside("work", work)

    reader.probe.before = outside
    await reader.ok("POST", "probe/rows/a", {"text": ""}, token=token)
    assert asked == ["there"]
    assert (await reader.ask("GET", "kv/a", token=token)).status == 200
    await writer.ok("POST", "auth/token/revoke", {"token": token})
    assert (await reader.ask("GET", "kv/a", token=token)).status == 200
    assert (await reader.ask("GET", "probe/rows/a", token=token)).status == 403
    assert asked == ["there"]


async def test_the_bound_is_the_settings() -> None:
    """A node has the one of its configuration; without one nothing is old."""
    writer = await TestNode.start()
    await writer.ok("POST", "sys/mounts/kv", {"type": "kv"})
    for bound_s, seen in ((0.0, "after"), (60.0, "before")):
        await writer.ok("POST", "kv/a", {"value": "before"})
        reader = TestNode(writer.store, writer.clock, settings=NodeSettings(max_staleness_s=bound_s))
        reader.root, reader.keys = writer.root, writer.keys
        await reader.unseal()
        assert (await reader.ok("GET", "kv/a")).data["value"] == "before"
        await writer.ok("POST", "kv/a", {"value": "after"})
        assert (await reader.ok("GET", "kv/a")).data["value"] == seen
