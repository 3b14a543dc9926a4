"""What a worker asks of its node, which alone knows whether it is sealed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec

from strongroom.lib.rand import Random, uuid4
from strongroom.lib.secret import Secret
from strongroom.sealing import ceremonies, shares


class Progress(msgspec.Struct, frozen=True):
    """How far an unsealing is."""

    nonce: str = ""
    count: int = 0
    complete: tuple[bytes, ...] = ()
    """For the one caller whose share was the last: all of them."""

    def __repr__(self) -> str:
        return f"Progress(nonce={self.nonce}, count={self.count})"


class SealPort(Protocol):
    """The node's seal state."""

    async def progress(self) -> Progress:
        """How far an unsealing is."""
        ...

    async def submit(self, share: bytes, threshold: int) -> Progress:
        """Hand in one share."""
        ...

    async def reset(self) -> None:
        """Forget the shares collected so far."""
        ...

    async def unseal(self, root_key: Secret) -> None:
        """Open the barrier in every worker of the node; returns when all have it."""
        ...

    async def seal(self) -> None:
        """End every worker that holds keys; returns when all others are gone, and this one is to follow."""
        ...

    async def retire(self) -> None:
        """End this process when its answers are out: it has held what a sealed node must not hold."""
        ...

    async def ceremony(self, order: ceremonies.Order) -> ceremonies.Outcome:
        """Carry out one order on an attempt that holders of key shares make together on this node."""
        ...

    def succeeded(self, fingerprint: str, root_key: Secret) -> None:
        """Keep this root key, for processes that are yet to start, if the one with the fingerprint was kept so far."""
        ...


class Ceremonies:
    """The attempts of one node, in the one process that keeps them."""

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
    """The seal state of a node that is one process, as in development.

    Args:
        opened: opens the barrier in this process.
        closed: forgets everything behind it.
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
        """How far an unsealing is."""
        return Progress(self._collection.nonce, len(self._collection.shares))

    async def submit(self, share: bytes, threshold: int) -> Progress:
        """Hand in one share."""
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
        """Nothing: in development there is no other process to go on."""

    async def ceremony(self, order: ceremonies.Order) -> ceremonies.Outcome:
        """Carry out one order."""
        return self._ceremonies.obey(order)

    def succeeded(self, fingerprint: str, root_key: Secret) -> None:
        """Nothing: no other process is to start."""

    async def seal(self) -> None:
        """Forget everything behind the barrier."""
        self._collection = shares.EMPTY
        self._ceremonies.forget()
        await self._closed()
