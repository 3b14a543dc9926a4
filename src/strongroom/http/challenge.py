"""Proves names to certificate authorities within TLS, on the same listener that serves all clients.

A client that offers the protocol `acme-tls/1` and no other gets the certificate that proves a name, and that connection
serves no requests.  All other clients get the listener's own certificate, or none while it has none.

Source: RFC 8737, section 3
"""

from __future__ import annotations

from typing import Final

import structlog
from OpenSSL import SSL, crypto

from strongroom.http.client_hello import read_client_hello
from strongroom.http.settings import ProofSettings
from strongroom.http.tls import TlsFailed, TlsLayer

_log = structlog.get_logger(__name__)

_PROTOCOL: Final = b"acme-tls/1"


def _context(proofs: ProofSettings, name: str) -> SSL.Context | None:
    """The context that proves a name, if a proof is in progress."""
    if name not in proofs.names:
        return None
    try:
        pem = proofs.file(name).read_bytes()
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_min_proto_version(SSL.TLS1_2_VERSION)
        context.set_options(SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_TICKET)
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        context.set_alpn_select_callback(_choose)
        context.use_privatekey(crypto.load_privatekey(crypto.FILETYPE_PEM, pem))
        context.use_certificate(crypto.load_certificate(crypto.FILETYPE_PEM, pem))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, crypto.Error, SSL.Error) as error:
        _log.error("a name cannot be proven to the certificate authority", name=name, reason=type(error).__name__)
        return None
    return context


def _choose(_connection: SSL.Connection, _offered: list[bytes]) -> bytes:
    return _PROTOCOL


class ProvingLayer(TlsLayer):
    """The TLS of a connection that may come from a certificate authority.

    Args:
        context: for all other clients. proofs: for the names that an authority may ask for.
    """

    __slots__ = ("_heard", "_proofs", "_proving")

    def __init__(self, context: SSL.Context, proofs: ProofSettings) -> None:
        super().__init__(context)
        self._proofs = proofs
        self._heard: bytes | None = b""
        self._proving = False

    def receive(self, data: bytes) -> bytes:
        """Take ciphertext, and return the plaintext that it completes.

        Raises: `TlsFailed`, also when a name was proven, because that connection serves nothing else.
        """
        if self._heard is not None:
            data = self._heard + data
            hello = read_client_hello(data)
            self._heard = data if hello is None else None
            if hello is None:
                return b""
            if hello.protocols == (_PROTOCOL,):
                context = _context(self._proofs, hello.server_name)
                if context is not None:
                    self._use(context)
                    self._proving = True
                    _log.info("a name is proven to a certificate authority", name=hello.server_name)
        plain = super().receive(data)
        if self._proving and self.established:
            raise TlsFailed("a name was proven, and nothing else is served here")
        return plain
