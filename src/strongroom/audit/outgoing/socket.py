"""The options of the device type `socket` (pure).

Source: https://developer.hashicorp.com/vault/docs/audit/socket
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from strongroom.audit.outgoing.endpoint import TLS, Endpoint, endpoint, max_line_bytes, write_timeout_s
from strongroom.audit.outgoing.tls import TlsSettings, tls_settings
from strongroom.lib.errors import InvalidRequest

_DATAGRAM_LINE: Final = 8192


class SocketSettings(msgspec.Struct, frozen=True):
    """What the options say."""

    endpoint: Endpoint
    write_timeout_s: float
    max_line_bytes: int
    """0 for lines of any length."""
    tls: TlsSettings


def socket_settings(options: Mapping[str, str], *, configured: bool) -> SocketSettings:
    """The settings that a device's options ask for.  Raises `InvalidRequest`."""
    where = endpoint(options.get("address", ""), options.get("socket_type") or "tcp")
    tls = tls_settings(options, configured=configured)
    if tls != TlsSettings() and where.kind != TLS:
        raise InvalidRequest('options of TLS need socket_type = "tls"')
    default = 0 if where.is_stream else _DATAGRAM_LINE
    return SocketSettings(
        endpoint=where,
        write_timeout_s=write_timeout_s(options),
        max_line_bytes=max_line_bytes(options, default, datagrams=not where.is_stream),
        tls=tls,
    )
