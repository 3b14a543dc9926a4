"""Several nodes give turns of one group."""

from __future__ import annotations

import asyncio
import random

import pytest

from strongroom.testing import Reply
from tests.flow.engines.turns.world import client, give, names, served, take


async def test_nobody_takes_a_place_twice_on_two_nodes() -> None:
    """Twenty clients ask two nodes at once, round after round: as many as places get one, and no number twice."""
    server = await served(size=3)
    nodes = (server, await server.peer())
    tokens = [await client(server) for _ in range(20)]
    numbers: list[int] = []
    for _ in range(10):
        answers = await asyncio.gather(*(take(nodes[at % 2], token, f"w{at}") for at, token in enumerate(tokens)))
        taken = {at: each for at, each in enumerate(answers) if each.status == 200}
        assert {each.status for each in answers} <= {200, 429}
        assert len(taken) == 3 == len(await names(nodes[1]))
        numbers += [each.data["number"] for each in taken.values()]
        server.clock.advance(5)
        await asyncio.gather(*(give(nodes[at % 2], tokens[at], each.data["turn"]) for at, each in taken.items()))
        assert await names(nodes[1]) == []
    assert len(numbers) == len(set(numbers)) == 30


@pytest.mark.parametrize("seed", range(3))
async def test_turns_at_random(seed: int) -> None:
    """Clients take, renew, give back and die on two nodes while time passes: who has a turn is who should have one."""
    chance = random.Random(seed)
    server = await served(size=2, ttl="30s")
    nodes = (server, await server.peer())
    tokens = {f"w{at}": await client(server, ttl="0") for at in range(6)}
    held: dict[str, Reply] = {}
    until: dict[str, float] = {}
    for _ in range(120):
        name, node = chance.choice(list(tokens)), chance.choice(nodes)
        match chance.choice(["take", "take", "take", "give", "renew", "die", "time"]):
            case "take":
                answer = await take(node, tokens[name], name)
                if name in held:
                    assert answer.data == held[name].data
                elif answer.status == 200:
                    held[name], until[name] = answer, server.clock.now() + 30
            case "give" if name in held:
                assert (await give(node, tokens[name], held.pop(name).data["turn"])).status == 204
            case "renew" if name in held:
                await node.ok("PUT", "sys/leases/renew", {"lease_id": held[name].lease_id})
                until[name] = server.clock.now() + 30
            case "die" if chance.random() < 0.3:
                await node.ok("POST", "auth/token/revoke", {"token": tokens[name]})
                tokens[name] = await client(server, ttl="0")
                held.pop(name, None)
                await server.work()
            case "time":
                server.clock.advance(chance.choice([1.31, 4.73, 16.17]))
                await server.work()
                held = {name: answer for name, answer in held.items() if until[name] > server.clock.now()}
        assert sorted(await names(node)) == sorted(held)
        assert len(held) <= 2
    for name, answer in held.items():
        await give(server, tokens[name], answer.data["turn"])
    waiting = set(tokens)
    for _ in range(6):
        for name in sorted(waiting):
            answer = await take(chance.choice(nodes), tokens[name], name)
            if answer.status == 200:
                waiting.remove(name)
                await give(server, tokens[name], answer.data["turn"])
    assert not waiting
