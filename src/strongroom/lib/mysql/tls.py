"""TLS to a server, by Python's `ssl`."""

from __future__ import annotations

import ssl
from functools import lru_cache
from typing import Any

import msgspec

from strongroom.lib.key_pair import load_pair
from strongroom.lib.pem import ascii_pem

_CONTEXTS = 64


class TlsSettings(msgspec.Struct, frozen=True):
    """How a connection is encrypted."""

    ca_pem: str = ""
    """What vouches for the server; empty for the system's authorities."""
    pair_pem: str = ""
    """A certificate that is shown, and its key."""
    server_name: str = ""
    """The name that the server's certificate has to have, if not that of the address."""
    verify: bool = True
    required: bool = True
    """Whether a server without TLS is refused."""

    def __repr__(self) -> str:
        return "TlsSettings()"


class _Context(ssl.SSLContext):
    """A context that asks for another name than that of the address."""

    server_name = ""

    def wrap_socket(self, *args: Any, **named: Any) -> ssl.SSLSocket:
        """A socket with TLS."""
        if self.server_name:
            named["server_hostname"] = self.server_name
        return super().wrap_socket(*args, **named)


@lru_cache(_CONTEXTS)
def context_of(settings: TlsSettings) -> ssl.SSLContext:
    """What is trusted and shown.  Raises `ssl.SSLError` or `ValueError` for material that can't be read."""
    context = _Context(ssl.PROTOCOL_TLS_CLIENT)
    context.server_name = settings.server_name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # The certificates that MySQL makes for itself lack what Python asks for since 3.13.
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    if not settings.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if settings.ca_pem:
        context.load_verify_locations(cadata=ascii_pem(settings.ca_pem))
    elif settings.verify:
        context.load_default_certs()
    if settings.pair_pem:
        load_pair(context, settings.pair_pem)
    return context
