"""An operator's settings of a listener."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from strongroom.http.forwarded import ForwardedRules
from strongroom.http.head import RequestLimits
from strongroom.http.proxy_protocol import ProxyRules


class ListenerError(Exception):
    """A listener can't be set up as configured.  The text tells the operator what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerLimits(RequestLimits):
    """Limits for one client, and for all clients together.

    One sweep over all connections checks times every `sweep_interval_s`, so a limit takes effect up to two intervals
    late, but never early.
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
    """How long a client may read nothing of a response.  Any progress starts the time again."""
    reading_time_s: float = 5.0
    """How long a large response may wait for its client while another one needs its memory."""
    linger_timeout_s: float = 2.0
    """How long a closed connection is still read, so that a reset doesn't overtake the last response."""
    max_request_duration_s: float = 90.0
    """From the last byte of a request to the first of its response."""
    max_connections: int = 8192
    """If there are more, the longest idle ones are closed.

    If none is idle, new ones get 503 (with TLS they are dropped).
    """
    max_connections_per_address: int = 4096
    """The same for one IPv4 address, or one IPv6 network of 64 bits.

    Clients of Unix sockets, and proxies that send their clients' addresses, aren't counted.
    """
    max_inflight_memory: int = 256 * 1024 * 1024
    """Of all bodies and of all responses that wait for their clients, in bytes.  Further ones get 503."""
    write_high_water: int = 256 * 1024
    """Bytes that may wait for the client before no more are produced."""
    sweep_interval_s: float = 1.0


@dataclass(frozen=True, slots=True)
class ProofSettings:
    """Where a listener finds the certificates that prove its names to a certificate authority (`challenge.py`)."""

    names: frozenset[str]
    """Host names, in lower case."""
    directory: Path

    def file(self, name: str) -> Path:
        """The file with key and certificate that prove one name, in PEM."""
        # Hashed, because a client sends the name.
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
    """Don't request a client certificate."""
    client_ca_file: Path | None = None
    """PEM: authorities that client certificates are verified against."""
    proofs: ProofSettings | None = None
    """For a certificate from ACME.  Until it exists, `cert_file` may be missing, and clients are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerConfig:
    """The settings of one listener."""

    limits: ListenerLimits = field(default_factory=ListenerLimits)
    tls: TlsSettings | None = None
    proxy: ProxyRules | None = None
    forwarded: ForwardedRules | None = None
    default_headers: bytes = b""
    """Whole header lines of every response, each with its line end."""
    backlog: int = 1024
    """Connections that the kernel holds until they are accepted."""
