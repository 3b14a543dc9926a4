"""A node with what the rows of one subject ask for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from tests.flow.node import Answer, TestNode

ALL = 'path "*" { capabilities = ["create", "read", "update", "patch", "delete", "list", "scan", "sudo"] }'
POLICY = "sys/policies/acl/row"
METHODS = {"read": "GET", "list": "LIST", "scan": "SCAN", "update": "POST"}

Call = tuple[str, str, Any]
"""Method, path, body."""
Change = Callable[["World"], Awaitable[Any]]


class World:
    """The node, and names that the rows use.

    Attributes:
        by: the node of the store that makes changes.
    """

    def __init__(self, node: TestNode, by: TestNode) -> None:
        self.node = node
        self.by = by
        self.names: dict[str, str] = {}

    @classmethod
    async def start(cls, prepare: Change) -> World:
        """A new store with two nodes; both are audited."""
        node = await TestNode.start()
        await node.ok("PUT", POLICY, {"policy": ALL})
        await node.audited()
        world = cls(node, await node.peer())
        await prepare(world)
        await world.client()
        return world

    async def client(self) -> str:
        """A new client, whose token may do all and lasts an hour."""
        wanted = {"policies": ["row"], "no_default_policy": True, "ttl": "1h", "explicit_max_ttl": "8h"}
        auth = (await self.by.ok("POST", "auth/token/create", wanted)).body["auth"]
        self.names |= {"client": auth["client_token"], "client_accessor": auth["accessor"]}
        self.node.clock.advance(0.37)  # at a whole second, what is left of a time changes at once
        return str(auth["client_token"])

    async def ok(self, method: str, path: str, body: Any = None) -> Answer:
        """Have a change made."""
        return await self.by.ok(method, path.format_map(self.names), self.filled(body))

    def filled(self, body: Any) -> Any:
        """A body with names in it."""
        if isinstance(body, str):
            return body.format_map(self.names) if body.startswith("{") and body.endswith("}") else body
        if isinstance(body, dict):
            return {name: self.filled(value) for name, value in body.items()}
        return body


class Row(NamedTuple):
    """What is asked, and a change after which the answer is another one."""

    path: str
    change: Call | Change
    body: Any = None
    is_open: bool = False
    """Whether no token is needed."""

    async def asked(self, world: World, verb: str) -> Call:
        """The request."""
        return METHODS[verb], self.path.format_map(world.names), world.filled(self.body)

    async def changed(self, world: World) -> None:
        """Make the change."""
        if callable(self.change):
            await self.change(world)
        else:
            await world.ok(*self.change)


class Subject(NamedTuple):
    """Rows that share a node, by engine, operation and pattern."""

    prepare: Change
    rows: Mapping[str, Row]
