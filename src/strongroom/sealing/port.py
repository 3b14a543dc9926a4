"""The worker's interface to its node, which keeps the seal state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec

from strongroom.lib.rand import Random, uuid4
from strongroom.lib.secret import Secret
from strongroom.sealing import ceremonies, shares


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

    async def progress(self) -> Progress:
        """The progress of an unsealing."""
        ...

    async def submit(self, share: bytes, threshold: int) -> Progress:
        """Submit one share."""
        ...

    async def reset(self) -> None:
        """Forget the shares collected so far."""
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
        self._collection = shares.EMPTY
        self._ceremonies = Ceremonies(random)

    async def progress(self) -> Progress:
        """The progress of an unsealing."""
        return Progress(self._collection.nonce, len(self._collection.shares))

    async def submit(self, share: bytes, threshold: int) -> Progress:
        """Submit one share."""
        step = shares.add(self._collection, share, threshold, uuid4(self._random))
        self._collection = step.collection
        return Progress(step.collection.nonce, len(step.collection.shares), step.complete)

    async def reset(self) -> None:
        """Forget the shares collected so far."""
        self._collection = shares.EMPTY

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
        self._collection = shares.EMPTY
        self._ceremonies.forget()
        await self._closed()
