"""A response's status line and header fields as bytes."""

from __future__ import annotations

from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Final

_STATUS_LINES: Final = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}

OK_LINE: Final = _STATUS_LINES[200]

# RFC 9110, sections 6.4.1 and 15: responses with these statuses have no body, and so no length.
_UPGRADED: Final = 101
_WITHOUT_BODY: Final = frozenset({_UPGRADED, 204, 304})

_USUAL: Final = 3
"""The number of fields of a response that has nothing special: its type, and what is said of caches and of HTTPS."""

_OWN: Final = frozenset({"connection", "content-length", "date", "keep-alive", "transfer-encoding"})
"""Fields that the connection determines.  The application's values are replaced."""


class HeaderInvalid(Exception):
    """A header field can't be sent, because it contains a line end or isn't Latin-1."""


def date_line(now: float) -> bytes:
    """The `date` field for seconds since the epoch.  Source: RFC 9110, sections 5.6.7 and 6.6.1."""
    return f"date: {formatdate(now, usegmt=True)}\r\n".encode("ascii")


def has_body(status: int) -> bool:
    """Whether a response with this status has a body."""
    return status not in _WITHOUT_BODY


def encode_head(
    status: int,
    headers: tuple[tuple[str, str], ...],
    fixed: bytes,
    *,
    body_bytes: int | None,
    chunked: bool = False,
    keep_alive: bool,
    announce_keep_alive: bool = False,
) -> bytes:
    """Status line and fields with the empty line that ends them.

    Args:
        status: 101, or 200 to 599.
        headers: as the application gave them.
        fixed: whole lines that every response has. body_bytes: the body's length; None if it isn't known yet. chunked:
        whether the body is sent in chunks.  If its length is unknown and it isn't chunked, the connection's end ends
        it. keep_alive: whether the connection stays open. announce_keep_alive: say so, as HTTP/1.0 needs.

    Raises: `HeaderInvalid`.  With a line end in a value, an attacker could write the rest of the response.
    """
    line = _STATUS_LINES.get(status)
    if line is None:
        line = f"HTTP/1.1 {status:03d} \r\n".encode("ascii")
    # Further fields may hold what is one client's alone, which isn't kept.
    text = _usual_lines(headers) if len(headers) <= _USUAL else _lines(headers)
    if body_bytes is not None and status not in _WITHOUT_BODY:
        text += f"content-length: {body_bytes}\r\n"
    if chunked:
        text += "transfer-encoding: chunked\r\n"
    if status == _UPGRADED:
        text += "connection: upgrade\r\n"
    elif not keep_alive:
        text += "connection: close\r\n"
    elif announce_keep_alive:
        text += "connection: keep-alive\r\n"
    try:
        return b"%b%b%b\r\n" % (line, fixed, text.encode("latin-1"))
    except UnicodeEncodeError:
        raise HeaderInvalid("a header field holds a character that HTTP can't carry") from None


def _lines(headers: tuple[tuple[str, str], ...]) -> str:
    """The application's fields as lines.  Raises `HeaderInvalid`."""
    text = ""
    count = 0
    for name, value in headers:
        if name.lower() not in _OWN:
            text += f"{name}: {value}\r\n"
            count += 1
    if text.count("\n") != count or text.count("\r") != count or "\0" in text:
        raise HeaderInvalid("a header field holds a line end")
    return text


_usual_lines = lru_cache(maxsize=16)(_lines)
