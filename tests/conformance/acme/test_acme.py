"""Certificates by ACME, from a real authority that looks at the ports where authorities look."""

from __future__ import annotations

import contextlib
import socket
import ssl
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from tests.conformance.acme.authority import AcmeAuthority, acme_authority
from tests.conformance.processes.node import Node, running, wait_until
from tests.conformance.servers import free_port

NAME = "node.strongroom.test"
HTTP_PORT, TLS_PORT = 80, 443
ISSUE_TIMEOUT_S = 30.0

CONFIG = """
workers = {workers}
storage "sqlite" {
  path = "{directory}/store"
}
listener "tcp" {
  address     = "{address}"
  tls_disable = true
}
"""


def _closed_to_us() -> str:
    for port in (HTTP_PORT, TLS_PORT):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                return f"port {port}, where authorities look, can't be had here: {error.strerror}"
    return ""


_REASON = _closed_to_us()
pytestmark = pytest.mark.skipif(bool(_REASON), reason=_REASON)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AcmeAuthority]:
    """One authority for all tests, each of which keeps its own accounts."""
    with acme_authority(tmp_path_factory.mktemp("authority")) as found:
        yield found


def listener(authority: AcmeAuthority, port: int, *more: str, names: str = f'"{NAME}"', url: str = "") -> str:
    """A stanza for a listener with a certificate by ACME."""
    lines = [
        f'address = "127.0.0.1:{port}"',
        f'tls_acme_ca_directory = "{url or authority.directory}"',
        f'tls_acme_ca_root = "{authority.server_root}"',
        f"tls_acme_domains = [{names}]",
        *more,
    ]
    return 'listener "tcp" {\n  ' + "\n  ".join(lines) + "\n}\n"


@contextlib.contextmanager
def started(tmp_path: Path, *stanzas: str, workers: int = 2) -> Iterator[Node]:
    """A running, sealed node with these listeners besides a plain one."""
    node = Node(tmp_path, config=CONFIG + "".join(stanzas), workers_wanted=workers)
    with running(node):
        node.start()
        yield node


def shown(authority: AcmeAuthority, port: int, name: str = NAME) -> x509.Certificate:
    """The certificate that an ordinary client gets and accepts.  Raises `OSError`."""
    context = ssl.create_default_context(cafile=str(authority.root))
    with socket.create_connection(("127.0.0.1", port), 5) as sock, context.wrap_socket(sock, server_hostname=name) as tls:
        tls.sendall(b"GET /v1/sys/seal-status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b"200 OK" in tls.recv(4096)
        der = tls.getpeercert(binary_form=True)
    assert der is not None
    return x509.load_der_x509_certificate(der)


def obtained(node: Node, authority: AcmeAuthority, port: int, name: str = NAME) -> x509.Certificate:
    """Wait until a client is served, and return the certificate."""
    found: list[x509.Certificate] = []

    def served() -> bool:
        try:
            found.append(shown(authority, port, name))
        except OSError:
            time.sleep(0.2)
        return bool(found)

    wait_until(served, lambda: node.log_text()[-6000:], ISSUE_TIMEOUT_S)
    return found[0]


def test_within_tls(tmp_path: Path, authority: AcmeAuthority) -> None:
    """A name is proven on the listener itself, and its clients are served with what was issued."""
    with started(tmp_path, listener(authority, TLS_PORT, "tls_acme_disable_http_challenge = true")) as node:
        certificate = obtained(node, authority, TLS_PORT)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.DNSName) == [NAME]
        assert "a name is proven to a certificate authority" in node.log_text()


def test_over_http(tmp_path: Path, authority: AcmeAuthority) -> None:
    """Names are proven on port 80 for a listener elsewhere, all in one certificate; the port is closed afterwards."""
    port = free_port()
    names = f'"{NAME}", "other.strongroom.test"'
    with started(tmp_path, listener(authority, port, "tls_acme_disable_alpn_challenge = true", names=names)) as node:
        obtained(node, authority, port)
        assert shown(authority, port, "other.strongroom.test")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", HTTP_PORT), 5)
