"""The options of the device type `syslog` (pure).

Without an address, entries go to this machine's own syslog, as in Vault.  With one, they go to any machine's, in the
form of RFC 5424.

Source: https://developer.hashicorp.com/vault/docs/audit/syslog
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from strongroom.audit.outgoing.endpoint import TLS, Endpoint, endpoint, max_line_bytes, write_timeout_s
from strongroom.audit.outgoing.tls import TlsSettings, tls_settings
from strongroom.lib.errors import InvalidRequest

FACILITIES: Final = {
    name: number
    for number, name in enumerate(
        ("KERN", "USER", "MAIL", "DAEMON", "AUTH", "SYSLOG", "LPR", "NEWS", "UUCP", "CRON", "AUTHPRIV", "FTP")
    )
} | {f"LOCAL{number}": 16 + number for number in range(8)}
"""By their names.  Source: RFC 5424, section 6.2.1; syslog(3)"""
_INFORMATIONAL: Final = 6
_LINE_BYTES: Final = 8000
"""Less than the 8096 bytes that rsyslog takes if its configuration says no other; it cuts what is longer."""
_TAG: Final = re.compile(r"[!-~]{1,48}")
"""Source: RFC 5424, section 6: APP-NAME"""
_HOSTNAME: Final = re.compile(r"[!-~]{1,255}")


class SyslogSettings(msgspec.Struct, frozen=True):
    """What the options say."""

    endpoint: Endpoint | None
    """None for this machine's own syslog."""
    priority: int
    """Facility and severity in one number."""
    tag: str
    hostname: str
    """Empty for this machine's."""
    write_timeout_s: float
    max_line_bytes: int
    """Of a whole message; 0 for any."""
    tls: TlsSettings


def syslog_settings(options: Mapping[str, str], *, configured: bool) -> SyslogSettings:
    """The settings that a device's options ask for.  Raises `InvalidRequest`."""
    address, kind = options.get("address", ""), options.get("socket_type", "")
    if kind and not address:
        raise InvalidRequest("socket_type needs an address: without one, entries go to this machine's own syslog")
    where = endpoint(address, kind or ("unixgram" if address.startswith("/") else "tcp")) if address else None
    tls = tls_settings(options, configured=configured)
    if tls != TlsSettings() and (where is None or where.kind != TLS):
        raise InvalidRequest('options of TLS need an address, and socket_type = "tls"')
    facility = (options.get("facility") or "AUTH").upper()
    if facility not in FACILITIES:
        raise InvalidRequest(f"invalid syslog facility: {facility}")
    tag, hostname = options.get("tag") or "strongroom", options.get("hostname", "")
    if not _TAG.fullmatch(tag):
        raise InvalidRequest("a tag holds 1 to 48 printable characters of ASCII, and no space")
    if hostname and not _HOSTNAME.fullmatch(hostname):
        raise InvalidRequest("a hostname holds 1 to 255 printable characters of ASCII, and no space")
    return SyslogSettings(
        endpoint=where,
        priority=FACILITIES[facility] * 8 + _INFORMATIONAL,
        tag=tag,
        hostname=hostname,
        write_timeout_s=write_timeout_s(options),
        max_line_bytes=max_line_bytes(options, _LINE_BYTES, datagrams=where is None or not where.is_stream),
        tls=tls,
    )
