"""The options of a device that is reached by TLS (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.outgoing import check_ca

_FILES: Final = ("tls_ca_file", "tls_cert_file", "tls_key_file")
OPTIONS: Final = frozenset({"tls_ca_cert", "tls_server_name", *_FILES})


class TlsSettings(msgspec.Struct, frozen=True):
    """Whom to trust, and as whom to come."""

    ca_pem: str = ""
    """The only authorities to trust, in PEM; empty for those of the operating system."""
    ca_file: str = ""
    """A file with them, which is read for each connection."""
    cert_file: str = ""
    """The client's certificate; empty for none."""
    key_file: str = ""
    server_name: str = ""
    """Whose certificate it has to be; empty for the address's host."""


def tls_settings(options: Mapping[str, str], *, configured: bool) -> TlsSettings:
    """The settings that a device's options ask for.

    Args:
        configured: whether the server's configuration makes the device.  A client must not have the server's files
            read, and the reason told.

    Raises: `InvalidRequest`.
    """
    check_files(options, configured=configured)
    check_ca(options.get("tls_ca_cert", ""), "tls_ca_cert")
    found = TlsSettings(
        ca_pem=options.get("tls_ca_cert", ""),
        ca_file=options.get("tls_ca_file", ""),
        cert_file=options.get("tls_cert_file", ""),
        key_file=options.get("tls_key_file", ""),
        server_name=options.get("tls_server_name", ""),
    )
    if found.ca_pem and found.ca_file:
        raise InvalidRequest("tls_ca_cert and tls_ca_file exclude each other")
    if bool(found.cert_file) != bool(found.key_file):
        raise InvalidRequest("tls_cert_file and tls_key_file go together")
    return found


def check_files(options: Mapping[str, str], *, configured: bool) -> None:
    """Raise `InvalidRequest` for options that name files, unless the configuration gives them."""
    named = sorted(name for name in _FILES if options.get(name))
    if named and not configured:
        raise InvalidRequest(f"{', '.join(named)}: files of the server are named by its configuration only")
