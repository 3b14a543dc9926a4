"""Clients take turns and give them back; a turn ends with its lease."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.barrier.transaction import Transaction, transact
from strongroom.engines.turns import TurnsEngine
from strongroom.sdk import InvalidRequest, Operation
from strongroom.testing import Mounted
from tests.flow.engines.turns.world import client, give, names, served, take


async def test_a_turn_is_a_lease() -> None:
    """With the group's times, found by its group and its id, and renewed by whoever has it."""
    server = await served(ttl="2m", max_ttl="5m")
    token = await client(server)
    taken = await take(server, token, "web-1")
    assert (taken.status, taken.body["renewable"], taken.body["lease_duration"]) == (200, True, 120)
    turn = taken.data["turn"]
    assert taken.data == {"group": "web", "holder": "web-1", "number": 1, "turn": turn}
    for query in ({"account": turn}, {"group": "group/web"}):
        found = await server.ok("POST", "sys/leases/search", query)
        assert list(found.data["key_info"]) == [taken.lease_id]
    renewal = {"lease_id": taken.lease_id}
    for wanted, granted in (({}, 120), ({"increment": 30}, 30), ({"increment": 3600}, 120)):
        server.clock.advance(10)
        renewed = await server.ok("PUT", "sys/leases/renew", {**renewal, **wanted}, token=token)
        assert renewed.body["lease_duration"] == granted
    server.clock.advance(100)
    assert (await server.ok("PUT", "sys/leases/renew", renewal, token=token)).body["lease_duration"] == 120
    await server.ok("POST", "turns/groups/web", {"ttl": "30s"})
    assert (await server.ok("PUT", "sys/leases/renew", renewal, token=token)).body["lease_duration"] == 30


async def test_whoever_asks_again_has_the_same_turn() -> None:
    """With what is left of its time; another holder, or another token, waits."""
    server = await served()
    token = await client(server)
    first = await take(server, token)
    server.clock.advance(20)
    again = await take(server, token)
    assert (again.lease_id, again.data, again.body["renewable"]) == (first.lease_id, first.data, True)
    assert again.body["lease_duration"] == 40
    assert (await take(server, token, "other")).status == 429
    assert (await take(server, await client(server))).status == 429


async def test_a_turn_is_given_back_by_its_token_alone() -> None:
    """The place is free at once, its lease is gone, and giving it back again is no mistake."""
    server = await served()
    one, other = await client(server), await client(server)
    taken = await take(server, one)
    refused = await give(server, other, taken.data["turn"])
    assert (refused.status, await names(server)) == (403, ["host"])
    assert "groups/web/release" in refused.error
    assert (await give(server, one, taken.data["turn"])).status == 204
    assert (await server.ask("PUT", "sys/leases/lookup", {"lease_id": taken.lease_id})).status == 400
    second = await take(server, other)
    assert (second.status, second.data["number"]) == (200, 2)
    assert (await give(server, one, taken.data["turn"])).status == 204
    assert (await give(server, one, "x")).status == 204
    assert await names(server) == ["host"]
    assert await server.work() == 0


@pytest.mark.parametrize("end", ["time", "token", "lease", "longest"])
async def test_a_turn_ends_with_its_lease(end: str) -> None:
    """When it isn't renewed, its token or it is revoked, or its longest time has come; then the next one has it."""
    server = await served(ttl="60s", max_ttl="90s")
    one, other = await client(server), await client(server)
    lease = {"lease_id": (await take(server, one)).lease_id}
    assert (await take(server, other)).status == 429
    match end:
        case "time":
            server.clock.advance(61)
        case "token":
            await server.ok("POST", "auth/token/revoke", {"token": one})
        case "lease":
            await server.ok("PUT", "sys/leases/revoke", lease)
        case "longest":
            for _ in range(3):
                server.clock.advance(29)
                await server.ok("PUT", "sys/leases/renew", lease, token=one)
            server.clock.advance(4)
    assert await names(server) == ["host"]  # as long as it isn't undone, nobody else has the place
    await server.work()
    assert await names(server) == []
    assert (await take(server, other)).data["number"] == 2


async def test_a_lease_without_a_place_isnt_renewed() -> None:
    """Should there ever be one: it would promise what another one has."""
    mounted = await Mounted.new(TurnsEngine())
    await mounted.ask(Operation.UPDATE, "groups/web", {})

    async def renew(txn: Transaction) -> int:
        request = mounted.request(txn, Operation.UPDATE, "take/web", {}, "")
        return await mounted.engine.renew(request, {"group": "web", "turn": "x"}, 60)

    with pytest.raises(InvalidRequest, match="the turn has ended"):
        await transact(mounted.barrier, renew)


async def test_whose_lease_has_ended_takes_another_turn() -> None:
    """Also before the server has undone it, which then undoes nothing of the new one."""
    server = await served()
    token = await client(server)
    first = await take(server, token)
    server.clock.advance(61)
    second = await take(server, token)
    assert (second.status, second.data["number"]) == (200, 2)
    assert second.lease_id != first.lease_id
    await server.work()
    assert await names(server) == ["host"]
    assert (await server.ok("PUT", "sys/leases/renew", {"lease_id": second.lease_id})).status == 200


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, '"holder" is required: it says who takes the turn, such as the name of the host'),
        ({"holder": ""}, '"holder" is required: it says who takes the turn, such as the name of the host'),
        ({"holder": "x" * 129}, "holder has at most 128 characters, all of them printable"),
        ({"holder": "a\nb"}, "holder has at most 128 characters, all of them printable"),
        ({"holder": "a\u202eb"}, "holder has at most 128 characters, all of them printable"),
    ],
)
async def test_who_takes_a_turn_can_be_shown(body: dict[str, Any], error: str) -> None:
    """Other texts are refused, and nobody has a turn."""
    server = await served()
    refused = await server.ask("POST", "turns/take/web", body)
    assert (refused.status, refused.error) == (400, error)
    assert await names(server) == []


async def test_what_is_unknown() -> None:
    """A group that isn't there, a turn that isn't named, and what is no name."""
    server = await served()
    missing = await server.ask("POST", "turns/take/other", {"holder": "x"})
    assert (missing.status, missing.error) == (400, 'unknown group "other"')
    unnamed = await server.ask("POST", "turns/give/web", {})
    assert (unnamed.status, unnamed.error) == (400, '"turn" is required: it is what take has answered')
    assert (await server.ask("POST", "turns/give/other", {"turn": "x"})).status == 204
    for path in ("take/a%20b", "give/-", "take/a/b"):
        assert (await server.ask("POST", f"turns/{path}", {"holder": "x", "turn": "x"})).status == 404


async def test_batch_tokens_are_known_by_their_entity() -> None:
    """Those of one entity and holder are one client; one without an entity could never give a turn back."""
    server = await served()
    nobody = await client(server, type="batch")
    assert "batch token" in (await take(server, nobody)).error
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass", "config": {"token_type": "batch"}})
    await server.ok("POST", "auth/userpass/users/ann", {"password": "long enough", "token_policies": "only"})
    one, other = [
        (await server.ok("POST", "auth/userpass/login/ann", {"password": "long enough"}, token="")).body["auth"][
            "client_token"
        ]
        for _ in range(2)
    ]
    taken = await take(server, one)
    assert (await take(server, other)).data == taken.data
    assert (await give(server, nobody, taken.data["turn"])).status == 403
    assert (await give(server, other, taken.data["turn"])).status == 204


async def test_turns_of_a_namespace() -> None:
    """Its leases are its own: a turn is told again, renewed, shown and given back there; and so after a remount."""
    server = await served()
    await server.ok("POST", "sys/namespaces/team")
    there = {"headers": {"x-vault-namespace": "team"}}
    await server.ok("POST", "sys/mounts/turns", {"type": "turns"}, **there)
    await server.ok("POST", "turns/groups/web", {}, **there)
    body = {"holder": "host"}
    taken = await server.ok("POST", "turns/take/web", body, **there)
    assert (await server.ok("POST", "turns/take/web", body)).lease_id != taken.lease_id
    await server.ok("POST", "sys/remount", {"from": "turns", "to": "rounds"}, **there)
    again = await server.ok("POST", "rounds/take/web", body, **there)
    assert (again.data, again.lease_id) == (taken.data, taken.lease_id)
    await server.ok("PUT", "sys/leases/renew", {"lease_id": taken.lease_id}, **there)
    (shown,) = (await server.ok("GET", "rounds/groups/web/holders", **there)).data["holders"]
    assert (shown["turn"], bool(shown["until"])) == (taken.data["turn"], True)
    await server.ok("POST", "rounds/give/web", {"turn": taken.data["turn"]}, **there)
    assert (await server.ask("PUT", "sys/leases/renew", {"lease_id": taken.lease_id}, **there)).status == 400
    assert await names(server) == ["host"]
