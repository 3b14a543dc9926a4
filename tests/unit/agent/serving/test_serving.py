"""Clients served through sockets: listeners of every kind, the agent's own paths, bytes that mean harm."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import stat
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from strongroom.client.settings import Settings, Tls
from strongroom.http.settings import ListenerError
from tests.conformance.listener.certificates import client_context, make
from tests.ports import free_port
from tests.unit.agent.serving.running import ask, config_of, raw, serving
from tests.unit.agent.serving.server.answering import OK, answering

PLAIN = 'listener "tcp" {\n address = "127.0.0.1:0"\n tls_disable = true\n %s\n}\n'
LOGIN = b'{"auth":{"client_token":"t","accessor":"a","lease_duration":600,"renewable":true,"orphan":true}}'
LOGGED_IN = OK.replace(b"Length: 2\r\n\r\n{}", b"Length: %d\r\n\r\n%b" % (len(LOGIN), LOGIN))


async def test_requests_pass_through_a_listener() -> None:
    """Over TCP, with the answer as the server gave it."""
    async with answering() as server, serving(PLAIN % "", server.url) as served:
        got = await ask(served.addresses[0], "/v1/a%2Fb?x=1", "LIST", headers={"X-Vault-Token": "t"})
        assert (got.status, got.body, got.headers["x-cache"]) == (200, b"{}", "MISS")
        assert server.requests[0].startswith(b"LIST /v1/a%2Fb?x=1 HTTP/1.1\r\n")


async def test_the_answer_to_head_has_no_length_of_its_own() -> None:
    """It isn't told as empty what isn't."""
    head = OK.replace(b"2\r\n\r\n{}", b"2\r\n\r\n")
    async with answering(lambda _: head) as server, serving(PLAIN % "", server.url) as served:
        for _ in range(2):
            got = await ask(served.addresses[0], "/v1/a", "HEAD")
            assert (got.status, got.body, got.headers.get("content-length", "2")) == (200, b"", "2")
        assert server.connections == 1


async def test_a_unix_socket_belongs_to_whom_it_should(tmp_path: Path) -> None:
    """With the mode that was asked for, and it is there again when the agent starts anew."""
    path = tmp_path / "agent.sock"
    group = os.getgid()
    text = f'listener "unix" {{\n address = "{path}"\n socket_mode = "0620"\n socket_group = "{group}"\n}}'
    for _ in range(2):
        async with answering() as server, serving(text, server.url) as served:
            assert served.addresses == [str(path)]
            assert stat.S_IMODE(path.stat().st_mode) == 0o620
            assert (await ask(str(path), "/v1/a")).status == 200
            with pytest.raises(ListenerError, match="in use"):
                async with serving(text, server.url):
                    pass


async def test_tls_with_certificates_of_clients_and_new_ones_on_reload(tmp_path: Path) -> None:
    """A client without a certificate is refused, and after a reload the listener has the new certificate."""
    authority = make(tmp_path, "ca", authority=True)
    first, own = make(tmp_path, "localhost", authority), make(tmp_path, "client", authority)
    text = f"""listener "tcp" {{
      address = "127.0.0.1:0"
      tls_cert_file = "{first.cert}"
      tls_key_file = "{first.key}"
      tls_min_version = "tls13"
      tls_client_ca_file = "{authority.cert}"
      tls_require_and_verify_client_cert = true
    }}"""
    async with answering() as server, serving(text, server.url) as served:
        address = served.addresses[0]
        assert (await ask(address, "/v1/a", tls=client_context(authority.cert, own))).status == 200
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await ask(address, "/v1/a", tls=client_context(authority.cert))
        old = client_context(authority.cert, own)
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await ask(address, "/v1/a", tls=old)
        renewed = make(tmp_path, "localhost", authority)
        served.reload(config_of(text), Settings(address=server.url, max_retries=0))
        assert await _shown(address, client_context(authority.cert, own)) == renewed.der


async def _shown(address: str, context: ssl.SSLContext) -> bytes:
    """The certificate that a listener shows."""
    port = int(address.rpartition(":")[2])
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost")
    shown: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return shown


async def test_the_server_is_asked_by_tls_and_its_certificate_checked(tmp_path: Path) -> None:
    """One handshake for all requests; with another authority the client is told why, until it is replaced."""
    authority, other = make(tmp_path, "ca", authority=True), make(tmp_path, "other", authority=True)
    pair = make(tmp_path, "localhost", authority)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.cert, pair.key)
    async with answering(tls=context) as server:
        async with serving(PLAIN % "", server.url, tls=Tls(ca_cert=str(authority.cert))) as served:
            for _ in range(3):
                assert (await ask(served.addresses[0], "/v1/a")).status == 200
            assert server.connections == 1
        file = tmp_path / "changing.pem"
        file.write_bytes(other.cert.read_bytes())
        settings = Settings(address=server.url, max_retries=0, tls=Tls(ca_cert=str(file)))
        async with serving(PLAIN % "", server.url, tls=settings.tls) as served:
            got = await ask(served.addresses[0], "/v1/a")
            assert got.status == 502
            assert b"tls: failed to verify certificate" in got.body
            file.write_bytes(authority.cert.read_bytes())
            served.reload(config_of(PLAIN % ""), settings)
            assert (await ask(served.addresses[0], "/v1/a")).status == 200


async def test_a_server_that_is_away_is_logged_once() -> None:
    """However often clients ask: a line a minute for each reason."""
    with capture_logs() as logs:
        async with serving(PLAIN % "", f"http://127.0.0.1:{free_port()}") as served:
            for _ in range(5):
                assert (await ask(served.addresses[0], "/v1/a")).status == 502
    assert len([each for each in logs if each["event"] == "no answer from the server"]) == 1


async def test_a_server_that_is_away_is_told_at_once() -> None:
    """In the API's form, with when to come again; health checks too."""
    async with serving(PLAIN % "", f"http://127.0.0.1:{free_port()}") as served:
        for path in ("/v1/secret/a", "/v1/sys/health"):
            got = await ask(served.addresses[0], path)
            assert (got.status, got.headers["retry-after"], got.headers["content-type"]) == (
                502,
                "1",
                "application/json",
            )
            assert "connection refused" in json.loads(got.body)["errors"][0]


@pytest.mark.parametrize(
    ("stanza", "path", "headers", "status"),
    [
        ("", "/v1/a", {}, 200),
        ("", "/agent/v1/metrics", {}, 200),
        ("", "/agent/v1/status", {}, 200),
        ("", "/proxy/v1/status", {}, 200),
        ("", "/agent/v1/unknown", {}, 404),
        ("require_request_header = true", "/v1/a", {}, 412),
        ("require_request_header = true", "/v1/a", {"X-Vault-Request": "yes"}, 412),
        ("require_request_header = true", "/v1/a", {"X-Vault-Request": "true"}, 200),
        ("require_request_header = true", "/agent/v1/status", {}, 412),
        ("require_request_header = true", "/agent/v1/metrics", {}, 412),
        ('role = "metrics_only"', "/v1/a", {}, 404),
        ('role = "metrics_only"', "/agent/v1/status", {}, 404),
        ('role = "metrics_only"', "/proxy/v1/metrics", {}, 200),
        ('role = "metrics_only"\n require_request_header = true', "/agent/v1/metrics", {}, 200),
    ],
)
async def test_what_a_listener_serves(stanza: str, path: str, headers: dict[str, str], status: int) -> None:
    """By its role, and by the header field that no other site's page can send."""
    async with answering() as server, serving(PLAIN % stanza, server.url) as served:
        got = await ask(served.addresses[0], path, headers=headers)
        assert got.status == status
        if status >= 400:
            assert json.loads(got.body).keys() == {"errors"}


@pytest.mark.parametrize(
    ("stanza", "method", "status", "quits"),
    [
        ("agent_api { enable_quit = true }", "POST", 200, 1),
        ("proxy_api { enable_quit = true }", "POST", 200, 1),
        ("agent_api { enable_quit = true }", "GET", 405, 0),
        ("", "POST", 404, 0),
    ],
)
async def test_a_client_may_end_the_agent_where_that_is_enabled(
    stanza: str, method: str, status: int, quits: int
) -> None:
    """By POST alone; the client gets its answer first."""
    told: list[str] = []
    async with answering() as server, serving(PLAIN % stanza, server.url, quits=told) as served:
        assert (await ask(served.addresses[0], "/agent/v1/quit", method, b"")).status == status
        await asyncio.sleep(0.01)
    assert len(told) == quits


async def test_metrics_are_what_a_scraper_reads() -> None:
    """Counters under the names of the documentation, by Prometheus' own parser; and JSON without being asked."""
    async with answering(lambda number: OK if number else None) as server:
        async with serving(PLAIN % "" + "cache {}", server.url) as served:
            for _ in range(3):
                await ask(served.addresses[0], "/v1/a", "POST")
            got = await ask(served.addresses[0], "/agent/v1/metrics", headers={"Accept": "text/plain"})
            families = {each.name: each for each in text_string_to_metric_families(got.body.decode())}
            values = {name: each.samples[0].value for name, each in families.items()}
            assert (values["vault_agent_proxy_success"], values["vault_agent_proxy_error"]) == (2, 1)
            assert (values["vault_agent_cache_hit"], values["vault_agent_cache_miss"]) == (0, 2)
            assert families["vault_agent_proxy_success"].type == "counter"
            shown = json.loads((await ask(served.addresses[0], "/agent/v1/metrics")).body)
            assert {"vault.agent.proxy.success", "vault.agent.cache.hit"} <= {e["Name"] for e in shown["Counters"]}
            assert (await ask(served.addresses[0], "/agent/v1/metrics?format=x")).status == 400
            assert (await ask(served.addresses[0], "/agent/v1/metrics", "POST")).status == 405


@pytest.mark.parametrize(
    ("method", "body", "status", "forgotten"),
    [
        ("POST", b'{"type": "all"}', 200, True),
        ("PUT", b'{"type": "token", "value": "t"}', 200, True),
        ("POST", b'{"type": "lease", "value": "db/1"}', 200, False),
        ("POST", b'{"type": "none"}', 400, False),
        ("POST", b"", 400, False),
        ("GET", b'{"type": "all"}', 405, False),
    ],
)
async def test_the_cache_is_cleared(method: str, body: bytes, status: int, forgotten: bool) -> None:
    """What a client wants to be forgotten is asked for again."""
    async with answering(lambda _: LOGGED_IN) as server, serving(PLAIN % "" + "cache {}", server.url) as served:
        address = served.addresses[0]
        await ask(address, "/v1/auth/x/login", "PUT", b"{}")
        assert (await ask(address, "/v1/auth/x/login", "PUT", b"{}")).headers["x-cache"] == "HIT"
        assert (await ask(address, "/agent/v1/cache-clear", method, body)).status == status
        again = await ask(address, "/v1/auth/x/login", "PUT", b"{}")
        assert again.headers["x-cache"] == ("MISS" if forgotten else "HIT")


async def test_without_a_cache_there_is_nothing_to_clear() -> None:
    """The path is there all the same, and nothing is kept."""
    async with answering(lambda _: LOGGED_IN) as server, serving(PLAIN % "", server.url) as served:
        address = served.addresses[0]
        assert (await ask(address, "/proxy/v1/cache-clear", "POST", b'{"type": "all"}')).status == 200
        for _ in range(2):
            assert (await ask(address, "/v1/auth/x/login", "PUT")).headers["x-cache"] == "MISS"


async def test_the_status_is_told_by_all_parts() -> None:
    """What other parts of the agent add is shown under their names."""
    async with answering() as server, serving(PLAIN % "", server.url) as served:
        served.status.add("dependencies", lambda: [{"path": "secret/a", "stale_since": None}])
        shown = json.loads((await ask(served.addresses[0], "/agent/v1/status")).body)
        assert shown["listeners"] == served.addresses
        assert shown["dependencies"] == [{"path": "secret/a", "stale_since": None}]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET /v1/a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400"),
        (b"GET /v1/a HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n", b"400"),
        (b"PUT /v1/a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", b"400"),
        (b"PUT /v1/a HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
        (b"PUT /v1/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n", b"413"),
        (b"GET /v1/%zz HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
        (b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
        (b"GET http://evil/v1/a HTTP/1.1\r\nHost: a\r\n\r\n", b"200"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 40_000 + b"\r\n\r\n", b"431"),
        (b"\x16\x03\x01\x00\x05hello", b"400"),
    ],
)
async def test_bytes_that_mean_harm_get_no_further(data: bytes, status: bytes) -> None:
    """What two programs could read in two ways is refused here; nothing of it reaches the server."""
    async with answering() as server, serving(PLAIN % "", server.url) as served:
        assert (await raw(served.addresses[0], data)).split(b" ")[1] == status
        assert len(server.requests) == (1 if status == b"200" else 0)
        if server.requests:
            assert b"evil" not in server.requests[0]


async def test_a_large_body_needs_a_token() -> None:
    """A stranger doesn't fill the memory; who has a token may send what the server takes."""
    async with answering() as server, serving(PLAIN % "", server.url) as served:
        body = b"x" * 3_000_000
        got = await ask(served.addresses[0], "/v1/a", "PUT", body, headers={"X-Vault-Token": "t"})
        assert got.status == 200
        assert server.requests[0].endswith(body)


async def test_a_server_that_dies_in_the_middle_is_noticed() -> None:
    """A body that it doesn't end is no whole answer for the client either."""
    cut = OK.replace(b"application/json\r\nContent-Length: 2\r\n\r\n{}", b"text/plain\r\n")
    cut += b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
    async with (
        answering(lambda number: cut if number == 0 else OK) as server,
        serving(PLAIN % "", server.url) as served,
    ):
        asking = asyncio.create_task(raw(served.addresses[0], b"GET /v1/a HTTP/1.1\r\nHost: a\r\n\r\n"))
        while not server.requests:
            await asyncio.sleep(0.005)
        server.drop()
        got = await asking
        assert not got.endswith(b"0\r\n\r\n")
        assert (await ask(served.addresses[0], "/v1/a")).status == 200


async def test_the_configured_header_fields_are_in_every_answer() -> None:
    """The agent's own, and those that the listener makes itself."""
    stanza = 'custom_response_headers { "default" = { "X-Frame-Options" = ["DENY"] } }'
    async with answering() as server, serving(PLAIN % stanza, server.url) as served:
        for path in ("/v1/a", "/agent/v1/status"):
            assert (await ask(served.addresses[0], path)).headers["x-frame-options"] == "DENY"
        assert b"X-Frame-Options: DENY" in await raw(served.addresses[0], b"x\r\n\r\n")


async def test_an_address_in_use_is_an_error_and_nothing_stays_open() -> None:
    """The second listener can't be opened: the first one is closed again."""
    async with answering() as server, serving(PLAIN % "", server.url) as served:
        taken, port = served.addresses[0], free_port()
        text = PLAIN % "" + PLAIN % ""
        text = text.replace("127.0.0.1:0", f"127.0.0.1:{port}", 1).replace("127.0.0.1:0", taken)
        with pytest.raises(ListenerError, match="in use"):
            async with serving(text, server.url):
                pass
        async with serving(PLAIN.replace(":0", f":{port}") % "", server.url):
            pass
