"""An HTTPS server on the loopback, with a certificate that only the test trusts."""

from __future__ import annotations

import datetime
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Asked:
    """One request."""

    verb: str
    path: str
    query: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What the server answers."""

    content: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def as_json(document: Any, status: int = 200) -> Reply:
    """An answer in JSON."""
    return Reply(json.dumps(document).encode(), status, {"Content-Type": "application/json"})


@dataclass
class TlsServer:
    """A running server."""

    port: int
    certificate: Path
    asked: list[Asked] = field(default_factory=list)

    @property
    def host(self) -> str:
        """Its address with the port."""
        return f"127.0.0.1:{self.port}"

    @property
    def context(self) -> ssl.SSLContext:
        """What clients need to trust it."""
        return ssl.create_default_context(cafile=str(self.certificate))


@contextmanager
def serving(
    directory: Path,
    answer: Callable[[Asked], Reply],
    certificate: Path | None = None,
    *,
    names: tuple[str, ...] = (),
) -> Iterator[TlsServer]:
    """Serve until the end of the `with`.

    Args:
        certificate: a file with a key and a certificate for 127.0.0.1; a new one by default. names: those of the new
            one beside the address.
    """
    certificate = certificate or new_certificate(directory, names)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, parts.path, parts.query, headers, body)
            server.asked.append(asked)
            reply = answer(asked)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.content)))
            self.end_headers()
            self.wfile.write(reply.content)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

        def log_message(self, *_: object) -> None:
            return

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            return  # clients that give up

    with Quiet(("127.0.0.1", 0), Handler) as http:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        http.socket = context.wrap_socket(http.socket, server_side=True)
        server = TlsServer(http.server_port, certificate)
        thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()


def new_certificate(directory: Path, names: tuple[str, ...] = ()) -> Path:
    """A certificate for 127.0.0.1, and hosts of these names, that is its own authority, with its key, in one file."""
    hosts = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), *map(x509.DNSName, names)]
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = directory / "stand-in.pem"
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(encoded + certificate.public_bytes(serialization.Encoding.PEM))
    return file
