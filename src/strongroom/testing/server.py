"""A server with plugins, asked with HTTP messages but without sockets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Self

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.expiry import LOCK_S, ROLE, Expiry
from strongroom.core.node import Node
from strongroom.http.application import Application
from strongroom.http.message import HttpRequest, Peer
from strongroom.lib import json
from strongroom.lib.rand import SystemRandom, uuid4
from strongroom.lib.secret import Secret
from strongroom.sdk import AuthMethod, Engine
from strongroom.sdk.schedule import Schedule
from strongroom.sealing.initialize import InitRequest, initialize, seal_of
from strongroom.sealing.port import LocalPort
from strongroom.seals import shamir
from strongroom.server import builtin, wiring
from strongroom.server.node_settings import NodeSettings
from strongroom.services.mounts import AUTH, SECRET
from strongroom.storage.base import Storage
from strongroom.storage.inmem import InmemStorage
from strongroom.sysapi.services import Services
from strongroom.testing.clock import SetClock

ROOT = "root"
_ROUNDS = 200


class Reply(NamedTuple):
    """What came back."""

    status: int
    body: Any
    """Decoded from JSON; None when there is none."""

    @property
    def data(self) -> Any:
        """The answer's `data`."""
        assert self.body is not None, self
        return self.body["data"]

    @property
    def lease_id(self) -> str:
        """The id of the lease on what was answered; empty when there is none."""
        return str(self.body["lease_id"])

    @property
    def error(self) -> str:
        """The text of an error."""
        return str(self.body["errors"][0])


class PluginServer:
    """One node with everything that a server has: tokens, policies, leases, wrapping, audit, and some plugins.

    Time stands still until `clock.advance`, and nothing happens in the background until `work`.

    Attributes:
        clock: the server's and the store's.
        engines: the plugins of this process, by type.
    """

    clock: SetClock
    node: Node

    def __init__(
        self,
        storage: Storage,
        clock: SetClock,
        plugins: Sequence[Callable[[], Engine]],
        settings: NodeSettings,
        key: Secret,
    ) -> None:
        self.clock = clock
        self.engines: dict[str, Engine] = {}
        self._storage = storage
        self._plugins = plugins
        self._settings = settings
        self._key = key
        self._holder = uuid4(SystemRandom())

    @classmethod
    async def start(
        cls, *plugins: Callable[[], Engine], mounted: bool = True, settings: NodeSettings | None = None
    ) -> Self:
        """A new server, unsealed.

        Args:
            plugins: classes, or functions that make an engine.  They are called again when the server restarts.
            mounted: whether each is mounted by the name of its type: `greeter/`, `auth/greeter/`.
            settings: of the server itself.
        """
        clock, random = SetClock(), SystemRandom()
        storage = InmemStorage(clock, random)
        await storage.start()
        made = await initialize(storage, random, InitRequest(shares=1, threshold=1, root_token=ROOT))
        seal = await seal_of(storage)
        assert seal is not None
        key = shamir.open_(seal, [made.shares.keys[0].reveal()])
        server = cls(storage, clock, plugins, settings or NodeSettings(), key)
        await server.restart()
        for type_, engine in server.engines.items() if mounted else ():
            await server.mount(type_, auth=isinstance(engine, AuthMethod))
        return server

    async def restart(self) -> None:
        """Restart over the same store, as another process would.  Everything that was only in memory is lost."""
        random = SystemRandom()
        made = [make() for make in self._plugins]
        self.engines = {engine.type: engine for engine in made}
        known = builtin.engines(())
        known |= {(AUTH if isinstance(engine, AuthMethod) else SECRET, engine.type): engine for engine in made}

        async def opened(key: Secret) -> None:
            await wiring.unseal(node, key, known, self._settings)

        async def closed() -> None:
            node.unsealed = None

        port = LocalPort(random, opened, closed)
        node = self.node = wiring.build_node(self._storage, port, self.clock, random, self._settings, engines=known)
        await opened(self._key)
        self._application = Application(node)
        self.expiry = Expiry(self.services)

    async def peer(self) -> Self:
        """Another node on the same store."""
        other = type(self)(self._storage, self.clock, self._plugins, self._settings, self._key)
        await other.restart()
        return other

    @property
    def services(self) -> Services:
        """What stands behind the open barrier."""
        assert self.node.unsealed is not None, "the server is sealed"
        return self.node.unsealed

    async def mount(self, type_: str, path: str = "", *, auth: bool = False, **fields: Any) -> None:
        """Mount an engine, or enable an auth method.

        Args:
            path: without `auth/`; by default the type.
            fields: of the request, as `options={"version": "2"}`.
        """
        await self.ok("POST", f"sys/{'auth' if auth else 'mounts'}/{path or type_}", {"type": type_, **fields})

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str = ROOT,
        headers: Mapping[str, str] | None = None,
        address: str = "192.0.2.7",
    ) -> Reply:
        """Send one request, with the root token unless told otherwise.

        Args:
            method: `GET`, `POST`, `DELETE`, `LIST` and so on.
            path: below `/v1/`; may end in a query.
            token: empty for none.
            address: the client's; empty on a Unix socket.
        """
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
        return Reply(response.status, decoded)

    async def ok(self, method: str, path: str, body: Any = None, **options: Any) -> Reply:
        """The same, for a request that has to succeed."""
        reply = await self.ask(method, path, body, **options)
        assert reply.status < 300, (method, path, reply)
        return reply

    async def token(self, rules: str, **fields: Any) -> str:
        """A token with one policy, of these rules."""
        await self.ok("PUT", "sys/policies/acl/only", {"policy": rules})
        made = await self.ok("POST", "auth/token/create", {"policies": ["only"], **fields})
        return str(made.body["auth"]["client_token"])

    async def work(self) -> int:
        """Do all that is due: revoke leases, end tokens, make scheduled calls, clear what is left; how much was done.

        What fails is due again later: `clock.advance`, and `work` once more.
        """
        storage, total = self.services.barrier.storage, 0
        for _ in range(_ROUNDS):
            fence = await storage.lock(ROLE, self._holder, LOCK_S)
            assert fence is not None, "another node ends what is due"
            done = await self.expiry.run_once(fence)
            await storage.unlock(fence)
            if not done:
                return total
            total += done
        raise AssertionError("it does not come to rest")

    async def scheduled(self, mount: str) -> dict[str, float]:
        """What an engine has scheduled: by its name, when it is due, in seconds since the epoch.

        Args:
            mount: its path, as `greeter/` or `auth/greeter/`.
        """

        async def read(txn: Transaction) -> dict[str, float]:
            id_ = (await self.services.mounts.router(txn)).by_path[mount].record.id
            names = await txn.scan(f"{keys.SCHEDULE}{id_}/")
            found = [await Schedule(txn, id_).read(name) for name in names]
            return {work.name: max(work.at, work.next_attempt_at) for work in found if work is not None}

        return await transact(self.services.barrier, read)
