"""What an auth method is shown of a client, and whom it says that failures count for."""

from __future__ import annotations

import json
from typing import Any

from strongroom.http.message import HttpRequest, Peer, Tls
from strongroom.lib.errors import InvalidCredentials
from strongroom.sdk import Auth, AuthMethod, Request, Response, path
from strongroom.sdk.routing import Match
from strongroom.services.mounts import AUTH
from tests.flow.node import TestNode

SHOWN, FORWARDED = (b"leaf", b"authority"), (b"forwarded leaf",)


class Method(AuthMethod):
    """Lets in who says `right`, and remembers the certificates that it is shown."""

    type = "userpass"  # one of the types that lock out

    def __init__(self) -> None:
        self.shown: list[tuple[bytes, ...]] = []
        self.sources: list[str] = []

    async def login_name(self, request: Request, match: Match) -> str:
        """By a field of the body, in any case."""
        return str(request.data.get("who", "")).lower()

    @path.write("login", unauthenticated=True)
    async def log_in(self, request: Request) -> Response:
        """Log in."""
        self.shown.append(request.certificates)
        self.sources.append(request.source)
        if request.data.get("word") != "right":
            raise InvalidCredentials("wrong")
        return Response(auth=Auth(display_name="ann"))

    async def renew_token(self, request: Request, auth: Auth) -> Auth:
        """Remember what it is shown."""
        self.shown.append(request.certificates)
        return auth


async def started() -> tuple[TestNode, Method]:
    """A node with the method."""
    method = Method()
    node = await TestNode.start(engines={(AUTH, "userpass"): method})
    await node.ok("POST", "sys/auth/method", {"type": "userpass"})
    return node, method


async def ask(node: TestNode, where: str, token: str, body: Any, peer: Peer) -> Any:
    """The decoded answer to a write from this peer."""
    request = HttpRequest("POST", f"/v1/{where}", "", {"x-vault-token": token}, json.dumps(body).encode(), peer)
    return json.loads((await node.application.answer(request, node.options)).body)


async def test_certificates_reach_logins_and_renewals() -> None:
    """Those of the connection; those that a proxy passed on instead, even none; none without TLS."""
    node, method = await started()
    tls = Tls(version="TLSv1.3", cipher="x", server_name=None, peer_certificates=SHOWN)
    own = Peer(address="192.0.2.7", port=1, listener="x", tls=tls)
    answer = await ask(node, "auth/method/login", "", {"word": "right"}, own)
    token = answer["auth"]["client_token"]
    await ask(node, "auth/token/renew-self", token, {}, own)
    for peer in (
        Peer(address="192.0.2.7", port=1, listener="x", tls=tls, forwarded_certificates=FORWARDED),
        Peer(address="192.0.2.7", port=1, listener="x", tls=tls, forwarded_certificates=()),
        Peer(address="192.0.2.7", port=1, listener="x"),
    ):
        await ask(node, "auth/method/login", "", {"word": "right"}, peer)
    assert method.shown == [SHOWN, SHOWN, FORWARDED, (), ()]


async def test_failures_count_for_whom_the_method_says() -> None:
    """In all spellings of one name together; another name isn't concerned, and the method isn't asked any more."""
    node, method = await started()
    for who in ("Ann", "ann", "ANN", "anN", "aNn"):
        assert (await node.ask("POST", "auth/method/login", {"who": who, "word": "wrong"}, "")).status == 400
    tried = len(method.shown)
    locked = await node.ask("POST", "auth/method/login", {"who": "ann", "word": "right"}, "")
    assert (locked.status, len(method.shown)) == (403, tried)
    await node.ok("POST", "auth/method/login", {"who": "eva", "word": "right"}, "")


async def test_how_the_address_is_known_reaches_logins() -> None:
    """From the connection, from a proxy, or from the connection although its other end named another address."""
    node, method = await started()
    seen = method.sources
    own = Peer(address="192.0.2.7", port=1, listener="x")
    proxied = Peer(address="192.0.2.7", port=1, listener="x", proxy="10.0.0.9")
    named = {"x-vault-token": "", "x-forwarded-for": "198.51.100.1"}
    for peer, headers in ((own, {}), (proxied, named), (own, named), (Peer(address="", port=0, listener="x"), {})):
        request = HttpRequest("POST", "/v1/auth/method/login", "", headers, b"{}", peer)
        await node.application.answer(request, node.options)
    assert seen == [
        'source address "192.0.2.7" (TCP peer)',
        'source address "192.0.2.7" (from X-Forwarded-For of 10.0.0.9)',
        'source address "192.0.2.7" (TCP peer; X-Forwarded-For ignored: the peer is no authorized proxy)',
        "a client on a Unix socket, which has no source address,",
    ]
