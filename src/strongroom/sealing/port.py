"""The worker's interface to its node, which keeps the seal state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec

from strongroom.barrier.namespace_keys import NamespaceKey, NamespaceKeys
from strongroom.lib.rand import Random, uuid4
from strongroom.lib.secret import Secret
from strongroom.sealing import ceremonies, shares

MOST_COLLECTIONS = 1024
"""Namespaces that can be unsealed at the same time.  Beyond that, the one that got no share for longest begins anew."""


class Progress(msgspec.Struct, frozen=True):
    """The progress of an unsealing."""

    nonce: str = ""
    count: int = 0
    complete: tuple[bytes, ...] = ()
    """All shares, for the caller that gave the last one."""

    def __repr__(self) -> str:
        return f"Progress(nonce={self.nonce}, count={self.count})"


class SealPort(Protocol):
    """The node's seal state."""

    async def progress(self, of: str = "") -> Progress:
        """The progress of an unsealing: of the node, or of the namespace with this id."""
        ...

    async def submit(self, share: bytes, threshold: int, of: str = "") -> Progress:
        """Submit one share."""
        ...

    async def reset(self, of: str = "") -> None:
        """Forget the shares collected so far."""
        ...

    async def open_namespace(self, key: NamespaceKey) -> None:
        """Open a namespace's keyring in every worker of the node.  Returns when all have tried."""
        ...

    async def close_namespace(self, namespace: str) -> None:
        """Give up a namespace's keyring in every worker of the node.  Returns when all have."""
        ...

    def attach(self, namespaces: NamespaceKeys) -> None:
        """Take note of the keyrings of namespaces in this process, which has opened its barrier."""
        ...

    async def unseal(self, root_key: Secret) -> None:
        """Open the barrier in every worker of the node.  Returns when all have opened it."""
        ...

    async def seal(self) -> None:
        """End every worker that has keys.  Returns when all others have ended; this one ends next."""
        ...

    async def retire(self) -> None:
        """End this process after its responses were sent, because it has had keys that a sealed node must not have."""
        ...

    async def ceremony(self, order: ceremonies.Order) -> ceremonies.Outcome:
        """Carry out one order for an attempt of this node's holders of key shares."""
        ...

    def succeeded(self, fingerprint: str, root_key: Secret) -> None:
        """Replace the root key with this fingerprint by its successor, for processes that start later."""
        ...


class Ceremonies:
    """The attempts of one node, in the process that keeps them."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._attempts: dict[str, ceremonies.Attempt] = {}

    def obey(self, order: ceremonies.Order) -> ceremonies.Outcome:
        """Carry out one order."""
        self._attempts, outcome = ceremonies.apply(self._attempts, order, uuid4(self._random))
        return outcome

    def forget(self) -> None:
        """Drop all attempts, and the shares in them."""
        self._attempts = {}


class Collections:
    """The shares of one node on their way to the threshold, in the process that keeps them.

    By what they unseal: empty for the node, else a namespace's id.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._by_name: dict[str, shares.Collection] = {}

    def add(self, share: bytes, threshold: int, of: str = "") -> Progress:
        """Take one more share."""
        step = shares.add(self._by_name.pop(of, shares.EMPTY), share, threshold, uuid4(self._random))
        if step.collection.shares:
            self._by_name[of] = step.collection
        while len(self._by_name) > MOST_COLLECTIONS:
            del self._by_name[next(name for name in self._by_name if name)]
        return Progress(step.collection.nonce, len(step.collection.shares), step.complete)

    def progress(self, of: str = "") -> Progress:
        """How far it is."""
        collection = self._by_name.get(of, shares.EMPTY)
        return Progress(collection.nonce, len(collection.shares))

    def forget(self, of: str = "") -> None:
        """Drop the shares that were given for one."""
        self._by_name.pop(of, None)

    def forget_all(self) -> None:
        """Drop all shares."""
        self._by_name = {}


class LocalPort:
    """The seal state of a node with a single process, as in development.

    Args:
        opened: opens the barrier in this process.
        closed: drops everything behind the barrier.
    """

    def __init__(
        self, random: Random, opened: Callable[[Secret], Awaitable[None]], closed: Callable[[], Awaitable[None]]
    ) -> None:
        self._random = random
        self._opened = opened
        self._closed = closed
        self._namespaces: NamespaceKeys | None = None
        self._shares = Collections(random)
        self._ceremonies = Ceremonies(random)

    async def progress(self, of: str = "") -> Progress:
        """The progress of an unsealing."""
        return self._shares.progress(of)

    async def submit(self, share: bytes, threshold: int, of: str = "") -> Progress:
        """Submit one share."""
        return self._shares.add(share, threshold, of)

    async def reset(self, of: str = "") -> None:
        """Forget the shares collected so far."""
        self._shares.forget(of)

    async def open_namespace(self, key: NamespaceKey) -> None:
        """Open a namespace's keyring."""
        self._shares.forget(key.id)
        if self._namespaces is not None:
            await self._namespaces.open(key)

    async def close_namespace(self, namespace: str) -> None:
        """Give up a namespace's keyring."""
        self._shares.forget(namespace)
        if self._namespaces is not None:
            self._namespaces.close(namespace)

    def attach(self, namespaces: NamespaceKeys) -> None:
        """Take note of the keyrings of namespaces."""
        self._namespaces = namespaces

    async def unseal(self, root_key: Secret) -> None:
        """Open the barrier."""
        await self._opened(root_key)

    async def retire(self) -> None:
        """Do nothing: in development no other process could continue."""

    async def ceremony(self, order: ceremonies.Order) -> ceremonies.Outcome:
        """Carry out one order."""
        return self._ceremonies.obey(order)

    def succeeded(self, fingerprint: str, root_key: Secret) -> None:
        """Do nothing: no other process starts later."""

    async def seal(self) -> None:
        """Drop everything behind the barrier."""
        self._shares.forget_all()
        self._namespaces = None
        self._ceremonies.forget()
        await self._closed()
