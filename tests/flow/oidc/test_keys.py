"""Keys: what they have signed verifies as long as it should, and the next pair is known before it signs."""

from __future__ import annotations

import asyncio
import base64
import json

import pytest

from strongroom.barrier import keys
from strongroom.barrier.due import OIDC_KEY, folder
from strongroom.crypto.jose import ALGORITHMS
from strongroom.testing import PluginServer
from tests.flow.oidc.world import World, claims, kid

HOUR_S = 3600
TOKENS = "identity/oidc"


async def _role(world: World, **fields: object) -> None:
    settings = {"algorithm": "ES256", "allowed_client_ids": "*", "rotation_period": "1h", "verification_ttl": "2h"}
    await world.server.ok("POST", "identity/oidc/key/k", {**settings, **fields})
    await world.server.ok("POST", "identity/oidc/role/r", {"key": "k", "ttl": "1h"})


async def _token(world: World, person: str) -> str:
    return str((await world.server.ok("GET", "identity/oidc/token/r", token=person)).body["data"]["token"])


async def _active(world: World, token: str) -> bool:
    return bool((await world.server.ok("POST", "identity/oidc/introspect", {"token": token})).body["active"])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_every_algorithm_signs_what_verifies(algorithm: str) -> None:
    """The published key of each algorithm verifies its tokens, and so does the server itself."""
    world = await World.start()
    person, entity = await world.person("ann")
    await _role(world, algorithm=algorithm)
    token = await _token(world, person)
    assert await world.verified(token, TOKENS)
    assert await _active(world, token)
    assert claims(token)["sub"] == entity


async def test_a_rotated_key_verifies_until_its_time_and_not_after() -> None:
    """Tokens from before a rotation verify for `verification_ttl`, at the second, and are then unknown to all."""
    world = await World.start()
    person, _ = await world.person("ann")
    await world.server.ok("POST", "identity/oidc/key/k", {"algorithm": "ES256", "allowed_client_ids": "*"})
    await world.server.ok("POST", "identity/oidc/role/r", {"key": "k", "ttl": "20h"})
    token = await _token(world, person)
    await world.server.ok("POST", "identity/oidc/key/k/rotate", {"verification_ttl": "1h"})
    assert kid(await _token(world, person)) != kid(token)
    world.clock.advance(HOUR_S - 1)
    assert await world.verified(token, TOKENS)
    assert await _active(world, token)
    world.clock.advance(1)
    assert not await world.verified(token, TOKENS)
    assert not await _active(world, token)


async def test_the_next_key_is_published_before_it_signs() -> None:
    """Whoever has read the keys before a rotation can verify what is signed after it."""
    world = await World.start()
    person, _ = await world.person("ann")
    await _role(world)
    for _ in range(3):
        known = await world.published(TOKENS)
        await world.server.ok("POST", "identity/oidc/key/k/rotate", {})
        assert kid(await _token(world, person)) in known


async def test_a_key_is_rotated_when_it_is_due() -> None:
    """In the background, without anybody asking for it, again and again; retired keys are cleared."""
    world = await World.start()
    person, _ = await world.person("ann")
    await _role(world)
    seen = []
    for _ in range(6):
        seen.append(kid(await _token(world, person)))
        world.clock.advance(HOUR_S)
        assert await world.server.work() >= 1
    assert len(set(seen)) == 6
    assert len(await world.published(TOKENS)) == 4, "the present pair, the next one, and two that still verify"
    storage = world.server.services.barrier.storage
    rows = (await storage.scan("shared/root/oidc/pair/k/")).names
    assert len(rows) <= 5
    assert len((await storage.scan("shared/root/oidc/private/")).names) == 4, "two of each of two keys"


async def test_a_key_of_a_namespace_is_rotated_too() -> None:
    """Keys of one name in two namespaces are two keys, and each is rotated when it is due."""
    world = await World.start()
    await world.server.ok("POST", "sys/namespaces/team")
    settings = {"algorithm": "ES256", "allowed_client_ids": "*", "verification_ttl": "1h"}
    for place, hours in (("", 1), ("team/", 2)):
        await world.server.ok("POST", f"{place}identity/oidc/key/k", {**settings, "rotation_period": f"{hours}h"})
        await world.server.ok("POST", f"{place}identity/oidc/role/r", {"key": "k", "ttl": "1h"})
    present = {place: await _kids(world, place) for place in ("", "team/")}
    assert present[""].isdisjoint(present["team/"])
    for rotated in ({""}, {"", "team/"}):
        world.clock.advance(HOUR_S)
        await world.server.work()
        now = {place: await _kids(world, place) for place in present}
        assert {place for place in present if now[place] - present[place]} == rotated
        present = now


async def _kids(world: World, place: str) -> set[str]:
    answer = await world.server.ok("GET", f"{place}identity/oidc/.well-known/keys", token="")
    return {key["kid"] for key in answer.body["keys"]}


async def test_a_late_key_is_rotated_by_whoever_signs() -> None:
    """While the background work is late, the first token makes the rotation; then nothing is due any more."""
    world = await World.start()
    person, _ = await world.person("ann")
    await _role(world)
    before = kid(await _token(world, person))
    world.clock.advance(HOUR_S)
    after = kid(await _token(world, person))
    assert before != after
    assert await _token(world, person)
    assert kid(await _token(world, person)) == after
    due = [n for n in (await world.server.services.barrier.storage.scan(folder(OIDC_KEY, "-"))).names if "/k" in n]
    assert len(due) == 1


async def test_a_due_key_is_rotated_once_on_all_nodes() -> None:
    """Many tokens on two nodes, asked for at the same moment, are signed by one new key."""
    world = await World.start()
    person, _ = await world.person("ann")
    await _role(world)
    before = await world.published(TOKENS)
    nodes = [world.server, await world.server.peer()]
    world.clock.advance(HOUR_S)
    asked = [nodes[number % 2].ok("GET", "identity/oidc/token/r", token=person) for number in range(8)]
    made = [answer.body["data"]["token"] for answer in await asyncio.gather(*asked)]
    assert len({kid(token) for token in made}) == 1
    assert len(await world.published(TOKENS)) == len(before) + 1


async def test_a_longer_or_shorter_period_counts_at_once() -> None:
    """A key whose period is shortened doesn't wait for the time that it had before."""
    world = await World.start()
    person, _ = await world.person("ann")
    await _role(world, rotation_period="24h")
    before = kid(await _token(world, person))
    await world.server.ok("POST", "identity/oidc/key/k", {"rotation_period": "1h"})
    world.clock.advance(HOUR_S)
    await world.server.work()
    assert kid(await _token(world, person)) != before


async def test_another_algorithm_keeps_earlier_tokens_valid() -> None:
    """A key that changes its algorithm signs by the new one at once, and still verifies what it has signed."""
    world = await World.start()
    person, _ = await world.person("ann")
    await _role(world)
    token = await _token(world, person)
    await world.server.ok("POST", "identity/oidc/key/k", {"algorithm": "EdDSA"})
    new = await _token(world, person)
    assert await world.verified(new, TOKENS)
    assert await _active(world, token)
    await world.server.ok("POST", "identity/oidc/key/k/rotate", {})
    assert await world.verified(await _token(world, person), TOKENS)


async def test_public_keys_have_a_bound() -> None:
    """A client that rotates without end is stopped before the list of keys is one that nobody can read."""
    world = await World.start()
    await _role(world)
    for _ in range(62):
        await world.server.ok("POST", "identity/oidc/key/k/rotate", {})
    refused = await world.server.ask("POST", "identity/oidc/key/k/rotate", {})
    assert (refused.status, "64 public keys" in refused.error) == (400, True)
    world.clock.advance(2 * HOUR_S)
    await world.server.work()
    await world.server.ok("POST", "identity/oidc/key/k/rotate", {})
    assert len(await world.published(TOKENS)) < 6


async def test_what_is_referred_to_stays() -> None:
    """Keys, assignments and scopes are deleted only when nobody refers to them any more; the refusal names who does."""
    world = await World.start()
    await _role(world)
    for path, by in (
        ("key/k", "these roles: r"),
        ("key/fast", "these clients: app"),
        ("assignment/staff", "these clients: app"),
        ("scope/profile", "these providers: staff"),
    ):
        refused = await world.server.ask("DELETE", f"identity/oidc/{path}")
        assert refused.status == 400
        assert refused.error.endswith(by), refused.error
    for path in ("role/r", "client/app", "provider/staff", "key/k", "key/fast", "assignment/staff", "scope/profile"):
        await world.server.ok("DELETE", f"identity/oidc/{path}")
    left = (await world.server.services.barrier.storage.scan("shared/root/oidc/")).names
    assert left == []
    assert not (await world.server.services.barrier.storage.scan(f"{keys.QUEUE}{OIDC_KEY}/")).names


async def test_tokens_live_no_longer_than_they_verify() -> None:
    """No role, client or key can be set so that a token outlives the key that signed it."""
    world = await World.start()
    await _role(world)
    for path, fields in (
        ("role/r", {"ttl": "3h"}),
        ("client/app", {"id_token_ttl": "25h"}),
        ("key/k", {"verification_ttl": "30m"}),
        ("key/fast", {"verification_ttl": "23h"}),
    ):
        assert (await world.server.ask("POST", f"identity/oidc/{path}", fields)).status == 400, path


async def test_introspection_knows_expiry_audience_issuer_and_entity() -> None:
    """Each makes a token inactive, with its reason."""
    world = await World.start()
    person, entity = await world.person("ann")
    await _role(world)
    token = await _token(world, person)

    async def fault(**more: str) -> str:
        answer = await world.server.ok("POST", "identity/oidc/introspect", {"token": token, **more})
        return str(answer.body.get("error", ""))

    assert await fault() == ""
    assert "(aud)" in await fault(client_id="other")
    assert await fault(client_id=claims(token)["aud"]) == ""
    await world.server.ok("POST", "identity/oidc/config", {"issuer": "https://other.example"})
    assert "(iss)" in await fault()
    await world.server.ok("POST", "identity/oidc/config", {"issuer": ""})
    world.clock.advance(HOUR_S - 1)
    assert await fault() == ""
    world.clock.advance(1)
    assert "(exp)" in await fault()
    world.clock.advance(-60)
    await world.disable(entity)
    assert await fault() == "entity is disabled"
    assert (await world.server.ask("GET", "identity/oidc/token/r", token=person)).status == 403


async def test_an_id_token_of_a_provider_is_no_identity_token() -> None:
    """Though the same key may have signed both, introspection tells them apart by their issuer."""
    world = await World.start()
    person, _ = await world.person("ann")
    await world.server.ok("POST", "identity/oidc/role/r", {"key": "fast"})
    made = await world.log_in(person)
    answer = await world.server.ok("POST", "identity/oidc/introspect", {"token": made["id_token"]})
    assert answer.body["active"] is False


async def test_without_an_address_there_is_no_issuer() -> None:
    """A server that doesn't know its address refuses, rather than to sign for an issuer that is empty."""
    server = await PluginServer.start()
    refused = await server.ask("GET", "identity/oidc/.well-known/openid-configuration", token="")
    assert (refused.status, "api_addr" in refused.error) == (400, True)
    await server.ok("POST", "identity/oidc/config", {"issuer": "https://known.example"})
    found = await server.ok("GET", "identity/oidc/.well-known/openid-configuration", token="")
    assert found.body["issuer"] == "https://known.example/v1/identity/oidc"


@pytest.mark.parametrize(
    "kid", ["", "a/b", "../key/k", "x" * 2000, "\x00", "00000000-0000-0000-0000-000000000000", 5, None]
)
async def test_a_token_of_no_known_key_is_inactive(kid: object) -> None:
    """Whatever its header says, nothing but public keys is looked up by it."""
    world = await World.start()
    header = base64.urlsafe_b64encode(json.dumps({"alg": "ES256", "kid": kid}).encode()).rstrip(b"=").decode()
    answer = await world.server.ok("POST", "identity/oidc/introspect", {"token": f"{header}.e30.AAAA"})
    assert answer.body["active"] is False
