"""TLS between a transport and the parser, over memory buffers.

This uses pyOpenSSL, not the standard library's `ssl`.  Certificate authentication compares a client's certificate with
registered ones, so a listener must accept a certificate that no authority has signed.  `ssl` can't do that.

Sessions are never resumed.  A resumed session has the client's leaf certificate without its chain and without the
result of its verification.  Its ticket key would be one more secret to keep and rotate.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog
from OpenSSL import SSL, crypto

from strongroom.crypto.pem import certificate_fault, key_fault, place_of_key
from strongroom.http.message import Tls
from strongroom.http.settings import ListenerError, ProofSettings, TlsSettings

_log = structlog.get_logger(__name__)

_VERSIONS: Final = {
    "tls10": SSL.TLS1_VERSION,
    "tls11": SSL.TLS1_1_VERSION,
    "tls12": SSL.TLS1_2_VERSION,
    "tls13": SSL.TLS1_3_VERSION,
}

# Source: RFC 9325, section 4.2, with ChaCha20 for clients without AES instructions.
_DEFAULT_CIPHERS: Final = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
)

# Configurations use the names of the IANA registry.  Up to TLS 1.2, OpenSSL has its own names.
_OPENSSL_NAMES: Final = {
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": "ECDHE-ECDSA-AES128-GCM-SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": "ECDHE-RSA-AES128-GCM-SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": "ECDHE-ECDSA-AES256-GCM-SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": "ECDHE-RSA-AES256-GCM-SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-ECDSA-CHACHA20-POLY1305",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-RSA-CHACHA20-POLY1305",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305": "ECDHE-ECDSA-CHACHA20-POLY1305",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305": "ECDHE-RSA-CHACHA20-POLY1305",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256": "ECDHE-ECDSA-AES128-SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256": "ECDHE-RSA-AES128-SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA": "ECDHE-ECDSA-AES128-SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA": "ECDHE-RSA-AES128-SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA": "ECDHE-ECDSA-AES256-SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA": "ECDHE-RSA-AES256-SHA",
    "TLS_RSA_WITH_AES_128_GCM_SHA256": "AES128-GCM-SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384": "AES256-GCM-SHA384",
    "TLS_RSA_WITH_AES_128_CBC_SHA256": "AES128-SHA256",
    "TLS_RSA_WITH_AES_128_CBC_SHA": "AES128-SHA",
    "TLS_RSA_WITH_AES_256_CBC_SHA": "AES256-SHA",
}

_HTTP_IN_CLEAR: Final = (
    b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"  # the response of Go's servers
)
_READ_BYTES: Final = 64 * 1024
_RECORD_BYTES: Final = 16 * 1024
_RECORD_OVERHEAD: Final = 64
"""Header, nonce, tag and padding of a record, rounded up."""
_RECORD_HEADER_BYTES: Final = 5
_APPLICATION_DATA: Final = 23


class TlsFailed(Exception):
    """The connection can't continue.  Send `TlsLayer.outgoing` before closing it."""


def load_context(settings: TlsSettings) -> SSL.Context:
    """Load certificate, key and authorities, and make the context for new connections.

    Raises: `ListenerError`, which names the setting and the file.
    """
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    _set_versions(context, settings)
    _set_ciphers(context, settings.cipher_suites)
    # With renegotiation, a client could make the server work without end, or change its identity during a connection.
    context.set_options(
        SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_COMPRESSION | SSL.OP_NO_TICKET | SSL.OP_CIPHER_SERVER_PREFERENCE
    )
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_alpn_select_callback(_choose_protocol)
    if settings.proofs is None:
        _load_certificate(context, settings)
    else:
        _load_obtained(context, settings, settings.proofs)
    _ask_for_client_certificate(context, settings)
    return context


def region_context(certificate: str, key: str, authority: str) -> SSL.Context:
    """The context of the listener for other regions.  A client shows a certificate of the authority, or none.

    Args:
        certificate, key, authority: in PEM.

    Raises: `ListenerError`.
    """
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_3_VERSION)
    context.set_options(SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_COMPRESSION | SSL.OP_NO_TICKET)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_alpn_select_callback(_choose_protocol)
    try:
        context.use_certificate(crypto.load_certificate(crypto.FILETYPE_PEM, certificate.encode()))
        context.use_privatekey(crypto.load_privatekey(crypto.FILETYPE_PEM, key.encode()))
        context.check_privatekey()
        store = context.get_cert_store()
        if store is None:
            raise ListenerError("the listener for regions has no store of authorities")
        store.add_cert(crypto.load_certificate(crypto.FILETYPE_PEM, authority.encode()))
    except (SSL.Error, crypto.Error) as error:
        raise ListenerError("the certificates of the listener for regions can't be used") from error
    # Who shows a certificate of another authority gets no further.  Who shows none may only enrol.
    context.set_verify(SSL.VERIFY_PEER, _require_verified)
    return context


def _set_versions(context: SSL.Context, settings: TlsSettings) -> None:
    for name in (settings.min_version, settings.max_version):
        if name not in _VERSIONS:
            raise ListenerError(f"TLS version {name!r} is unknown; choose of {', '.join(_VERSIONS)}")
    if _VERSIONS[settings.min_version] > _VERSIONS[settings.max_version]:
        raise ListenerError("tls_min_version is above tls_max_version")
    context.set_min_proto_version(_VERSIONS[settings.min_version])
    context.set_max_proto_version(_VERSIONS[settings.max_version])


def _set_ciphers(context: SSL.Context, wanted: tuple[str, ...]) -> None:
    names = wanted or _DEFAULT_CIPHERS
    # OpenSSL has a separate list for the suites of TLS 1.3.  If only older suites are named, that list stays unchanged.
    modern = [name for name in names if name.startswith("TLS_") and "_WITH_" not in name]
    older = [_OPENSSL_NAMES.get(name, name) for name in names if name not in modern]
    for name in older:
        try:
            context.set_cipher_list(name.encode())
        except SSL.Error:
            raise ListenerError(f"tls_cipher_suites: {name!r} is not supported") from None
    try:
        if older:
            context.set_cipher_list(":".join(older).encode())
        if modern:
            context.set_tls13_ciphersuites(":".join(modern).encode())
    except SSL.Error:
        raise ListenerError(f"tls_cipher_suites: not supported: {', '.join(modern)}") from None


def _load_obtained(context: SSL.Context, settings: TlsSettings, proofs: ProofSettings) -> None:
    """Load a certificate from ACME.  Without one, certificate authorities must still be able to connect."""
    reason = "none was obtained yet"
    if settings.cert_file.exists():
        try:
            _load_certificate(context, settings)
        except ListenerError as error:
            reason = str(error)
        else:
            return
    _log.warning("the listener has no certificate: clients are refused", names=sorted(proofs.names), reason=reason)


def _load_certificate(context: SSL.Context, settings: TlsSettings) -> None:
    try:
        key_pem = settings.key_file.read_bytes()
        cert_pem = settings.cert_file.read_bytes()
    except OSError as error:
        setting = "tls_key_file" if error.filename == str(settings.key_file) else "tls_cert_file"
        raise ListenerError(f"{setting}: {error.filename}: {error.strerror}") from error
    try:
        context.use_certificate_chain_file(str(settings.cert_file))
    except SSL.Error as error:
        fault = certificate_fault(cert_pem) or f"can't be used: {_reason(error)}"
        raise ListenerError(f"tls_cert_file: {settings.cert_file} {fault}") from None
    try:
        if b"ENCRYPTED" in key_pem:
            raise ValueError("OpenSSL would ask the terminal for the passphrase")
        crypto.load_privatekey(crypto.FILETYPE_PEM, key_pem)
    except (crypto.Error, ValueError, TypeError):
        raise ListenerError(f"tls_key_file: {settings.key_file} {key_fault(key_pem)}") from None
    try:
        context.use_privatekey_file(str(settings.key_file))
        context.check_privatekey()
    except SSL.Error:
        place = place_of_key(cert_pem, key_pem)
        told = "" if place is None else f": it is that of certificate {place} in it, which has to come first"
        raise ListenerError(f"tls_key_file: {settings.key_file} isn't the key of {settings.cert_file}{told}") from None
    certificate = crypto.load_certificate(crypto.FILETYPE_PEM, cert_pem)
    if certificate.has_expired():
        # Clients decide whether they accept it.  Refusing to start would turn a nuisance into an outage.
        _log.warning("the listener's certificate has expired", tls_cert_file=str(settings.cert_file))


def _ask_for_client_certificate(context: SSL.Context, settings: TlsSettings) -> None:
    if settings.require_and_verify_client_cert:
        if settings.disable_client_certs:
            raise ListenerError("tls_disable_client_certs contradicts tls_require_and_verify_client_cert")
        if settings.client_ca_file is None:
            raise ListenerError("tls_require_and_verify_client_cert needs tls_client_ca_file")
    if settings.client_ca_file is not None:
        try:
            context.load_verify_locations(str(settings.client_ca_file))
            if settings.require_and_verify_client_cert:
                # Only here, because a client that gets the authorities' names doesn't send certificates of others.
                context.load_client_ca(str(settings.client_ca_file).encode())
        except SSL.Error as error:
            fault = _authority_fault(settings.client_ca_file) or f"can't be used: {_reason(error)}"
            raise ListenerError(f"tls_client_ca_file: {settings.client_ca_file} {fault}") from None
        store = context.get_cert_store()
        if store is not None:
            # Every certificate in the file is trusted, an intermediate one as much as a root, as in Go.
            store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
    if settings.disable_client_certs:
        context.set_verify(SSL.VERIFY_NONE)
    elif settings.require_and_verify_client_cert:
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, _require_verified)
    else:
        context.set_verify(SSL.VERIFY_PEER, _note_verified)


def _authority_fault(file: Path) -> str:
    try:
        return certificate_fault(file.read_bytes())
    except OSError as error:
        return f"can't be read: {error.strerror}"


def _require_verified(connection: SSL.Connection, _cert: crypto.X509, _error: int, _depth: int, ok: int) -> bool:
    return bool(ok)


def _note_verified(connection: SSL.Connection, _cert: crypto.X509, _error: int, _depth: int, ok: int) -> bool:
    if not ok:
        # OpenSSL drops its result when a callback overrides it.
        connection.set_app_data(False)
    return True


def _choose_protocol(_connection: SSL.Connection, offered: list[bytes]) -> bytes | SSL._NoOverlappingProtocols:
    return b"http/1.1" if b"http/1.1" in offered else SSL.NO_OVERLAPPING_PROTOCOLS


def answer_to_clear_text(data: bytes) -> bytes | None:
    """The response to an HTTP request where a TLS handshake should begin; None if the first bytes aren't one."""
    return _HTTP_IN_CLEAR if data[:1].isalpha() and data[:1].isupper() else None


class TlsLayer:
    """The TLS of one connection: ciphertext in, plaintext out, and back.

    Args:
        context: as `load_context` made it.
    """

    __slots__ = ("_connection", "_record_missing", "closed", "established")

    def __init__(self, context: SSL.Context) -> None:
        self._use(context)
        self._record_missing: int | None = 0
        self.established = False
        """Whether the handshake is complete."""
        self.closed = False
        """Whether the client has announced that it sends no more."""

    def _use(self, context: SSL.Context) -> None:
        """Use this context.  No bytes may have been received yet."""
        self._connection = SSL.Connection(context, None)
        self._connection.set_app_data(True)
        self._connection.set_accept_state()

    def receive(self, data: bytes) -> bytes:
        """Take ciphertext, and return the plaintext that it completes.

        Raises: `TlsFailed`.
        """
        connection = self._connection
        one_record = self._follow_records(data)
        try:
            connection.bio_write(data)
            if not self.established:
                connection.do_handshake()
                self.established = True
            elif one_record:
                # The usual request.  Asking OpenSSL whether there is more would cost as much as decrypting it.
                return connection.recv(_RECORD_BYTES)
        except SSL.WantReadError:
            return b""
        except SSL.ZeroReturnError:
            self.closed = True
            return b""
        except SSL.Error as error:
            raise TlsFailed(_reason(error)) from None
        return self._receive_all()

    def _follow_records(self, data: bytes) -> bool:
        """Track the ends of records, and return whether `data` is exactly one record of application data."""
        at = self._record_missing
        if at is None:
            return False
        aligned = at == 0
        count = 0
        while at + _RECORD_HEADER_BYTES <= len(data):
            at += _RECORD_HEADER_BYTES + int.from_bytes(data[at + 3 : at + 5], "big")
            count += 1
        # If a record's header is cut in two, tracking ends.  It only saves time.
        self._record_missing = at - len(data) if at >= len(data) else None
        return aligned and count == 1 and at == len(data) and data[0] == _APPLICATION_DATA

    def _receive_all(self) -> bytes:
        parts = []
        try:
            while True:
                parts.append(self._connection.recv(_READ_BYTES))
        except SSL.WantReadError:
            pass  # all received bytes are read
        except SSL.ZeroReturnError:
            self.closed = True
        except SSL.Error as error:
            raise TlsFailed(_reason(error)) from None
        return b"".join(parts)

    def outgoing(self) -> bytes:
        """Waiting ciphertext: parts of the handshake, alerts."""
        parts = []
        with suppress(SSL.WantReadError):
            while True:
                parts.append(self._connection.bio_read(_READ_BYTES))
        return b"".join(parts)

    def seal(self, data: bytes | memoryview) -> bytes:
        """The ciphertext of `data`.

        Raises: `TlsFailed`.
        """
        connection = self._connection
        try:
            if len(data) <= _RECORD_BYTES:
                connection.send(data)
            else:
                connection.sendall(data)
            size = len(data) + (len(data) // _RECORD_BYTES + 1) * _RECORD_OVERHEAD
            sealed = connection.bio_read(size)
            # There is more only if something else was waiting, such as the response to a key update.
            return sealed if len(sealed) < size else sealed + self.outgoing()
        except SSL.Error as error:
            raise TlsFailed(_reason(error)) from None

    def shut(self) -> bytes:
        """The ciphertext that announces the end to the client."""
        with suppress(SSL.Error):
            self._connection.shutdown()
        return self.outgoing()

    def details(self) -> Tls:
        """The result of the handshake."""
        connection = self._connection
        name = connection.get_servername()
        leaf = connection.get_peer_certificate()
        chain: tuple[bytes, ...] = ()
        if leaf is not None:
            # On the server's side, OpenSSL returns the leaf separately from the rest of the chain.
            certificates = [leaf, *(connection.get_peer_cert_chain() or ())]
            chain = tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, each) for each in certificates)
        return Tls(
            version=connection.get_protocol_version_name(),
            cipher=connection.get_cipher_name() or "",
            server_name=None if name is None else name.decode("ascii", "replace"),
            peer_certificates=chain,
            verified=bool(chain) and bool(connection.get_app_data()),
        )


def _reason(error: SSL.Error) -> str:
    """OpenSSL's text for an error.  It never contains data of the connection."""
    queue = error.args[0] if error.args else None
    if isinstance(queue, list) and queue:
        return str(queue[0][-1])
    return type(error).__name__
