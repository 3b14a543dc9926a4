"""TLS for the client, apart from the rest because importing `ssl` takes a while."""

from __future__ import annotations

import os
import socket
import ssl

from strongroom.client.errors import BadSettings, describe
from strongroom.client.settings import Tls
from strongroom.lib.pem import ascii_pem


def tls_context(tls: Tls) -> ssl.SSLContext:
    """The TLS context for these settings.  Raises `BadSettings` when a file can't be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # As for Go's verifier every certificate in the file is trusted: an intermediate one, or the server's own.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if tls.skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    try:
        if tls.ca_cert:
            context.load_verify_locations(cafile=tls.ca_cert)
        elif tls.ca_cert_bytes:
            context.load_verify_locations(cadata=ascii_pem(tls.ca_cert_bytes))
        elif tls.ca_path:
            _load_directory(context, tls.ca_path)
        else:
            context.load_default_certs()
    except FileNotFoundError as error:
        raise BadSettings(f"Error loading CA File: open {tls.ca_cert or tls.ca_path}: {describe(error)}") from error
    except OSError as error:
        raise BadSettings("Error loading CA File: Couldn't parse PEM") from error
    if bool(tls.client_cert) != bool(tls.client_key):
        raise BadSettings("both client cert and client key must be provided")
    if tls.client_cert:
        try:
            context.load_cert_chain(tls.client_cert, tls.client_key)
        except OSError as error:
            raise BadSettings(f"can't use the client certificate {tls.client_cert}: {describe(error)}") from error
    return context


def _load_directory(context: ssl.SSLContext, path: str) -> None:
    """Trust each certificate in a directory, whatever its file is called: `c_rehash` links are not asked for."""
    for name in sorted(os.listdir(path)):  # noqa: PTH208 - pathlib costs a tenth of a short command's time
        file = f"{path}/{name}"
        if os.path.isfile(file):  # noqa: PTH113 - as above
            context.load_verify_locations(cafile=file)


def wrap(channel: socket.socket, tls: Tls, server_name: str) -> socket.socket:
    """Start TLS on a connected stream.

    Raises:
        ConnectionError: the handshake failed; its text says why.
        BadSettings: a file of the settings can't be used.
    """
    try:
        return tls_context(tls).wrap_socket(channel, server_hostname=server_name)
    except ssl.SSLError as error:
        channel.close()
        raise ConnectionError(fault_of(error)) from error
    except BadSettings:
        channel.close()
        raise


def fault_of(error: ssl.SSLError) -> str:
    """Why a handshake failed, in the words of the API's other clients."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"tls: failed to verify certificate: x509: {error.verify_message}"
    if error.reason in {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"}:
        return "http: server gave HTTP response to HTTPS client"
    return f"tls: {(error.reason or str(error)).replace('_', ' ').lower()}"
