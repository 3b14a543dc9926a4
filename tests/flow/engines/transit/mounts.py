"""A mount of the engine, and what tests ask of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Any

from strongroom.barrier.transaction import Transaction, transact
from strongroom.engines.transit import Transit
from strongroom.sdk import Operation, Response, View
from tests.flow.harness import Mounted


def base64(text: str | bytes) -> str:
    """What clients send for a text."""
    return b64encode(text.encode() if isinstance(text, str) else text).decode("ascii")


class Keys:
    """A mount with keys, which are made when they are first named."""

    def __init__(self, mount: Mounted) -> None:
        self.mount = mount

    @classmethod
    async def new(cls, **types: str) -> Keys:
        """A mount with a key of each name and type."""
        keys = cls(await Mounted.new(Transit(), {}))
        for name, type_ in types.items():
            await keys.make(name, type=type_)
        return keys

    async def make(self, name: str, **settings: Any) -> dict[str, Any]:
        """Create a key."""
        return await self.write(f"keys/{name}", **settings)

    async def write(self, path: str, **fields: Any) -> dict[str, Any]:
        """The data of what a write answers."""
        response = await self.mount.ask(Operation.UPDATE, path, fields)
        return response.data or {} if response is not None else {}

    async def answer(self, path: str, **fields: Any) -> Response:
        """What a write answers, as a whole."""
        response = await self.mount.ask(Operation.UPDATE, path, fields)
        assert response is not None
        return response

    async def read(self, path: str, **fields: Any) -> dict[str, Any]:
        """The data of what a read answers."""
        response = await self.mount.ask(Operation.READ, path, fields)
        assert response is not None
        return response.data or {}

    async def change(self, work: Callable[[View], Awaitable[None]]) -> None:
        """Change rows of the mount, for what no path does: to use the keys of published vectors."""

        async def body(txn: Transaction) -> None:
            await work(View(txn, self.mount.prefix))

        await transact(self.mount.barrier, body)
