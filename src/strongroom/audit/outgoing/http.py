"""The options of the device type `http` (pure).

Source: https://openbao.org/docs/audit/http/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from strongroom.audit.outgoing.endpoint import TLS, Endpoint, max_line_bytes, write_timeout_s
from strongroom.audit.outgoing.tls import TlsSettings, tls_settings
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.outgoing import check_url

REFERENCES: Final = ("file://", "env://")
"""What begins a text that stands for the content of a file, or for a variable of the server's environment."""
_MOST_LINES: Final = 1000
_MOST_HEADERS: Final = 64
_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}")
_VALUE: Final = re.compile(r"[\t -~\x80-\xff]{0,8192}")
_OURS: Final = frozenset({"content-length", "transfer-encoding", "connection", "host", "expect", "upgrade", "te"})
"""Headers that frame the request.  With another value, the receiver would see another request than we sent."""


class HttpSettings(msgspec.Struct, frozen=True):
    """What the options say."""

    uri: str
    """A URL, or a reference to one."""
    headers: tuple[tuple[str, str], ...]
    """Names and values; the values may be references."""
    lines_at_once: int
    write_timeout_s: float
    max_line_bytes: int
    """0 for lines of any length."""
    tls: TlsSettings

    def __repr__(self) -> str:
        return "HttpSettings(…)"


def http_settings(options: Mapping[str, str], *, configured: bool) -> HttpSettings:
    """The settings that a device's options ask for.

    Args:
        configured: whether the server's configuration makes the device.  A client must not have the server's files or
            its environment sent to an address of its choice.

    Raises: `InvalidRequest`.
    """
    uri = options.get("uri", "")
    if not uri:
        raise InvalidRequest("uri is required")
    headers = _headers(options.get("headers", ""))
    if not configured and any(text.startswith(REFERENCES) for text in (uri, *(value for _, value in headers))):
        raise InvalidRequest("file:// and env:// stand for the server's own: only its configuration may name them")
    if not uri.startswith(REFERENCES):
        check_uri(uri)
    for _, value in headers:
        if not value.startswith(REFERENCES):
            check_value(value)
    lines = options.get("lines_per_request", "") or "1"
    if not (lines.isascii() and lines.isdigit() and len(lines) < 5 and 0 < int(lines) <= _MOST_LINES):
        raise InvalidRequest(f"lines_per_request is a number from 1 to {_MOST_LINES}")
    return HttpSettings(
        uri=uri,
        headers=headers,
        lines_at_once=int(lines),
        write_timeout_s=write_timeout_s(options),
        max_line_bytes=max_line_bytes(options, 0, datagrams=False),
        tls=tls_settings(options, configured=configured),
    )


def endpoint_of(url: str) -> Endpoint:
    """The place of a URL that `check_url` has passed."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    return Endpoint(TLS if secure else "tcp", parts.hostname or "", parts.port or (443 if secure else 80))


def check_uri(uri: str) -> None:
    """Raise `InvalidRequest` for what can't be the URL of a receiver."""
    check_url(uri, "uri")
    if not uri.isascii():
        raise InvalidRequest("uri holds ASCII alone: other characters are written as %C3%A9 in a path")


def check_value(value: str) -> None:
    """Raise `InvalidRequest` for what can't be the value of a header."""
    if not _VALUE.fullmatch(value):
        raise InvalidRequest("a header's value holds printable characters, 8192 at most")


def _headers(text: str) -> tuple[tuple[str, str], ...]:
    if not text:
        return ()
    try:
        found: Any = json.loads(text.encode())
    except InvalidRequest as error:
        raise InvalidRequest("failed to parse headers: not JSON") from error
    if not isinstance(found, dict) or not all(_is_list_of_texts(values) for values in found.values()):
        raise InvalidRequest('failed to parse headers: expected an object of lists, such as {"X-Team": ["security"]}')
    out = tuple((name, value) for name, values in found.items() for value in values)
    if len(out) > _MOST_HEADERS:
        raise InvalidRequest(f"failed to parse headers: more than {_MOST_HEADERS}")
    for name, _ in out:
        if not _NAME.fullmatch(name) or name.lower() in _OURS:
            raise InvalidRequest(f'failed to parse headers: "{name[:64]}" cannot be set')
    return out


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
