"""Advisories about what one client can do to a listener."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator

import pytest

from strongroom.http.addresses import parse_networks
from strongroom.http.proxy_protocol import ProxyBehavior, ProxyRules
from strongroom.http.settings import ListenerConfig
from tests.conformance.listener.running import Running, read_all, read_response, request
from tests.conformance.listener_options.exchange import ask
from tests.conformance.processes.node import Node, running

DEEP = b'{"a":' * 250 + b"1" + b"}" * 250


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node of one worker with the limits that a listener has by itself."""
    with running(Node(tmp_path_factory.mktemp("advisories"), workers_wanted=1)) as started:
        yield started.ready()


def test_cve_2024_6468_a_stranger_to_the_proxy_protocol_stops_nothing() -> None:
    """There a connection from an address that may not connect ended the whole listener.

    Here one packet from a stranger would have kept everybody else out.
    """
    rules = ProxyRules(behavior=ProxyBehavior.DENY_UNAUTHORIZED, authorized=parse_networks(["127.0.0.2"]))
    with Running(ListenerConfig(proxy=rules), address="0.0.0.0:0") as server:
        for _ in range(20):
            with server.connect() as sock:
                sock.sendall(b"PROXY TCP4 203.0.113.7 127.0.0.1 4711 8200\r\n" + request("/v1/a"))
                with contextlib.suppress(ConnectionError):
                    assert read_all(sock) == b""
        with socket.socket() as sock:
            sock.settimeout(30)
            sock.bind(("127.0.0.2", 0))
            sock.connect(("127.0.0.1", server.address[1]))
            sock.sendall(b"PROXY TCP4 203.0.113.7 127.0.0.1 4711 8200\r\n" + request("/v1/a"))
            status, _, body = read_response(sock)
        assert status == 200
        assert json.loads(body)["address"] == "203.0.113.7"


@pytest.mark.parametrize("path", ["sys/unseal", "auth/userpass/login/ann", "sys/health", "secret/a"])
def test_cve_2023_6337_a_large_body_is_refused_before_it_is_read(node: Node, path: str) -> None:
    """There a request was read into memory whatever its size, with or without a token.

    Here a few clients would have taken all memory; the answer comes before the body.
    """
    with node.connect() as connection:
        head = f"PUT /v1/{path} HTTP/1.1\r\nHost: a\r\nContent-Length: {40 * 1024 * 1024}\r\n\r\n"
        connection.send(head.encode() + b'{"a":"' + b"x" * 1000)
        assert connection.read().status == 413
    with node.connect() as connection:
        connection.send(f"PUT /v1/{path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        connection.send(b"2800000\r\n" + b"x" * 1000)  # forty megabytes, it says
        assert connection.read().status == 413


@pytest.mark.parametrize(
    "body",
    [
        DEEP.replace(b'{"a":', b"[").replace(b"}", b"]") * 2,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":[' + b'"",' * 200_000 + b'""]}',
        b"{" + b",".join(b'"%d":1' % n for n in range(100_000)) + b"}",
        b'{"a":"' + b"x" * 2_000_000 + b'"}',
    ],
    ids=["two-values", "lists", "objects", "elements", "entries", "text"],
)
def test_cve_2025_6203_complicated_json_is_refused(node: Node, body: bytes) -> None:
    """There a body within the limit of its size took the server long, or all its memory, by its depth and number.

    Here a client without a token would have stopped a worker.
    """
    for path in ("sys/unseal", "auth/userpass/login/ann", "sys/init"):
        answer = ask(node.address, f"/v1/{path}", "PUT", body)
        assert answer.status in {400, 413}, (path, answer)
    assert ask(node.address, "/v1/sys/health").status == 200
    assert len(node.workers()) == 1


def test_cve_2025_12044_who_is_unknown_is_refused_before_he_costs_anything(node: Node) -> None:
    """There a change had JSON taken apart before the limits on requests were asked.

    Here the limits would not count for those without a token: they count before anything else.
    """
    wide = b"{" + b",".join(b'"%d":1' % n for n in range(100_000)) + b"}"
    for token, status in (("", 413), ("hvs.unknown", 403), (node.token, 400)):
        headers = {"X-Vault-Token": token} if token else {}
        for path in ("secret/a", "no/such/mount", "sys/mounts/a"):
            answer = ask(node.address, f"/v1/{path}", "POST", wide, headers=headers)
            assert answer.status == status, (path, headers.keys(), answer)
            assert status != 400 or answer.errors[0].startswith("JSON object exceeds allowed entry count: 10000 is")
