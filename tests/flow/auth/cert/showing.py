"""A mount of the cert method, asked by clients that show certificates."""

from __future__ import annotations

from typing import Any

import msgspec

from strongroom.auth.cert import Cert
from strongroom.barrier.transaction import Transaction, transact
from strongroom.sdk import Auth, Operation, Request
from tests.flow.harness import Mounted
from tests.sim.pki import Authority, Issued

READ, WRITE, LIST, DELETE = Operation.READ, Operation.UPDATE, Operation.LIST, Operation.DELETE


class Showing(Mounted):
    """The mount; `shown` are the certificates of whoever asks."""

    shown: tuple[bytes, ...] = ()

    def request(self, txn: Transaction, operation: Operation, path: str, data: dict[str, Any], address: str) -> Request:
        """The request, with the certificates."""
        plain = super().request(txn, operation, path, data, address)
        return msgspec.structs.replace(plain, certificates=self.shown)

    async def role(self, name: str, certificate: str, **settings: Any) -> Any:
        """Write a role.  Returns the response."""
        return await self.ask(WRITE, f"certs/{name}", {"certificate": certificate, **settings})

    async def log_in(self, client: Issued | tuple[bytes, ...], name: str = "", address: str = "10.0.0.1") -> Auth:
        """The login of a client that shows its certificate and chain."""
        self.shown = client.shown if isinstance(client, Issued) else client
        response = await self.ask(WRITE, "login", {"name": name} if name else {}, address=address)
        assert response is not None
        assert response.auth is not None
        return response.auth

    async def renewed(self, client: Issued | None, auth: Auth) -> Auth:
        """The renewal by a client that shows its certificate, or none."""
        self.shown = client.shown if client is not None else ()
        return await self.renew(auth)

    async def due(self, name: str) -> None:
        """Do the work that was scheduled under a name."""

        async def body(txn: Transaction) -> None:
            await self.engine.due(self.request(txn, Operation.UPDATE, "", {}, ""), name, {})

        await transact(self.barrier, body)


async def mounted(engine: Cert | None = None) -> tuple[Showing, Authority]:
    """A mount, and an authority of its time that nobody trusts yet."""
    mount = await Showing.new(engine or Cert())
    assert isinstance(mount, Showing)
    return mount, Authority.root(mount.clock.now())
