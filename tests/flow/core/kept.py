"""A node with a secret and policies, and a look at what decisions it remembers."""

from __future__ import annotations

from typing import Any

from tests.flow.node import Answer, TestNode

READS = 'path "kv/a" { capabilities = ["read"] }\npath "sys/tools/hash" { capabilities = ["update"] }'
HASHES: tuple[str, str, Any] = ("POST", "sys/tools/hash", {"input": "YQ=="})
READING: tuple[str, str, Any] = ("GET", "kv/a", None)


class Kept:
    """A node, and what is asked of it so often that the decision is remembered."""

    def __init__(self, node: TestNode) -> None:
        self.node = node

    @classmethod
    async def start(cls) -> Kept:
        """A node with `kv/a`, and the policy `reads` for it."""
        node = await TestNode.start()
        await node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        await node.ok("POST", "kv/a", {"value": "one"})
        await node.ok("PUT", "sys/policies/acl/reads", {"policy": READS})
        return cls(node)

    async def token(self, parent: str | None = None, **fields: Any) -> str:
        """A new token with that policy."""
        wanted = {"policies": ["reads"], "no_default_policy": True, **fields}
        made = await self.node.ok("POST", "auth/token/create", wanted, parent)
        return str(made.body["auth"]["client_token"])

    def names(self, node: TestNode | None = None, *, of_root: bool = False) -> list[tuple[str, str]]:
        """Operation and path of each decision that is remembered.

        Args:
            of_root: those of the root token too, which sets up what is asked for.
        """
        services = (node or self.node).node.unsealed
        assert services is not None
        cache = services.barrier.cache
        root = services.tokens.key_of(self.node.root)
        named = [name for name in list(cache._derived) if isinstance(name, tuple) and name[0] == "decision"]
        derived = [name for name in named if of_root or name[1] != root]
        return sorted((name[2].value, name[3]) for name in derived if cache.derived(name) is not None)

    async def ask(self, token: str, asked: tuple[str, str, Any] = READING, **options: Any) -> Answer:
        """Ask once more."""
        method, path, body = asked
        return await self.node.ask(method, path, body, token, **options)

    async def remembered(self, token: str, asked: tuple[str, str, Any] = READING, **options: Any) -> None:
        """Ask until the decision is remembered, and once more by it."""
        for _ in range(3):
            answer = await self.ask(token, asked, **options)
            assert answer.status < 300, answer
        operation = "read" if asked[0] == "GET" else "update"
        assert (operation, asked[1]) in self.names(of_root=token == self.node.root)
