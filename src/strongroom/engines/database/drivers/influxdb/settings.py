"""What a connection's details mean to InfluxDB (pure).

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases/influxdb#configure-connection
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from strongroom.engines.database.decoding import flag_of, text_of
from strongroom.engines.database.drivers.influxdb.trust import VERSIONS, Trust, of_bundle, of_json
from strongroom.lib.durations import parse_duration_s
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.coercion import FieldError, to_int

DETAILS = frozenset(
    {
        *("host", "port", "tls", "insecure_tls", "tls_min_version", "pem_bundle", "pem_json", "connect_timeout"),
        *("max_open_connections", "max_idle_connections", "max_connection_lifetime"),
    }
)
PORT = 8086
TIMEOUT_S = 5
MOST_TIMEOUT_S = 60
_MOST_PORT = 65_535
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.%]+)\]|([^\s\[\]:/@?#]+))(?::(\d{1,5}))?")
_BARE_V6 = re.compile(r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")


@dataclass(frozen=True, slots=True)
class Settings:
    """How a server is reached."""

    url: str
    """Without a path."""
    timeout_s: float
    """For one request."""
    trust: Trust | None
    """None without TLS."""


def checked(details: Mapping[str, Any]) -> dict[str, Any]:
    """The details that are known.  Raises `InvalidRequest`."""
    settings_of(details)
    return {name: value for name, value in details.items() if name in DETAILS}


def settings_of(details: Mapping[str, Any]) -> Settings:
    """What the details say.  Raises `InvalidRequest`."""
    host, port = _place(text_of(details, "host"), _port(details))
    trust = _trust(details)
    scheme = "http" if trust is None else "https"
    return Settings(url=f"{scheme}://{host}:{port}", timeout_s=_timeout_s(details), trust=trust)


def _place(text: str, port: int) -> tuple[str, int]:
    if not text:
        raise InvalidRequest("host cannot be empty")
    found = _HOST.fullmatch(f"[{text}]" if _BARE_V6.fullmatch(text) else text)
    if found is None:
        raise InvalidRequest("host must be a host's name or address, without a scheme or a path")
    port = int(found[3]) if found[3] else port
    if not 0 < port <= _MOST_PORT:
        raise InvalidRequest(f"port must be between 1 and {_MOST_PORT}")
    return f"[{found[1]}]" if found[1] else found[2], port


def _port(details: Mapping[str, Any]) -> int:
    try:
        return to_int(details.get("port")) or PORT
    except FieldError as error:
        raise InvalidRequest(f"port must be a number between 1 and {_MOST_PORT}") from error


def _timeout_s(details: Mapping[str, Any]) -> float:
    given = details.get("connect_timeout")
    try:
        timeout_s = parse_duration_s(given) if given else TIMEOUT_S
    except InvalidRequest as error:
        raise InvalidRequest(f'invalid connect_timeout: time: invalid duration "{str(given)[:64]}"') from error
    if not 0 < timeout_s <= MOST_TIMEOUT_S:
        raise InvalidRequest(f"connect_timeout must be between 1s and {MOST_TIMEOUT_S}s")
    return float(timeout_s)


def _trust(details: Mapping[str, Any]) -> Trust | None:
    """What is trusted and shown; None without TLS, which `insecure_tls` and certificates imply."""
    version = text_of(details, "tls_min_version") or "tls12"
    if version not in VERSIONS:
        raise InvalidRequest("invalid 'tls_min_version' in config")
    insecure = flag_of(details, "insecure_tls")
    if details.get("pem_json"):
        return of_json(details["pem_json"], insecure=insecure, version=version)
    if bundle := text_of(details, "pem_bundle"):
        return of_bundle(bundle, insecure=insecure, version=version)
    return Trust(insecure=insecure, version=version) if insecure or flag_of(details, "tls") else None
