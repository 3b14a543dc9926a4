"""An engine alone, mounted over a real barrier in memory and asked as the pipeline asks it: no tokens, no policies, no
leases.  For tests of what an engine keeps; `PluginServer` has the rest."""

from __future__ import annotations

from typing import Any

from strongroom.barrier import keys
from strongroom.barrier.barrier import Barrier
from strongroom.barrier.keyring import new_keyring, seal_keyring
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.sdk import Auth, AuthMethod, Engine, Mount, Operation, Request, Response, View
from strongroom.storage.inmem import InmemStorage
from strongroom.testing.clock import SetClock

MOUNT_ID = "00000000-0000-4000-8000-000000000001"
DEFAULT_TTL_S = 2_764_800


ROOT_KEY = Secret(bytes(range(32)))


async def open_barrier(storage: InmemStorage, clock: SetClock) -> Barrier:
    """A barrier over a store, which is initialized if it is empty; several over one store are as several processes."""
    random = SystemRandom()
    await storage.start()
    if await storage.get(keys.KEYRING) is None:
        row = seal_keyring(ROOT_KEY, new_keyring(random, clock.now()), random)
        await storage.commit({}, {keys.KEYRING: row}, {})
    return await Barrier.open(storage, ROOT_KEY, random)


class Mounted:
    """One mount; every `ask` is a transaction of its own."""

    def __init__(
        self, engine: Engine, barrier: Barrier, clock: SetClock, options: dict[str, str] | None = None
    ) -> None:
        self.plugin = engine
        self.barrier = barrier
        self.clock = clock
        self.prefix = keys.area(keys.ROOT_NAMESPACE, MOUNT_ID)
        self.tune(options or {})

    @classmethod
    async def new(cls, engine: Engine, options: dict[str, str] | None = None) -> Mounted:
        """A mount over a store of its own."""
        clock = SetClock()
        storage = InmemStorage(clock, SystemRandom())
        return cls(engine, await open_barrier(storage, clock), clock, options)

    def tune(self, options: dict[str, str]) -> None:
        """Give the mount other options, as `sys/mounts/…/tune` does."""
        self.options = self.plugin.check_options(options)
        self.engine = self.plugin.variant(self.options)

    def request(self, txn: Transaction, operation: Operation, path: str, data: dict[str, Any], address: str) -> Request:
        """The request as the pipeline would hand it over."""
        return Request(
            operation=operation,
            path=path,
            data=data,
            mount=Mount(
                id=MOUNT_ID,
                path="mount/",
                type=self.plugin.type,
                accessor="mount_0",
                options=self.options,
                default_lease_ttl_s=DEFAULT_TTL_S,
                max_lease_ttl_s=DEFAULT_TTL_S,
                does_scheduled_work=self.engine.does_scheduled_work,
            ),
            view=View(txn, self.prefix),
            once=txn.once,
            received_at=self.clock.now(),
            address=address,
        )

    async def run(
        self, txn: Transaction, operation: Operation, path: str, data: dict[str, Any] | None, address: str = ""
    ) -> Response | None:
        """Answer within a transaction that the caller commits."""
        if operation in {Operation.LIST, Operation.SCAN} and not path.endswith("/") and path:
            path += "/"
        request = self.request(txn, operation, path, data or {}, address)
        match = self.engine.routes.find(operation, path)
        if operation is Operation.UPDATE and path.endswith("/"):
            raise InvalidRequest("cannot write to a path ending in '/'")
        return await self.engine.answer(request, match)

    async def ask(
        self, operation: Operation, path: str, data: dict[str, Any] | None = None, *, address: str = ""
    ) -> Response | None:
        """Answer in a transaction, and commit it."""

        async def body(txn: Transaction) -> Response | None:
            return await self.run(txn, operation, path, data, address)

        return await transact(self.barrier, body)

    async def data(self, operation: Operation, path: str, data: dict[str, Any] | None = None) -> Any:
        """The data of the answer; raises `AssertionError` when there is no body."""
        response = await self.ask(operation, path, data)
        assert response is not None, f"{operation} {path} answered nothing"
        return response.data

    async def exists(self, path: str) -> bool:
        """Whether a write there would be an update."""

        async def body(txn: Transaction) -> bool:
            request = self.request(txn, Operation.UPDATE, path, {}, "")
            return await self.engine.exists(request, self.engine.routes.find(Operation.UPDATE, path))

        return await transact(self.barrier, body)

    async def renew(self, auth: Auth) -> Auth:
        """What an auth method says of a token's renewal."""

        async def body(txn: Transaction) -> Auth:
            assert isinstance(self.engine, AuthMethod)
            return await self.engine.renew_token(self.request(txn, Operation.UPDATE, "", {}, ""), auth)

        return await transact(self.barrier, body)

    async def rows(self) -> dict[str, bytes]:
        """Every row of the mount as the store has it, by its key below the mount."""
        names = (await self.barrier.storage.scan(self.prefix)).names
        snapshot = await self.barrier.storage.get_many([self.prefix + name for name in names])
        return {key.removeprefix(self.prefix): entry.value for key, entry in snapshot.entries.items()}
