"""What an entity gives and takes away: whoever logs in as it has its policies, and nothing once it is disabled."""

from __future__ import annotations

from typing import Any

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.services.identity import EntityRecord, rows
from tests.flow.node import TestNode

RULES = 'path "kv/{}" {{ capabilities = ["read"] }}'


class Person:
    """A user with policy `own`, an entity, and a service and a batch token."""

    def __init__(self, node: TestNode, entity: str, tokens: list[str]) -> None:
        self.node = node
        self.entity = entity
        self.tokens = tokens

    @classmethod
    async def new(cls, node: TestNode) -> Person:
        """Log in twice."""
        await node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
        for name in ("own", "entitys", "other"):
            await node.ok("POST", f"kv/{name}", {"x": "y"})
            await node.ok("PUT", f"sys/policies/acl/{name}", {"policy": RULES.format(name)})
        tokens, entities = [], set()
        for kind in ("service", "batch"):
            user = {"password": "right", "token_policies": "own", "token_type": kind}
            await node.ok("POST", "auth/userpass/users/ann", user)
            auth = (await node.ok("POST", "auth/userpass/login/ann", {"password": "right"}, "")).body["auth"]
            tokens.append(auth["client_token"])
            entities.add(auth["entity_id"])
        (entity,) = entities
        return cls(node, entity, tokens)

    async def change(self, **fields: Any) -> None:
        """Change the entity; with `gone`, remove it."""
        services = self.node.node.unsealed
        assert services is not None

        async def body(txn: Transaction) -> None:
            key = rows.entity(keys.ROOT_NAMESPACE, self.entity)
            if fields.get("gone"):
                txn.delete(key)
                return
            entity = await txn.read(key, EntityRecord)
            assert entity is not None
            txn.write(key, msgspec.structs.replace(entity, **fields))

        await transact(services.barrier, body)

    async def reads(self) -> list[dict[str, int]]:
        """The statuses of what each token reads."""
        names = ("own", "entitys", "other")
        return [
            {name: (await self.node.ask("GET", f"kv/{name}", token=token)).status for name in names}
            for token in self.tokens
        ]


async def test_an_entitys_policies_are_its_tokens_too() -> None:
    """From the next request on, beside those of the token, for as long as the entity has them."""
    person = await Person.new(await TestNode.start())
    assert await person.reads() == [{"own": 200, "entitys": 403, "other": 403}] * 2
    await person.change(policies=("entitys",))
    assert await person.reads() == [{"own": 200, "entitys": 200, "other": 403}] * 2
    await person.change(policies=())
    assert await person.reads() == [{"own": 200, "entitys": 403, "other": 403}] * 2


async def test_a_disabled_entitys_tokens_may_do_nothing() -> None:
    """Neither what their own policies allow nor what the entity's do, until it is enabled again."""
    person = await Person.new(await TestNode.start())
    await person.change(policies=("entitys",), disabled=True)
    assert await person.reads() == [{"own": 403, "entitys": 403, "other": 403}] * 2
    for token in person.tokens:
        refused = await person.node.ask("GET", "auth/token/lookup-self", token=token)
        assert (refused.status, refused.errors) == (403, ["permission denied"])
    await person.change(disabled=False)
    assert await person.reads() == [{"own": 200, "entitys": 200, "other": 403}] * 2


async def test_an_entity_that_has_gone_takes_its_tokens_along() -> None:
    """Whoever can write to the store, and hasn't its key, gives a disabled one nothing back by removing its row."""
    person = await Person.new(await TestNode.start())
    await person.change(gone=True)
    assert await person.reads() == [{"own": 403, "entitys": 403, "other": 403}] * 2


async def test_the_log_names_what_granted_in_one_order() -> None:
    """Whether the token or its entity has brought a policy along, the names are sorted, so that entries compare."""
    person = await Person.new(await TestNode.start())
    names = [f"p{number}" for number in range(9, 0, -1)]
    for name in names:
        await person.node.ok("PUT", f"sys/policies/acl/{name}", {"policy": RULES.format("own")})
    await person.change(policies=tuple(names))
    await person.node.audited()
    for token in person.tokens:
        person.node.recorder.lines.clear()
        await person.node.ok("GET", "kv/own", token=token)
        granting = person.node.recorder.entries[0]["auth"]["policy_results"]["granting_policies"]
        assert [policy["name"] for policy in granting] == ["own", *sorted(names)]


async def test_root_as_an_entity_is_refused_with_it() -> None:
    """A root token that acts for somebody does so no longer than that somebody may; otherwise it stays root."""
    person = await Person.new(await TestNode.start())
    node = person.node
    await node.ok("POST", "auth/token/roles/r", {"allowed_policies": "root", "allowed_entity_aliases": "ann"})
    wanted = {"entity_alias": "ann", "policies": ["root"], "ttl": "1h"}
    made = await node.ok("POST", "auth/token/create/r", wanted)
    auth = made.body["auth"]
    person.entity, person.tokens = auth["entity_id"], [auth["client_token"]]
    assert person.entity
    await person.change(policies=("entitys",))
    assert await person.reads() == [{"own": 200, "entitys": 200, "other": 200}]
    await person.change(disabled=True)
    assert await person.reads() == [{"own": 403, "entitys": 403, "other": 403}]
    await node.ok("GET", "kv/own")
