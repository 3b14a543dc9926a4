"""The client against real listeners: retries, redirects, errors, Unix sockets, TLS, settings."""

from __future__ import annotations

import datetime
import ipaddress
import socketserver
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from strongroom.client.client import Answer, Client
from strongroom.client.errors import (
    BadAnswer,
    BadSettings,
    Denied,
    NotServing,
    ResponseError,
    ServerFailed,
    Unreachable,
)
from strongroom.client.settings import Settings, Tls, check_files, from_environment
from strongroom.client.transport import parse_origin, proxy_of


class Listener(ThreadingHTTPServer):
    """Answers with the statuses it was given, one a request, and keeps the requests."""

    daemon_threads = True
    address_family: Any = ThreadingHTTPServer.address_family

    def __init__(self, address: Any, statuses: list[int]) -> None:
        super().__init__(address, Answering)
        self.statuses = statuses
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        self.location = ""

    def server_bind(self) -> None:
        """Bind, without asking the resolver for a name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", 0


class Answering(BaseHTTPRequestHandler):
    """One connection of the listener."""

    def answer(self) -> None:
        """Take the next status; keep what was asked."""
        listener = self.server
        assert isinstance(listener, Listener)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        listener.seen.append((self.command, self.path, dict(self.headers), body))
        status = listener.statuses.pop(0) if listener.statuses else 200
        text = b'{"data":{"n":1.10}}' if status < 400 else b'{"errors":["no"]}'
        self.send_response(status)
        if status in {307, 301}:
            self.send_header("Location", listener.location)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = answer

    def address_string(self) -> str:
        """A Unix socket's client has no address."""
        return "client"

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the base class's name
        """Stay silent."""


def serve(listener: Listener) -> Iterator[Listener]:
    """Run a listener in a thread."""
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield listener
    listener.shutdown()
    thread.join()
    listener.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A listener on a free port of the loopback."""
    yield from serve(Listener(("127.0.0.1", 0), []))


def client(listener: Listener, **settings: Any) -> Client:
    """A client for it that doesn't sleep."""
    waits: list[float] = []
    host, port = listener.server_address[:2]
    return Client(Settings(address=f"http://{host!s}:{port}", **settings), sleep=waits.append)


def test_what_a_request_carries(listener: Listener) -> None:
    """Token, namespace, wrapping, MFA and own headers are sent, and numbers come back as they were written."""
    asked = client(
        listener,
        token="t",
        namespace="/a/b",
        wrap_ttl="1m0s",
        mfa=("x:1",),
        policy_override=True,
        headers=(("A", "b"),),
    )
    assert asked.read("secret/a b", [("x", "1 2")]) == {"data": {"n": "1.10"}}
    method, path, headers, _ = listener.seen[0]
    assert (method, path) == ("GET", "/v1/secret/a%20b?x=1+2")
    assert headers["X-Vault-Token"] == "t"
    assert headers["X-Vault-Request"] == "true"
    assert headers["X-Vault-Namespace"] == "a/b/"
    assert headers["X-Vault-Wrap-Ttl"] == "1m0s"
    assert headers["X-Vault-Mfa"] == "x:1"
    assert headers["X-Vault-Policy-Override"] == "true"
    assert headers["A"] == "b"


@pytest.mark.parametrize(
    ("method", "path", "given", "sent"),
    [
        ("PUT", "sys/wrapping/wrap", "", "5m"),
        ("POST", "/sys/wrapping/wrap", "", "5m"),
        ("PUT", "sys/wrapping/wrap", "1m0s", "1m0s"),
        ("GET", "sys/wrapping/wrap", "", None),
        ("PUT", "sys/wrapping/unwrap", "", None),
    ],
)
def test_what_is_to_be_wrapped_is(method: str, path: str, given: str, sent: str | None) -> None:
    """The one path that the server answers in no other way is asked so, as by Vault's client."""
    asked = Client(Settings(address="http://127.0.0.1:1", wrap_ttl=given)).prepare(method, path)
    assert asked.headers.get("X-Vault-Wrap-Ttl") == sent


def test_a_merge_patch_says_what_it_is(listener: Listener) -> None:
    """Patches have their own content type; other bodies are JSON."""
    client(listener).patch("x", {"a": None})
    client(listener).write("x", None)
    assert listener.seen[0][2]["Content-Type"] == "application/merge-patch+json"
    assert listener.seen[0][3] == b'{"a":null}'
    assert listener.seen[1][2]["Content-Type"] == "application/json"


@pytest.mark.parametrize("status", [412, 500, 502, 503])
def test_a_passing_failure_is_tried_again(listener: Listener, status: int) -> None:
    """Two failures are outlived, the third is told."""
    listener.statuses = [status, status]
    assert client(listener).read("x") is not None
    listener.statuses = [status] * 3
    with pytest.raises(ResponseError) as caught:
        client(listener).read("x")
    assert caught.value.status == status
    assert len(listener.seen) == 6


@pytest.mark.parametrize(("status", "kind"), [(400, ResponseError), (403, Denied), (501, ServerFailed)])
def test_a_lasting_failure_is_told_at_once(listener: Listener, status: int, kind: type[ResponseError]) -> None:
    """What won't get better isn't asked again, and its type tells what it is."""
    listener.statuses = [status]
    with pytest.raises(kind) as caught:
        client(listener).read("x")
    host, port = listener.server_address[:2]
    assert str(caught.value) == (
        f"Error making API request.\n\nURL: GET http://{host!s}:{port}/v1/x\nCode: {status}. Errors:\n\n* no"
    )
    assert len(listener.seen) == 1


def test_without_retries_the_first_failure_counts(listener: Listener) -> None:
    """The number of retries is a setting."""
    listener.statuses = [503]
    with pytest.raises(NotServing):
        client(listener, max_retries=0).read("x")


def test_a_redirect_is_followed_once(listener: Listener) -> None:
    """A standby's redirect leads to the active node, with the token; if it may not, the redirect is the answer."""
    host, port = listener.server_address[:2]
    listener.location = f"http://{host!s}:{port}/v1/there?a=b"
    listener.statuses = [307]
    assert client(listener, token="t").write("here", {"k": "v"}) == {"data": {"n": "1.10"}}
    assert [seen[1] for seen in listener.seen] == ["/v1/here", "/v1/there?a=b"]
    assert listener.seen[1][2]["X-Vault-Token"] == "t"
    assert listener.seen[1][3] == b'{"k":"v"}'
    listener.statuses = [307]
    assert client(listener, redirects=False).request("GET", "here").status == 307


def test_nothing_there_is_no_error(listener: Listener) -> None:
    """A 404 of a read is None."""
    listener.statuses = [404]
    assert client(listener).read("x") is None


def test_a_unix_socket(tmp_path: Path) -> None:
    """An address may be a socket's path."""

    class UnixListener(Listener):
        """The same over a Unix socket."""

        address_family = __import__("socket").AF_UNIX

    for listener in serve(UnixListener(str(tmp_path / "s"), [])):
        assert Client(Settings(address=f"unix://{tmp_path}/s")).read("x") == {"data": {"n": "1.10"}}
        assert listener.seen[0][2]["Host"] == "localhost"
    with pytest.raises(Unreachable, match="no such file or directory"):
        Client(Settings(address=f"unix://{tmp_path}/none", max_retries=0)).read("x")


def certificate(directory: Path) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = directory / "server.pem"
    path.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


def test_tls(tmp_path: Path) -> None:
    """A server's certificate is checked against the file, the text or the directory that was named, or not at all."""
    pem = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    listener = Listener(("127.0.0.1", 0), [])
    listener.socket = context.wrap_socket(listener.socket, server_side=True)
    address = f"https://127.0.0.1:{listener.server_address[1]}"
    for _ in serve(listener):
        trusting = (Tls(ca_cert=str(pem)), Tls(ca_path=str(tmp_path)), Tls(ca_cert_bytes=pem.read_text()))
        for tls in (*trusting, Tls(skip_verify=True)):
            assert Client(Settings(address=address, tls=tls)).read("x") is not None
        with pytest.raises(Unreachable, match="failed to verify certificate") as caught:
            Client(Settings(address=address, max_retries=0)).read("x")
        assert "-ca-cert" in caught.value.hint
        with pytest.raises(Unreachable, match="failed to verify certificate"):
            Client(
                Settings(address=address, max_retries=0, tls=Tls(ca_cert=str(pem), server_name="other.example"))
            ).read("x")
        with pytest.raises(BadSettings, match="Error loading CA File: open /none"):
            Client(Settings(address=address, tls=Tls(ca_cert="/none"))).read("x")


def test_tls_to_a_plain_listener(listener: Listener) -> None:
    """The mistake is named, and what to type instead."""
    port = listener.server_address[1]
    with pytest.raises(Unreachable, match="server gave HTTP response to HTTPS client") as caught:
        Client(Settings(address=f"https://127.0.0.1:{port}", max_retries=0)).read("x")
    assert f"http://127.0.0.1:{port}" in caught.value.hint


def test_nobody_listens(listener: Listener) -> None:
    """A refused connection says where nothing listens, once all retries are used up."""
    waits: list[float] = []
    with pytest.raises(Unreachable, match="connect: connection refused") as caught:
        Client(Settings(address="http://127.0.0.1:1"), sleep=waits.append).read("x")
    assert len(waits) == 2
    assert "127.0.0.1:1" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("BAO_MAX_RETRIES", "x", 'strconv.ParseInt: parsing "x": invalid syntax'),
        ("VAULT_CLIENT_TIMEOUT", "x", 'could not parse "VAULT_CLIENT_TIMEOUT"'),
        ("STRONGROOM_SKIP_VERIFY", "x", "could not parse STRONGROOM_SKIP_VERIFY"),
    ],
)
def test_the_environment_is_checked(name: str, value: str, text: str) -> None:
    """A variable that can't be read is named, not passed over."""
    with pytest.raises(BadSettings) as caught:
        from_environment({name: value})
    assert str(caught.value) == text


def test_the_environment_is_read_in_order() -> None:
    """Ours comes before BAO_ before VAULT_."""
    settings = from_environment(
        {"VAULT_ADDR": "http://v", "BAO_ADDR": "http://b", "VAULT_TOKEN": "t", "BAO_CLIENT_TIMEOUT": "5m"}
    )
    assert (settings.address, settings.token, settings.timeout_s) == ("http://b", "t", 300.0)
    assert from_environment({"STRONGROOM_ADDR": "http://s", "BAO_ADDR": "http://b"}).address == "http://s"


@pytest.mark.parametrize("address", ["127.0.0.1:8200", "http://x:port", "http://[::1"])
def test_an_address_must_be_one(address: str) -> None:
    """What is no address is refused before anything is sent."""
    with pytest.raises(BadSettings):
        Client(Settings(address=address))


def test_a_time_that_is_not_above_zero_is_no_limit(listener: Listener) -> None:
    """0 and less mean that the server may take its time."""
    for text in ("0", "-1"):
        timeout_s = from_environment({"BAO_CLIENT_TIMEOUT": text}).timeout_s
        assert timeout_s is None
        assert client(listener, timeout_s=timeout_s).read("x") is not None


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b'"x"', b"\xff"])
def test_what_is_no_json_object_is_no_answer(body: bytes) -> None:
    """Whatever else listens at the address is told apart from a server."""
    with pytest.raises(BadAnswer):
        Answer(200, {}, body).json()
    assert Answer(200, {}, b" ").json() is Answer(200, {}, b"null").json() is None


def test_a_redirect_to_nowhere(listener: Listener) -> None:
    """A redirect that names no place is an error of its own."""
    listener.statuses = [307]
    with pytest.raises(Unreachable, match="no Location"):
        client(listener).read("x")


def test_a_refusals_warnings_are_kept() -> None:
    """What a refusal explains itself by isn't lost with its empty list of errors."""
    refusal = ResponseError("GET", "http://h/v1/x", 404, errors=(), body="", warnings=("not here",))
    assert refusal.warnings == ("not here",)
    assert str(refusal).endswith("Code: 404. Errors:\n\n")


@pytest.mark.parametrize("token", ["a\nb", "a\x00", "a\x7f"])
def test_a_token_with_control_characters_is_not_sent(listener: Listener, token: str) -> None:
    """It can't end the header it stands in; nothing reaches the server."""
    with pytest.raises(BadSettings, match="non-printable"):
        client(listener, token=token).read("x")
    assert not listener.seen


@pytest.mark.parametrize(
    ("address", "path", "url"),
    [
        ("http://h:80", "a//b/", "http://h:80/v1/a/b"),
        ("https://H:443/p/", "/a/../b", "https://H:443/p/v1/b"),
        ("http://u:p@h", "", "http://h/v1"),
        ("unix:///s", "a b", "http://localhost/v1/a%20b"),
    ],
)
def test_what_a_request_asks_for(address: str, path: str, url: str) -> None:
    """Host and port are shown as they were given, without a password; paths are cleaned."""
    assert Client(Settings(address=address)).prepare("GET", path).url == url


@pytest.mark.parametrize(
    ("excluded", "address", "proxied"),
    [
        ("h.example", "http://h.example:8200", False),
        (".example", "http://h.example:8200", False),
        ("h.example:8200", "http://h.example:8200", False),
        ("h.example:80", "http://h.example:8200", True),
        ("10.0.0.0/8", "http://10.1.2.3:8200", False),
        ("10.0.0.0/8", "http://h.example:8200", True),
        ("x/y,*", "http://h.example:8200", False),
        ("", "http://h.example:8200", True),
    ],
)
def test_who_goes_past_the_proxy(excluded: str, address: str, proxied: bool) -> None:
    """`no_proxy` names hosts, the domains above them, ports and networks."""
    environment = {"http_proxy": "http://proxy:3128", "no_proxy": excluded}
    assert bool(proxy_of(environment, parse_origin(address))) is proxied


def test_files_are_looked_at_before_they_are_needed(tmp_path: Path) -> None:
    """A certificate that can't be used is told of, though the address is a plain one."""
    (tmp_path / "text").write_text("no certificate")
    for tls in (
        Tls(ca_cert=str(tmp_path / "none")),
        Tls(ca_cert=str(tmp_path / "text")),
        Tls(ca_path=str(tmp_path / "none")),
        Tls(client_cert=str(tmp_path / "text")),
        Tls(client_cert=str(tmp_path / "text"), client_key=str(tmp_path / "text")),
    ):
        with pytest.raises(BadSettings):
            check_files(tls)
    check_files(Tls(ca_path=str(tmp_path)))
