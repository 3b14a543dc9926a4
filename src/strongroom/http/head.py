"""A request's head: the request line and the header fields, checked clause by clause.

Everything that two programs could parse differently is refused.  A proxy in front of this server may parse it the other
way, which allows request smuggling.

Source: RFC 9112 (HTTP/1.1), RFC 9110 (HTTP semantics).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import msgspec

CHUNKED: Final = -1
"""In `Head.body_bytes`: the body comes in chunks."""

LONG_LINE: Final = "request line is too long ({most} bytes at the most, which is fixed)"
HEAD_BYTES: Final = b"\t\r\n" + bytes(range(0x20, 0x7F))
"""Every byte that a head may contain.

Obsolete text (0x80 and up) is refused: no API field needs it, and readers differ.
"""

SINGULAR: Final = frozenset(
    {
        "authorization",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
        "x-vault-namespace",
        "x-vault-token",
        "x-vault-wrap-format",
        "x-vault-wrap-ttl",
    }
)
"""Fields whose repetition is ambiguous."""

_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "LIST", "SCAN"})
_METHOD: Final = re.compile(r"[A-Z][A-Z_-]{0,15}")
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VERSION: Final = re.compile(r"HTTP/([0-9])\.([0-9])")
_HOST: Final = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(?::[0-9]*)?")
_ABSOLUTE: Final = re.compile(r"https?://([^/?]+)", re.IGNORECASE)
_BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LENGTH: Final = re.compile(r"[0-9]+")

_FREQUENT_NAMES: Final = (
    "Host User-Agent Accept Accept-Encoding Accept-Language Authorization Connection Content-Length Content-Type "
    "Cookie Expect Origin Referer Transfer-Encoding X-Forwarded-For X-Forwarded-Proto X-Request-Id X-Vault-Index "
    "X-Vault-Namespace X-Vault-Request X-Vault-Token X-Vault-Wrap-TTL"
)
# In the spelling of common clients, so that the usual request needs no pattern match per field.
_KNOWN_NAMES: Final = {
    spelling: name.lower() for name in _FREQUENT_NAMES.split() for spelling in (name, name.lower(), name.title())
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLimits:
    """How large a request may be, in bytes but for `max_header_fields`."""

    max_request_line: int = 16 * 1024
    max_header_bytes: int = 32 * 1024
    """Request line and fields together; trailers have the same limit again."""
    max_header_fields: int = 100
    max_request_size: int = 32 * 1024 * 1024
    """Of the body."""
    max_unauthenticated_request_size: int = 256 * 1024
    """Of the body, before the application has allowed this client more."""
    max_chunk_overhead: int = 256 * 1024
    """All size lines, extensions and line ends of one chunked body.

    Reading a body of one-byte chunks costs far more than its data.
    """


class RequestRefused(Exception):
    """The server stops reading this request.  The connection has lost its framing and must close.

    Args:
        status: the status code of the response. text: one sentence for the client.  It never repeats what the client
        sent.
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class Head(msgspec.Struct, frozen=True):
    """A request without its body."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    keep_alive: bool
    """Whether the client allows another request on this connection."""
    answers_chunked: bool
    """Whether a response of unknown length may be chunked (HTTP/1.0 doesn't allow it)."""
    body_bytes: int
    """Announced length of the body, or `CHUNKED`."""
    expects_continue: bool


def parse_head(data: bytes, limits: RequestLimits) -> Head:
    """Read the request line and the fields.

    Args:
        data: the head without the empty line that ends it, and without the line end before that.
        limits: the size limits.

    Raises: `RequestRefused`.

    Source: RFC 9112, sections 2 to 7.
    """
    if data.translate(None, HEAD_BYTES):
        raise RequestRefused(400, "request head holds a byte that HTTP doesn't allow there")
    lines = data.decode("ascii").split("\r\n")
    line_ends = len(lines) - 1
    # Section 2.2 lets a recipient take a bare LF as a line end, which is what makes two readers disagree.
    if data.count(b"\n") != line_ends or data.count(b"\r") != line_ends:
        raise RequestRefused(400, "request head holds a bare line feed or carriage return")
    method, target, minor = _request_line(lines[0], limits)
    del lines[0]
    headers = parse_fields(lines, limits)
    path, query, authority = _target(method, target)
    _check_host(headers, minor, authority)
    body_bytes = _framing(headers, minor, limits)
    expects_continue = False
    if "expect" in headers:
        expects_continue = _expectation(headers["expect"], minor) and body_bytes != 0
    connection = headers.get("connection")
    keep_alive = minor > 0
    if connection is not None:
        options = [option.strip(" \t") for option in connection.lower().split(",")]
        keep_alive = "close" not in options and (minor > 0 or "keep-alive" in options)
    return Head(method, path, query, headers, keep_alive, minor > 0, body_bytes, expects_continue)


def parse_fields(lines: list[str], limits: RequestLimits) -> dict[str, str]:
    """Read header or trailer fields, one a line; names in lower case.

    Raises: `RequestRefused`, also for a folded line and for white space before the colon, as neither is a token.

    Source: RFC 9112, section 5; RFC 9110, sections 5.1 to 5.6.
    """
    if len(lines) > limits.max_header_fields:
        raise RequestRefused(
            431, f"request has too many header fields ({limits.max_header_fields} at the most, which is fixed)"
        )
    fields: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        lower = _KNOWN_NAMES.get(name)
        if lower is None:
            if _TOKEN.fullmatch(name) is None:
                raise RequestRefused(400, "malformed header field name")
            lower = name.lower()
        if not colon:
            raise RequestRefused(400, "header field without a colon")
        value = value.strip(" \t")
        if lower in fields:
            if lower in SINGULAR:
                raise RequestRefused(400, f"header field {lower} is repeated")
            value = f"{fields[lower]}, {value}"
        fields[lower] = value
    return fields


def _request_line(line: str, limits: RequestLimits) -> tuple[str, str, int]:
    """Method, target and minor version.  Source: RFC 9112, section 3; exactly one space between the parts."""
    if len(line) > limits.max_request_line:
        raise RequestRefused(414, LONG_LINE.format(most=limits.max_request_line))
    parts = line.split(" ")
    if len(parts) != 3 or "\t" in line:
        raise RequestRefused(400, "malformed request line")
    method, target, version = parts
    minor = 1
    if version != "HTTP/1.1":
        match = _VERSION.fullmatch(version)
        if match is None:
            raise RequestRefused(400, "malformed HTTP version")
        if match[1] != "1":
            raise RequestRefused(505, "only HTTP/1.1 and HTTP/1.0 are spoken here")
        # RFC 9110, section 2.5: a higher minor version is read as the highest one known.
        minor = min(int(match[2]), 1)
    if method not in _METHODS and _METHOD.fullmatch(method) is None:
        if _TOKEN.fullmatch(method) is None:
            raise RequestRefused(400, "malformed method")
        raise RequestRefused(501, "no such method")
    return method, target, minor


def _target(method: str, target: str) -> tuple[str, str, str | None]:
    """Path, query, and the authority of an absolute target.  Source: RFC 9112, section 3.2."""
    authority = None
    if not target.startswith("/"):
        match = _ABSOLUTE.match(target)
        if match is None:
            raise RequestRefused(400, "request target must be a path")
        authority = match[1]
        target = target[match.end() :]
        if not target.startswith("/"):
            target = "/" + target
    if method == "CONNECT":
        raise RequestRefused(400, "this server is no proxy")
    if "#" in target:
        raise RequestRefused(400, "request target holds a fragment")
    path, _, query = target.partition("?")
    if "%" in path and _BROKEN_ESCAPE.search(path):
        raise RequestRefused(400, "request target holds a broken percent escape")
    return path, query, authority


def _check_host(headers: dict[str, str], minor: int, authority: str | None) -> None:
    """Exactly one well-formed `Host`, but for HTTP/1.0.  Source: RFC 9112, sections 3.2 and 3.2.2."""
    host = headers.get("host")
    if host is None:
        if minor > 0:
            raise RequestRefused(400, "missing Host header field")
    elif _HOST.fullmatch(host) is None:
        raise RequestRefused(400, "malformed Host header field")
    if authority is not None:
        if _HOST.fullmatch(authority) is None:
            raise RequestRefused(400, "malformed authority in the request target")
        # Section 3.2.2: the field is ignored for the target's authority.
        headers["host"] = authority


def _framing(headers: dict[str, str], minor: int, limits: RequestLimits) -> int:
    """The body's length or `CHUNKED`.  Source: RFC 9112, sections 6.1 to 6.3."""
    length = headers.get("content-length")
    coding = headers.get("transfer-encoding")
    if coding is not None:
        if length is not None:
            raise RequestRefused(400, "both Content-Length and Transfer-Encoding")
        if minor == 0:
            raise RequestRefused(400, "Transfer-Encoding in an HTTP/1.0 request")
        if coding.lower() != "chunked":
            raise RequestRefused(501, "no transfer coding but chunked is understood")
        return CHUNKED
    if length is None:
        return 0
    if _LENGTH.fullmatch(length) is None:
        raise RequestRefused(400, "malformed Content-Length")
    # The digits are counted first: converting a number of thousands of digits is itself an attack.
    if len(length) > 18 or int(length) > limits.max_request_size:
        raise RequestRefused(
            413, f"request body is too large: {limits.max_request_size} bytes is the most (max_request_size)"
        )
    return int(length)


def _expectation(value: str, minor: int) -> bool:
    """Whether the client waits for 100.  Source: RFC 9110, section 10.1.1, which has HTTP/1.0's ignored."""
    if minor == 0:
        return False
    if value.lower() != "100-continue":
        raise RequestRefused(417, "no expectation but 100-continue is understood")
    return True
