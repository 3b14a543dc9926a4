"""A node with people on it: they log in at the probe, which says what a test tells it to."""

from __future__ import annotations

from typing import Any

from strongroom.core.expiry import LOCK_S, ROLE, Expiry
from strongroom.sysapi.services import Services
from tests.flow.node import Answer, TestNode

POLICIES = ("own", "entitys", "groups", "outer", "other")
RULES = 'path "kv/{}" {{ capabilities = ["read"] }}'


class People:
    """A node with a policy and a secret of the same name for each of `POLICIES`."""

    def __init__(self, node: TestNode, accessor: str) -> None:
        self.node = node
        self.accessor = accessor
        """Of the probe's mount, where everybody logs in."""
        self.clock = node.clock

    @classmethod
    async def start(cls) -> People:
        """A new node."""
        node = await TestNode.start()
        await node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        for name in POLICIES:
            await node.ok("POST", f"kv/{name}", {"x": "y"})
            await node.ok("PUT", f"sys/policies/acl/{name}", {"policy": RULES.format(name)})
        return cls(node, (await node.ok("GET", "sys/mounts/probe")).data["accessor"])

    @property
    def services(self) -> Services:
        """The node's services."""
        assert self.node.node.unsealed is not None
        return self.node.node.unsealed

    async def login(
        self, alias: str, mount: str = "probe", node: TestNode | None = None, **granted: Any
    ) -> dict[str, Any]:
        """Log in; the `auth` of the answer."""
        answer = await self.try_login(alias, mount, node, **granted)
        assert answer.status == 200, answer
        auth: dict[str, Any] = answer.body["auth"]
        return auth

    async def try_login(self, alias: str, mount: str = "probe", node: TestNode | None = None, **granted: Any) -> Answer:
        """The same, whatever comes of it."""
        node = node or self.node
        node.probe.granted = {"alias": alias, **granted}
        return await node.ask("POST", f"{mount}/open/{alias}", {}, "")

    async def entity(self, name: str = "", **fields: Any) -> str:
        """The id of a new entity."""
        return str((await self.node.ok("POST", "identity/entity", {"name": name, **fields})).data["id"])

    async def group(self, name: str, **fields: Any) -> str:
        """The id of a new group."""
        return str((await self.node.ok("POST", "identity/group", {"name": name, **fields})).data["id"])

    async def external(self, name: str, alias: str, accessor: str = "", **fields: Any) -> str:
        """The id of a new external group that a mount knows as `alias`."""
        id_ = await self.group(name, type="external", **fields)
        wanted = {"name": alias, "mount_accessor": accessor or self.accessor, "canonical_id": id_}
        await self.node.ok("POST", "identity/group-alias", wanted)
        return id_

    async def mount(self, path: str) -> str:
        """The accessor of another mount to log in at."""
        await self.node.ok("POST", f"sys/mounts/{path}", {"type": "probe"})
        return str((await self.node.ok("GET", f"sys/mounts/{path}")).data["accessor"])

    async def reads(self, token: str, node: TestNode | None = None) -> set[str]:
        """The policies that the token has, as far as one can see from outside."""
        node = node or self.node
        return {name for name in POLICIES if (await node.ask("GET", f"kv/{name}", token=token)).status == 200}

    async def settle(self) -> None:
        """Let the background work until nothing is left to do."""
        services = self.services
        expiry = Expiry(services)
        for _ in range(500):
            fence = await services.barrier.storage.lock(ROLE, "test", LOCK_S)
            assert fence is not None
            if not await expiry.run_once(fence):
                return
        raise AssertionError("it doesn't come to rest")

    def rows(self, *parts: str) -> list[str]:
        """Keys of identities that contain one of some parts."""
        return [key for key in self.node.rows() if "/identity/" in key and any(part in key for part in parts)]
