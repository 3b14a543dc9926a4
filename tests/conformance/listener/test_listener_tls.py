"""Claims about TLS, with Python's own `ssl` as the client."""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from OpenSSL import SSL

from strongroom.http.listener import Listener
from strongroom.http.settings import ListenerConfig, ListenerError, ListenerLimits, TlsSettings
from strongroom.http.sockets import open_tcp
from strongroom.lib.clock import SystemClock
from tests.conformance.listener.certificates import Pair, client_context, make
from tests.conformance.listener.running import Echo, Running, read_all, read_response, request

CLOSE = "Connection: close"
LIMITS = ListenerLimits(
    handshake_timeout_s=0.3, write_timeout_s=0.4, linger_timeout_s=0.2, idle_timeout_s=0.5, sweep_interval_s=0.05
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the certificates are."""
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def pair(folder: Path) -> Pair:
    """The server's certificate."""
    return make(folder, "localhost")


@pytest.fixture(scope="module")
def settings(pair: Pair) -> TlsSettings:
    """The default settings."""
    return TlsSettings(cert_file=pair.cert, key_file=pair.key)


@pytest.fixture(scope="module")
def server(settings: TlsSettings) -> Iterator[Running]:
    """A listener with the default settings."""
    with Running(ListenerConfig(tls=settings, limits=LIMITS)) as running:
        yield running


def connect(server: Running, context: ssl.SSLContext) -> ssl.SSLSocket:
    """A connection after the handshake."""
    sock = server.connect()
    try:
        return context.wrap_socket(sock, server_hostname="localhost")
    except BaseException:
        sock.close()
        raise


def tls_seen(server: Running, context: ssl.SSLContext) -> dict[str, Any]:
    """What the application was told about the connection."""
    with connect(server, context) as sock:
        sock.sendall(request("/v1/x", CLOSE))
        described: dict[str, Any] = json.loads(read_response(sock)[2])["tls"]
    return described


def test_handshake_is_described(server: Running, pair: Pair) -> None:
    """TLS 1.3 by default, ALPN chooses http/1.1, and the application learns version, cipher and server name."""
    with connect(server, client_context(pair.cert)) as sock:
        assert sock.selected_alpn_protocol() == "http/1.1"
        sock.sendall(request("/v1/x"))
        seen = json.loads(read_response(sock)[2])["tls"]
    assert (seen["version"], seen["server_name"], seen["certificates"]) == ("TLSv1.3", "localhost", [])
    assert seen["cipher"].startswith("TLS_")
    assert seen["verified"] is False


def test_versions_are_bounded(server: Running, pair: Pair, settings: TlsSettings) -> None:
    """TLS 1.2 is spoken, 1.1 is not; with `tls13` as the least, 1.2 is refused."""
    old = client_context(pair.cert)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    assert tls_seen(server, old)["version"] == "TLSv1.2"
    with Running(ListenerConfig(tls=replace(settings, min_version="tls13"))) as strict:
        with pytest.raises(ssl.SSLError):
            connect(strict, old)
        assert tls_seen(strict, client_context(pair.cert))["version"] == "TLSv1.3"


def test_cipher_suites_can_be_chosen(pair: Pair, settings: TlsSettings) -> None:
    """A suite named as IANA does is the only one offered; TLS 1.3's suites are chosen apart."""
    wanted = ("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")
    with Running(ListenerConfig(tls=replace(settings, cipher_suites=wanted))) as server:
        old = client_context(pair.cert)
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        assert tls_seen(server, old)["cipher"] == "ECDHE-ECDSA-AES256-GCM-SHA384"
        assert tls_seen(server, client_context(pair.cert))["cipher"] == "TLS_CHACHA20_POLY1305_SHA256"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_large_bodies_pass_both_ways(server: Running, pair: Pair, version: ssl.TLSVersion) -> None:
    """Bodies of many records arrive and leave unchanged, and the connection serves on."""
    context = client_context(pair.cert)
    context.maximum_version = version
    body = bytes(range(256)) * 40_000
    with connect(server, context) as sock:
        for _ in range(2):
            sock.sendall(request("/v1/x", "X-Vault-Token: known", method="POST", body=body))
            assert json.loads(read_response(sock)[2])["sha256"] == hashlib.sha256(body).hexdigest()
            sock.sendall(request("/big?n=10000000"))
            assert read_response(sock)[2] == b"x" * 10_000_000
        sock.sendall(request("/stream?n=20", CLOSE))
        assert read_response(sock)[2].endswith(b"19,")


def test_last_answers_end_properly(server: Running, pair: Pair) -> None:
    """The end of the connection is told within TLS, so that no answer can be cut unnoticed."""
    context = client_context(pair.cert)
    for target in ("/v1/x", "/big?n=5000000"):
        with connect(server, context) as sock:
            sock.sendall(request(target, CLOSE))
            sock.suppress_ragged_eofs = False  # type: ignore[attr-defined]
            assert read_all(sock).startswith(b"HTTP/1.1 200 ")


def test_records_may_be_cut_anywhere(server: Running, pair: Pair) -> None:
    """Ciphertext that arrives in single bytes, or several records at once, makes the same requests."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context(pair.cert).wrap_bio(incoming, outgoing, server_hostname="localhost")
    with server.connect() as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        shake_hands(client, incoming, outgoing, sock)
        for target in ("/n/1", "/n/2"):
            client.write(request(target))
        sock.sendall(outgoing.read())
        client.write(request("/n/3"))
        for byte in outgoing.read():
            sock.sendall(bytes([byte]))
        client.write(request("/n/4", CLOSE))
        sock.sendall(outgoing.read())
        incoming.write(read_all(sock))
        incoming.write_eof()
        answers = client.read(1 << 20)
        while answers.count(b"HTTP/1.1 200") < 4:
            answers += client.read(1 << 20)
    assert [b'"/n/%d"' % n in answers for n in range(1, 5)] == [True] * 4


def shake_hands(client: ssl.SSLObject, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, sock: socket.socket) -> None:
    """Complete the handshake of a client over memory buffers."""
    while True:
        try:
            client.do_handshake()
        except ssl.SSLWantReadError:
            sock.sendall(outgoing.read())
            incoming.write(sock.recv(65536))
        else:
            sock.sendall(outgoing.read())
            return


def test_strangers_are_told_what_is_wrong(server: Running) -> None:
    """HTTP on a TLS port is answered as Go's servers answer it; TLS on a plain port gets a 400."""
    assert server.exchange(request("/v1/x")) == (
        b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
    )
    with Running() as plain:
        assert plain.exchange(b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00").startswith(b"HTTP/1.1 400 ")


def test_handshakes_must_come_to_an_end(server: Running) -> None:
    """A client that doesn't begin, or doesn't finish, its handshake is dropped; nonsense gets an alert."""
    for start in (b"", b"\x16\x03\x01\x02\x00"):
        with server.connect() as sock:
            sock.sendall(start)
            with suppress(ConnectionResetError):
                assert sock.recv(10) == b""
    assert server.exchange(b"\x16\x03\x01\x00\x05hello")[:1] == b"\x15"


def test_renegotiation_is_refused(server: Running) -> None:
    """A TLS 1.2 client that asks to negotiate anew gets no new handshake; its connection isn't worked on for it."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_max_proto_version(SSL.TLS1_2_VERSION)
    with server.connect() as sock:
        client = SSL.Connection(context, None)
        client.set_connect_state()

        def step() -> None:
            with suppress(SSL.WantReadError):
                client.do_handshake()
            with suppress(SSL.WantReadError):
                sock.sendall(client.bio_read(65536))
            client.bio_write(sock.recv(65536))

        step()
        step()
        client.do_handshake()
        assert client.renegotiate()
        with pytest.raises(SSL.Error, match="no renegotiation"):
            step()
            client.do_handshake()
        assert client.total_renegotiations() <= 1


def test_clients_that_do_not_read_are_dropped(server: Running, pair: Pair) -> None:
    """Within TLS too, a client that reads nothing is disconnected."""
    with connect(server, client_context(pair.cert)) as sock:
        server.until(lambda: server.listener.connections == 1)
        sock.sendall(request("/big?n=30000000"))
        server.until(lambda: server.listener.connections == 0)


def test_client_certificates_are_recorded_unverified(
    server: Running, pair: Pair, folder: Path, settings: TlsSettings
) -> None:
    """By default any certificate is accepted and handed on; only one of `tls_client_ca_file` counts as verified."""
    stranger = make(folder, "stranger")
    seen = tls_seen(server, client_context(pair.cert, stranger))
    assert (seen["certificates"], seen["verified"]) == ([stranger.der.hex()], False)
    authority = make(folder, "authority", authority=True)
    member = make(folder, "member", authority)
    expired = make(folder, "expired", authority, days=-1)
    with Running(ListenerConfig(tls=replace(settings, client_ca_file=authority.cert))) as checking:
        for who, verified in ((member, True), (stranger, False), (expired, False)):
            seen = tls_seen(checking, client_context(pair.cert, who))
            assert (seen["certificates"], seen["verified"]) == ([who.der.hex()], verified)


def test_client_chains_are_recorded(server: Running, pair: Pair, folder: Path) -> None:
    """Intermediate certificates that the client sends are handed on after its own."""
    middle = make(folder, "middle", authority=True)
    leaf = make(folder, "leaf", middle)
    leaf.cert.write_bytes(leaf.cert.read_bytes() + middle.cert.read_bytes())
    seen = tls_seen(server, client_context(pair.cert, leaf))
    assert seen["certificates"] == [leaf.der.hex(), middle.der.hex()]


def test_client_certificates_can_be_required(pair: Pair, folder: Path, settings: TlsSettings) -> None:
    """When required, no certificate, a stranger's and an expired one are refused; a member's is verified."""
    authority = make(folder, "authority2", authority=True)
    required = replace(settings, client_ca_file=authority.cert, require_and_verify_client_cert=True)
    with Running(ListenerConfig(tls=required, limits=LIMITS)) as server:
        assert tls_seen(server, client_context(pair.cert, make(folder, "member2", authority)))["verified"] is True
        for who in (None, make(folder, "stranger2"), make(folder, "expired2", authority, days=-1)):
            with pytest.raises((ssl.SSLError, ConnectionError)):
                tls_seen(server, client_context(pair.cert, who))
        assert server.listener.requests == 1


def test_client_certificates_can_be_left_alone(pair: Pair, folder: Path, settings: TlsSettings) -> None:
    """With `tls_disable_client_certs` a client that has a certificate isn't asked for it."""
    with Running(ListenerConfig(tls=replace(settings, disable_client_certs=True))) as server:
        assert tls_seen(server, client_context(pair.cert, make(folder, "unasked")))["certificates"] == []


def test_sessions_are_not_resumed(server: Running, pair: Pair, folder: Path) -> None:
    """A client that offers an old session does a full handshake, and its certificate is seen again."""
    own = make(folder, "again")
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = client_context(pair.cert, own)
        context.maximum_version = version
        with connect(server, context) as first:
            first.sendall(request("/v1/x"))
            read_response(first)
            session = first.session
        with context.wrap_socket(server.connect(), server_hostname="localhost", session=session) as second:
            second.sendall(request("/v1/x"))
            assert json.loads(read_response(second)[2])["tls"]["certificates"] == [own.der.hex()]
            assert not second.session_reused


def test_reloading_changes_new_connections_only(tmp_path: Path) -> None:
    """After a reload new connections see the new certificate, old ones go on; a bad file changes nothing."""
    old = make(tmp_path, "localhost")
    old_pem = old.cert.read_bytes()
    trusts_old = client_context(old.cert)
    with Running(ListenerConfig(tls=TlsSettings(cert_file=old.cert, key_file=old.key))) as server:
        with connect(server, trusts_old) as kept:
            new = make(tmp_path, "localhost")
            trusts_new = client_context(new.cert)

            async def reload() -> None:
                server.listener.reload_tls()

            server.call(reload())
            assert tls_seen(server, trusts_new)["version"] == "TLSv1.3"
            with pytest.raises(ssl.SSLError):
                connect(server, trusts_old)
            kept.sendall(request("/v1/x"))
            assert read_response(kept)[0] == 200
            new.cert.write_bytes(old_pem)
            with pytest.raises(ListenerError, match="isn't the key of"):
                server.call(reload())
            assert tls_seen(server, trusts_new)["version"] == "TLSv1.3"


def test_wrong_files_are_named(tmp_path: Path) -> None:
    """What is wrong with certificate, key or authorities is said with the setting and the file."""
    good, other = make(tmp_path, "good"), make(tmp_path, "other")
    junk = tmp_path / "junk"
    junk.write_text("no PEM")
    locked = tmp_path / "locked"
    locked.write_bytes(
        good.private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"passphrase"),
        )
    )
    absent = tmp_path / "absent"
    fine = TlsSettings(cert_file=good.cert, key_file=good.key)
    cases = {
        f"tls_cert_file: {absent}: No such file": replace(fine, cert_file=absent),
        f"tls_key_file: {absent}: No such file": replace(fine, key_file=absent),
        f"tls_cert_file: {junk} holds no PEM certificate": replace(fine, cert_file=junk),
        f"tls_key_file: {junk} holds no PEM private key": replace(fine, key_file=junk),
        f"tls_key_file: {locked} is encrypted": replace(fine, key_file=locked),
        f"tls_key_file: {other.key} isn't the key of": replace(fine, key_file=other.key),
        f"tls_client_ca_file: {junk} holds no PEM": replace(fine, client_ca_file=junk),
        "needs tls_client_ca_file": replace(fine, require_and_verify_client_cert=True),
        "contradicts": replace(fine, require_and_verify_client_cert=True, disable_client_certs=True),
        "'tls9' is unknown": replace(fine, min_version="tls9"),
        "above tls_max_version": replace(fine, min_version="tls13", max_version="tls12"),
        "'TLS_NONSENSE_WITH_X' is not supported": replace(fine, cipher_suites=("TLS_NONSENSE_WITH_X",)),
        "not supported: TLS_NONSENSE": replace(fine, cipher_suites=("TLS_NONSENSE",)),
    }
    for text, wrong in cases.items():
        with open_tcp("127.0.0.1:0", 1)[0] as sock:
            with pytest.raises(ListenerError) as caught:
                Listener(Echo(), ListenerConfig(tls=wrong), sock, SystemClock())
            assert text in str(caught.value)


def test_an_expired_certificate_is_a_warning(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A listener starts with an expired certificate, and says so."""
    old = make(tmp_path, "localhost", days=-1)
    with Running(ListenerConfig(tls=TlsSettings(cert_file=old.cert, key_file=old.key))):
        assert "has expired" in "".join(capfd.readouterr())
