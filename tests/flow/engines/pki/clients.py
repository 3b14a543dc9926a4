"""Requests of clients that have an entity and a name."""

from __future__ import annotations

from typing import Any

import msgspec

from strongroom.barrier.transaction import Transaction, transact
from strongroom.sdk import Client, Operation, Response
from tests.flow.engines.pki.mounts import Authority


class Values:
    """The entity of a client, as templates see it."""

    def __init__(self, values: dict[str, str]) -> None:
        self.values = values

    async def value(self, name: str) -> str | None:
        """The value of a template's parameter."""
        return self.values.get(name)


async def asked_by(
    authority: Authority, values: dict[str, str], path: str, *, display_name: str = "", **fields: Any
) -> dict[str, Any]:
    """The data of what a write is answered to a client whose entity has these values."""

    async def body(txn: Transaction) -> Response | None:
        plain = authority.mount.request(txn, Operation.UPDATE, path, fields, "")
        request = msgspec.structs.replace(plain, client=Client(display_name=display_name), identity=Values(values))
        return await authority.mount.engine.answer(request, authority.mount.engine.routes.find(Operation.UPDATE, path))

    response = await transact(authority.mount.barrier, body)
    assert response is not None
    return response.data or {}
