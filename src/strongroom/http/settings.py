"""What an operator can set on a listener."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from strongroom.http.forwarded import ForwardedRules
from strongroom.http.head import RequestLimits
from strongroom.http.proxy_protocol import ProxyRules


class ListenerError(Exception):
    """A listener can't be set up as configured; the text tells an operator what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerLimits(RequestLimits):
    """What one client, and all of them together, may take.

    Times are watched by one sweep over all connections every `sweep_interval_s`, so a limit takes effect up to two
    intervals late and never early.
    """

    handshake_timeout_s: float = 10.0
    """From the connection to the end of the PROXY header and the TLS handshake."""
    read_header_timeout_s: float = 10.0
    """From the first byte of a request (or from the connection, for the first request) to the end of its fields."""
    read_timeout_s: float = 30.0
    """From the first byte of a request to the end of its body."""
    idle_timeout_s: float = 300.0
    """Between two requests."""
    write_timeout_s: float = 30.0
    """How long a client may leave an answer untouched; any progress starts it again."""
    reading_time_s: float = 5.0
    """How long a large answer may wait for its client while another one needs its place."""
    linger_timeout_s: float = 2.0
    """How long a closed connection is still read from, so that a reset doesn't overtake the last answer."""
    max_request_duration_s: float = 90.0
    """From the last byte of a request to the first of its answer."""
    max_connections: int = 8192
    """At more, those end that have waited longest for a request; if none waits, further ones are answered 503 (those
    with TLS dropped)."""
    max_connections_per_address: int = 4096
    """The same for one IPv4 address, or one IPv6 network of 64 bits.  Unix sockets have none, and a proxy that tells
    its clients' addresses isn't counted."""
    max_inflight_memory: int = 256 * 1024 * 1024
    """Of all bodies and of all answers that wait for their clients, in bytes.  Further ones are answered 503."""
    write_high_water: int = 256 * 1024
    """Bytes that wait for the client before nothing more is made for it."""
    sweep_interval_s: float = 1.0


@dataclass(frozen=True, slots=True)
class ProofSettings:
    """Where a listener that a certificate authority looks at finds what proves its names (`challenge.py`)."""

    names: frozenset[str]
    """Host names, in lower case."""
    directory: Path

    def file(self, name: str) -> Path:
        """Where key and certificate lie that prove one name, in PEM."""
        # Hashed, because it is a client that says the name.
        return self.directory / f"{hashlib.sha256(name.encode()).hexdigest()}.pem"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsSettings:
    """The `tls_…` settings of a listener."""

    cert_file: Path
    """PEM: the certificate, then the intermediate ones."""
    key_file: Path
    min_version: str = "tls12"
    """`tls10`, `tls11`, `tls12` or `tls13`."""
    max_version: str = "tls13"
    cipher_suites: tuple[str, ...] = ()
    """Names of IANA or OpenSSL.  Empty: those with forward secrecy and authenticated encryption."""
    require_and_verify_client_cert: bool = False
    disable_client_certs: bool = False
    """Don't ask for a client certificate at all."""
    client_ca_file: Path | None = None
    """PEM: authorities that client certificates are verified against."""
    proofs: ProofSettings | None = None
    """For a certificate that comes by ACME.  Until it does, `cert_file` needn't be there, and clients are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerConfig:
    """How one listener works."""

    limits: ListenerLimits = field(default_factory=ListenerLimits)
    tls: TlsSettings | None = None
    proxy: ProxyRules | None = None
    forwarded: ForwardedRules | None = None
    default_headers: bytes = b""
    """Whole header lines, each with its line end, that every answer carries."""
    backlog: int = 1024
    """Connections that the kernel holds until they are accepted."""
