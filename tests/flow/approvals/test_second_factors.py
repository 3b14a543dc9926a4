"""`mfa_methods` of a rule: a request needs valid credentials of each method, with `X-Vault-MFA`."""

from __future__ import annotations

from typing import Any

from strongroom.sdk.request import Request
from tests.flow.approvals.people import factor
from tests.flow.mfa.world import METHOD, World
from tests.flow.node import Answer

RULES = 'path "probe/*" { capabilities = ["create", "read", "update", "list"]\n mfa_methods = ["main"] }\n'
DENIED = ["1 error occurred:\n\t* permission denied\n\n"]


class Door:
    """A node on which `eva` needs the method `main` at `probe/`."""

    def __init__(self, world: World, token: str) -> None:
        self.world = world
        self.node = world.node
        self.token = token

    @classmethod
    async def start(cls, rules: str = RULES, **user: Any) -> Door:
        """Log in with one factor."""
        world = await World.start(enforced=False)
        node = world.node
        await node.audited()
        await node.ok("POST", "probe/rows/a", {"text": "x"})
        await node.ok("PUT", "sys/policies/acl/door", {"policy": rules})
        await node.ok("POST", "auth/userpass/users/eva", {"token_policies": ["door"], **user})
        await world.login("eva")
        await world.enrolled("eva")
        door = cls(world, (await world.login("eva")).body["auth"]["client_token"])
        door.node.probe.runs = 0
        return door

    async def ask(
        self, *mfa: str, method: str = "GET", path: str = "probe/rows/a", body: Any = None, token: str | None = None
    ) -> Answer:
        """A request with these credentials."""
        sent = {"x-vault-mfa": ",".join(mfa)} if mfa else {}
        return await self.node.ask(method, path, body, self.token if token is None else token, headers=sent)

    def next_code(self) -> str:
        """A code that wasn't used yet."""
        self.node.clock.advance(30)
        return f"main:{self.world.code('eva')}"


async def test_a_valid_code_opens_once() -> None:
    """With a code the request is served; the same code doesn't serve a second one."""
    door = await Door.start()
    code = door.next_code()
    answer = await door.ask(code)
    assert (answer.status, answer.data) == (200, {"text": "x"})
    again = await door.ask(code)
    assert (again.status, again.errors) == (403, DENIED)
    assert door.node.probe.runs == 1
    assert (await door.ask(door.next_code().replace(":", ":passcode="))).status == 200


async def test_without_valid_credentials_nothing_is_served() -> None:
    """None, a wrong code, none for the method, another method's name: the engine isn't asked."""
    door = await Door.start()
    missing = await door.ask()
    assert missing.status == 403
    assert "X-Vault-MFA" in missing.error
    assert "main" in missing.error
    wrong = door.world.wrong("eva")
    for given in (f"main:{wrong}", "main", "other:123456", f"{door.world.method}:{wrong}"):
        answer = await door.ask(given)
        assert (answer.status, answer.errors) == (403, DENIED)
    assert (await door.ask("main:")).status == 400
    assert door.node.probe.runs == 0


async def test_writes_and_listings_need_it_too() -> None:
    """Every operation of the path."""
    door = await Door.start()
    for method, path, body in (
        ("POST", "probe/rows/a", {"text": "y"}),
        ("POST", "probe/rows/b", {"text": "y"}),
        ("LIST", "probe/rows", None),
    ):
        assert (await door.ask(method=method, path=path, body=body)).status == 403
        assert (await door.ask(door.next_code(), method=method, path=path, body=body)).status == 200


async def test_too_many_wrong_codes_block() -> None:
    """Codes can't be tried one after the other; a right one doesn't help then."""
    door = await Door.start()
    wrong = door.world.wrong("eva")
    for _ in range(6):
        assert (await door.ask(f"main:{wrong}")).status == 403
    code = f"main:{door.world.code('eva')}"
    assert (await door.ask(code)).status == 403
    assert door.node.probe.runs == 0


async def test_every_method_is_needed() -> None:
    """Of two methods, that one policy or two demand, both."""
    two = RULES + 'path "probe/rows/*" { capabilities = ["read"]\n mfa_methods = ["main", "second"] }\n'
    door = await Door.start(two)
    made = await door.node.ok("POST", f"{METHOD}totp", {"issuer": "strong", "method_name": "second"})
    assert (await door.ask(door.next_code())).status == 403
    first, door.world.method = door.world.apps["eva"], made.data["method_id"]
    second = await door.world.enrolled("eva")
    door.node.clock.advance(60)
    now = int(door.node.clock.now())
    assert (await door.ask(f"main:{first.at(now)}", f"second:{second.at(now)}")).status == 200
    assert door.node.probe.runs == 1


async def test_the_codes_are_those_of_the_entity() -> None:
    """Another user's code doesn't count, and tokens without an entity have none."""
    door = await Door.start()
    await door.world.login("bob")
    await door.world.enrolled("bob")
    door.node.clock.advance(60)
    assert (await door.ask(f"main:{door.world.code('bob')}")).status == 403
    for kind in ("service", "batch"):
        made = await door.node.ok("POST", "auth/token/create", {"policies": ["door"], "type": kind, "ttl": "1h"})
        answer = await door.ask(door.next_code(), token=made.body["auth"]["client_token"])
        assert (answer.status, answer.errors) == (403, DENIED)


async def test_a_merged_entity_proves_the_factor_that_it_became() -> None:
    """Its token needs the codes of the entity that it was merged into, and one that has counted counts no more."""
    door = await Door.start()
    node = door.node
    boss = (await node.ok("POST", "identity/entity", {"name": "boss"})).data["id"]
    me = {"alias_name": "eva", "alias_mount_accessor": door.world.accessor}
    own, used = (await node.ok("POST", "identity/lookup/entity", me)).data["id"], door.next_code()
    assert (await door.ask(used)).status == 200
    await node.ok("POST", "identity/entity/merge", {"from_entity_ids": [own], "to_entity_id": boss})
    assert (await door.ask(used)).status == 403
    assert (await door.ask(door.next_code())).status == 200


async def test_a_method_that_does_not_exist_closes_the_path() -> None:
    """A policy that names one that isn't there, or isn't any more, lets nobody in."""
    door = await Door.start(RULES.replace("main", "gone"))
    for given in (door.next_code(), f"gone:{door.world.code('eva')}"):
        assert (await door.ask(given)).status == 403


async def test_root_tokens_need_none() -> None:
    """No rule applies to them."""
    door = await Door.start()
    assert (await door.ask(token=door.node.root)).status == 200


async def test_a_use_is_spent_once() -> None:
    """A token of three uses has one left after a request that failed and one that was served."""
    door = await Door.start(token_num_uses=3)
    assert (await door.ask(f"main:{door.world.wrong('eva')}")).status == 403
    assert (await door.ask(door.next_code())).status == 200
    assert (await door.ask(door.next_code())).status == 200
    assert (await door.ask(door.next_code())).status == 403


async def test_it_is_audited_once() -> None:
    """One entry of the request, one of the response, and no code in either."""
    door = await Door.start()
    for code, error in ((door.next_code(), False), (f"main:{door.world.wrong('eva')}", True)):
        door.node.recorder.lines.clear()
        await door.ask(code)
        entries = door.node.recorder.entries
        assert [entry["type"] for entry in entries] == ["request", "response"]
        assert ("error" in entries[1]) is error
        assert code.encode() not in b"".join(door.node.recorder.lines)


async def test_a_policy_that_changes_during_the_proof_is_obeyed() -> None:
    """What is demanded more when the request runs again isn't served with what was proved before."""
    door = await Door.start()

    calls = 0

    async def change(_: Request) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:  # once before the proof, and once after it
            await door.node.ok("PUT", "sys/policies/acl/door", {"policy": RULES.replace('"main"', '"main", "more"')})

    door.node.probe.existing = change
    answer = await door.ask(door.next_code(), method="POST", body={"text": "y"})
    assert (answer.status, answer.errors) == (403, DENIED)
    assert calls == 3
    assert (await door.node.ok("GET", "probe/rows/a")).data == {"text": "x"}


async def test_both_a_code_and_an_approval() -> None:
    """A rule with both needs the code when it is asked; the executed request needs none, and no other method."""
    both = RULES.replace("mfa_methods", f"control_group = {{ {factor()} }}\n mfa_methods")
    door = await Door.start(both)
    bob = (await door.world.login("bob")).body["auth"]
    await door.node.ok("POST", "identity/group/name/managers", {"member_entity_ids": [bob["entity_id"]]})
    await door.node.ok("PUT", "sys/policies/acl/default", {"policy": 'path "sys/*" { capabilities = ["update"] }'})
    assert (await door.ask()).status == 403
    waiting = (await door.ask(door.next_code())).body["wrap_info"]
    accessor = {"accessor": waiting["accessor"]}
    await door.node.ok("POST", "sys/control-group/authorize", accessor, bob["client_token"])
    await door.node.ok("PUT", "sys/policies/acl/door", {"policy": both.replace('"main"', '"main", "more"')})
    unwrap = {"token": waiting["token"]}
    changed = await door.node.ask("POST", "sys/wrapping/unwrap", unwrap, bob["client_token"])
    assert changed.status == 400
    await door.node.ok("PUT", "sys/policies/acl/door", {"policy": both})
    answer = await door.node.ok("POST", "sys/wrapping/unwrap", unwrap, bob["client_token"])
    assert answer.data == {"text": "x"}
