"""The web interface over real connections: what is served where, in which state, and to whom."""

from __future__ import annotations

import gzip
import http.client
import json
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conformance.servers import ROOT_TOKEN, Server, start_ours
from tests.ports import free_port

TOKEN = {"X-Vault-Token": ROOT_TOKEN}
LISTENERS = """
storage "inmem" {}
ui = %s
listener "tcp" {
  address = "{address}"
  tls_disable = true
}
listener "tcp" {
  address = "127.0.0.1:%d"
  tls_disable = true
  telemetry { metrics_only = true }
}
listener "tcp" {
  address = "127.0.0.1:%d"
  tls_disable = true
  require_request_header = true
}
"""


class Got(NamedTuple):
    """An answer."""

    status: int
    headers: Message
    body: bytes


def ask(address: str, method: str, path: str, headers: dict[str, str] | None = None, body: object = None) -> Got:
    """Ask over a connection of its own."""
    connection = http.client.HTTPConnection(address, timeout=20)
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None, headers or {})
        answer = connection.getresponse()
        return Got(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A development server, which has the interface."""
    with start_ours(tmp_path_factory.mktemp("interface")) as started:
        yield started


@pytest.fixture
def added(server: Server) -> Iterator[str]:
    """The path of a header for all of the interface's answers; removed at the end."""
    path = "/v1/sys/config/ui/headers/Content-Security-Policy"
    yield path
    assert ask(server.address, "DELETE", path, TOKEN).status == 204


def test_the_way_in(server: Server) -> None:
    """From the server's bare address to the page, in the encoding that the browser takes."""
    door = ask(server.address, "GET", "/")
    assert (door.status, door.headers["Location"]) == (307, "/ui/")
    plain = ask(server.address, "GET", "/ui/")
    packed = ask(server.address, "GET", "/ui/", {"Accept-Encoding": "gzip"})
    assert (plain.status, packed.status, gzip.decompress(packed.body)) == (200, 200, plain.body)
    assert ask(server.address, "GET", "/ui/", {"If-None-Match": plain.headers["ETag"]})[::2] == (304, b"")


def test_a_head_is_answered_with_the_length_alone(server: Server) -> None:
    """As of the page."""
    got, page = ask(server.address, "HEAD", "/ui/secrets/kv"), ask(server.address, "GET", "/ui/secrets/kv")
    assert (got.status, got.body, got.headers["Content-Length"]) == (200, b"", str(len(page.body)))


def test_it_is_only_read_over_http(server: Server) -> None:
    """Whatever is sent with it."""
    assert ask(server.address, "POST", "/ui/", {}, {"a": 1}).status == 405
    assert ask(server.address, "GET", "/ui/assets/none.js").status == 404


def test_headers_are_added_and_replaced(server: Server, added: str) -> None:
    """By `sys/config/ui/headers`, on each answer of the interface and on none of the API."""
    before = ask(server.address, "GET", "/ui/").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in before
    assert ask(server.address, "POST", added, TOKEN, {"values": ["default-src 'self'"]}).status == 200
    for path in ("/ui/", "/ui", "/ui/assets/none.js"):
        assert ask(server.address, "GET", path).headers.get_all("Content-Security-Policy") == ["default-src 'self'"]
    assert ask(server.address, "GET", "/v1/sys/health").headers["Content-Security-Policy"] is None


def test_it_is_not_counted(tmp_path: Path) -> None:
    """A limit for clients of the API would leave a user with half a page."""
    with start_ours(tmp_path) as limited:
        rule = {"rate": 1, "interval": "1h"}
        assert ask(limited.address, "POST", "/v1/sys/quotas/rate-limit/all", TOKEN, rule).status == 204
        assert 429 in {ask(limited.address, "GET", "/v1/sys/mounts", TOKEN).status for _ in range(3)}
        assert {ask(limited.address, "GET", "/ui/").status for _ in range(5)} == {200}


def test_other_origins_get_no_leave(server: Server) -> None:
    """A rule for origins is about the API.  The interface's own requests have an origin too, and need no rule."""
    rule = {"allowed_origins": ["https://other.example"], "enable": True}
    assert ask(server.address, "POST", "/v1/sys/config/cors", TOKEN, rule).status < 300
    try:
        other, own = {"Origin": "https://other.example"}, {"Origin": f"http://{server.address}"}
        assert ask(server.address, "GET", "/ui/", other).headers["Access-Control-Allow-Origin"] is None
        read = ask(server.address, "GET", "/v1/sys/mounts", TOKEN | own)
        assert (read.status, read.headers["Access-Control-Allow-Origin"]) == (200, None)
        proxied = {"Origin": "https://vault.example", "Sec-Fetch-Site": "same-origin"}
        assert ask(server.address, "GET", "/v1/sys/mounts", TOKEN | proxied).status == 200
        for site in ("cross-site", "same-site", "none"):
            strange = {"Origin": "https://strange.example", "Sec-Fetch-Site": site}
            assert ask(server.address, "GET", "/v1/sys/mounts", TOKEN | strange).status == 403
    finally:
        assert ask(server.address, "DELETE", "/v1/sys/config/cors", TOKEN).status == 204


def test_it_is_there_before_the_store_is_initialised_and_where_a_listener_allows_it(tmp_path: Path) -> None:
    """Not at a listener for metrics; where a header is wanted, which a browser doesn't send, the page is there."""
    metrics, strict = free_port(), free_port()
    with start_ours(tmp_path, LISTENERS % ("true", metrics, strict)) as started:
        assert json.loads(ask(started.address, "GET", "/v1/sys/seal-status").body)["initialized"] is False
        assert ask(started.address, "GET", "/ui/init").status == 200
        assert ask(f"127.0.0.1:{metrics}", "GET", "/ui/").status == 404
        assert ask(f"127.0.0.1:{metrics}", "GET", "/").status == 404
        assert ask(f"127.0.0.1:{strict}", "GET", "/ui/").status == 200
        assert ask(f"127.0.0.1:{strict}", "GET", "/v1/sys/health").status == 412


def test_it_is_not_there_unless_it_is_wanted(tmp_path: Path) -> None:
    """As if there were none: neither the page nor a way to it."""
    with start_ours(tmp_path, LISTENERS % ("false", free_port(), free_port())) as started:
        assert {ask(started.address, "GET", path).status for path in ("/", "/ui", "/ui/", "/ui/icon.svg")} == {404}
