"""A whole server over the store in memory, asked with HTTP messages but without sockets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from strongroom.core.node import Node
from strongroom.http.application import Application
from strongroom.http.message import HttpRequest, Peer
from strongroom.lib import json
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.sealing.initialize import InitRequest, initialize, seal_of
from strongroom.sealing.port import LocalPort
from strongroom.seals import shamir
from strongroom.server import builtin, wiring
from strongroom.storage.inmem import InmemStorage
from tests.sim.clock import SetClock

ROOT = "root"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: Any

    @property
    def data(self) -> Any:
        """The answer's `data`."""
        assert self.body is not None, self
        return self.body["data"]

    @property
    def error(self) -> str:
        """The text of an error."""
        return str(self.body["errors"][0])


class Server:
    """One unsealed node."""

    def __init__(self, node: Node, clock: SetClock) -> None:
        self.node = node
        self.clock = clock
        self._application = Application(node)

    @classmethod
    async def start(cls, settings: wiring.Settings | None = None) -> Server:
        """Initialise a store and unseal it."""
        clock, random = SetClock(), SystemRandom()
        storage = InmemStorage(clock, random)
        await storage.start()

        async def opened(key: Secret) -> None:
            await wiring.unseal(node, key, builtin.engines(()), settings)

        async def closed() -> None:
            node.unsealed = None

        settings = settings or wiring.Settings()
        node = wiring.build_node(storage, LocalPort(random, opened, closed), clock, random, settings)
        made = await initialize(storage, random, InitRequest(shares=1, threshold=1, root_token=ROOT))
        seal = await seal_of(storage)
        assert seal is not None
        await opened(shamir.open_(seal, [made.shares.keys[0].reveal()]))
        return cls(node, clock)

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str = ROOT,
        headers: Mapping[str, str] | None = None,
        address: str = "192.0.2.7",
    ) -> Answer:
        """Send one request below `/v1/`; a client on a Unix socket has no address."""
        path, _, query = path.partition("?")
        sent = {"content-type": "application/merge-patch+json" if method == "PATCH" else "application/json"}
        if token:
            sent["x-vault-token"] = token
        sent |= headers or {}
        request = HttpRequest(
            method=method,
            path="/v1/" + path,
            query=query,
            headers=sent,
            body=b"" if body is None else json.dumps(body),
            peer=Peer(address=address, port=4711, listener="test"),
        )
        response = await self._application(request)
        type_ = dict(response.headers).get("Content-Type", "")
        decoded = json.loads(response.body) if response.body and type_ == "application/json" else response.body or None
        return Answer(response.status, decoded)

    async def token(self, rules: str, **fields: Any) -> str:
        """A token with one policy."""
        await self.ok("PUT", "sys/policies/acl/only", {"policy": rules})
        made = await self.ok("POST", "auth/token/create", {"policies": ["only"], **fields})
        return str(made.body["auth"]["client_token"])

    async def ok(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        """The same, for a request that has to succeed."""
        answer = await self.ask(method, path, body, **options)
        assert answer.status < 300, (method, path, answer)
        return answer
