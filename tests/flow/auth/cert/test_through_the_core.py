"""Certificates through the whole server: from a connection to a token, and lists that are fetched when they are due."""

from __future__ import annotations

import json
from typing import Any

from strongroom.auth.cert import Cert
from strongroom.auth.cert.responders import Responders
from strongroom.auth.cert.revocation import Lists
from strongroom.core.expiry import LOCK_S, ROLE, Expiry
from strongroom.http.message import HttpRequest, Peer, Tls
from strongroom.services.mounts import AUTH
from tests.flow.auth.cert.answering import Answering
from tests.flow.node import TestNode
from tests.sim.pki import Authority, Issued

URL = "http://crl.example/root.crl"


class World:
    """A node with the method, an authority, and the systems that the method asks."""

    @classmethod
    async def new(cls) -> World:
        """With a role `web`."""
        world = cls()
        world.http = Answering()
        engine = Cert(Lists(world.http), Responders(world.http))
        world.node = await TestNode.start(engines={(AUTH, "cert"): engine})
        world.root = Authority.root(world.node.clock.now())
        await world.node.ok("POST", "sys/auth/cert", {"type": "cert"})
        await world.node.ok("POST", "auth/cert/certs/web", {"certificate": world.root.pem, "token_ttl": "1h"})
        return world

    async def work(self) -> None:
        """Do all that is due."""
        assert self.node.node.unsealed is not None
        services = self.node.node.unsealed
        fence = await services.barrier.storage.lock(ROLE, "test", LOCK_S)
        assert fence is not None
        while await Expiry(services).run_once(fence):
            pass

    http: Answering
    node: TestNode
    root: Authority

    async def ask(self, client: Issued | None, path: str, token: str = "") -> tuple[int, Any]:
        """Write to a path as a client that shows its certificate."""
        tls = Tls(version="TLSv1.3", cipher="x", server_name=None, peer_certificates=client.shown if client else ())
        peer = Peer(address="192.0.2.7", port=1, listener="x", tls=tls)
        headers = {"x-vault-token": token} if token else {}
        request = HttpRequest("POST", f"/v1/{path}", "", headers, b"{}", peer)
        response = await self.node.application.answer(request, self.node.options)
        return response.status, json.loads(response.body or b"null")


async def test_a_connection_becomes_a_token() -> None:
    """With an entity; it is renewed by the same certificate and by no other, and not without any."""
    world = await World.new()
    client = world.root.issue("web")
    status, body = await world.ask(client, "auth/cert/login")
    auth = body["auth"]
    assert (status, auth["lease_duration"], auth["metadata"]["common_name"]) == (200, 3600, "web")
    entity = (await world.node.ok("GET", f"identity/entity/id/{auth['entity_id']}")).data
    assert entity["aliases"][0]["name"] == "web"
    for shown, renewed in ((client, 200), (world.root.issue("web"), 400), (None, 400)):
        assert (await world.ask(shown, "auth/token/renew-self", auth["client_token"]))[0] == renewed
    assert (await world.ask(None, "auth/cert/login"))[0] == 400


async def test_a_mount_that_keeps_policies_still_wants_the_certificate() -> None:
    """Its setting for changed policies is no way around what a token is bound to."""
    world = await World.new()
    await world.node.ok("POST", "sys/auth/cert/tune", {"on_policy_change": "keep"})
    client = world.root.issue("web")
    token = (await world.ask(client, "auth/cert/login"))[1]["auth"]["client_token"]
    await world.node.ok("POST", "auth/cert/certs/web", {"token_policies": "a"})
    for shown, renewed in ((client, 200), (world.root.issue("web"), 400), (None, 400)):
        assert (await world.ask(shown, "auth/token/renew-self", token))[0] == renewed


async def test_a_list_is_fetched_when_it_is_due() -> None:
    """By the process that does such work, while nobody logs in."""
    world = await World.new()
    client = world.root.issue("web")
    world.http.by_url[URL] = lambda _: world.root.crl(days=1)
    await world.node.ok("POST", "auth/cert/crls/root", {"url": URL})
    assert (await world.ask(client, "auth/cert/login"))[0] == 200
    world.http.by_url[URL] = lambda _: world.root.crl(client, number=2, days=5)
    world.node.clock.advance(86401)
    await world.work()
    assert world.http.asked == [URL, URL]
    assert (await world.ask(client, "auth/cert/login"))[0] == 400
