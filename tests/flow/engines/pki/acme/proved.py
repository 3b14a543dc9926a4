"""Orders that are proved by files, for tests of what comes after that."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from strongroom.engines.pki.acme.challenges.ports import Ports
from tests.flow.engines.pki.acme.clients import LOOPBACK, Acme, Answer, Client, encoded, request_for
from tests.flow.engines.pki.acme.hosts import NameServer, WebHost


@dataclass
class World:
    """A mount, a web server that has every name, and the name server that says so."""

    server: Acme
    web: WebHost
    names: NameServer

    async def client(self, folder: str = "acme") -> Client:
        """A registered client."""
        client = Client(self.server, folder)
        assert (await client.register()).status in {200, 201}
        return client

    async def challenge(self, client: Client, authorization: str, kind: str = "http-01") -> dict[str, Any]:
        """A challenge of an authorization."""
        found = (await client.at(authorization)).json["challenges"]
        return dict(next(each for each in found if each["type"] == kind))

    def publish(self, client: Client, challenge: dict[str, Any]) -> None:
        """Serve what proves a name."""
        thumbprint = encoded(client.key.thumbprint())
        self.web.serve(challenge["token"], f"{challenge['token']}.{thumbprint}")

    async def ready(self, client: Client, *names: str, **payload: Any) -> Answer:
        """An order whose names are proved."""
        order = await client.order(*names, **payload)
        assert order.status == 201, order.content
        for url in order.json["authorizations"]:
            challenge = await self.challenge(client, url)
            self.publish(client, challenge)
            assert (await client.at(challenge["url"], {})).json["status"] == "valid"
        return order

    async def issued(self, client: Client, *names: str, **payload: Any) -> Answer:
        """A finalized order."""
        order = await self.ready(client, *names, **payload)
        done = await client.at(order.json["finalize"], {"csr": encoded(request_for(*names))})
        assert done.status == 200 and done.json["status"] == "valid", done.content
        return done


@contextlib.asynccontextmanager
async def world(**config: Any) -> AsyncIterator[World]:
    """All of it, until the block ends."""
    with WebHost().running() as web, NameServer().running() as names:
        usual = {"dns_resolver": names.resolver, "challenge_permitted_ip_ranges": LOOPBACK}
        yield World(await Acme.new(ports=Ports(http=web.port), **{**usual, **config}), web, names)
