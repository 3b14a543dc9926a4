"""Claims about status lines and response headers."""

from __future__ import annotations

import pytest

from strongroom.http.response_head import HeaderInvalid, date_line, encode_head


def test_date() -> None:
    """The date is an IMF-fixdate.  Source: RFC 9110, section 5.6.7."""
    assert date_line(784111777.9) == b"date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"


def test_fields() -> None:
    """Fields come in order, framing last; what belongs to the connection can't be set by the application."""
    head = encode_head(
        200,
        (("Content-Type", "a/b"), ("Content-Length", "99"), ("connection", "upgrade"), ("x-a", "\u00e9")),
        b"date: d\r\n",
        body_bytes=3,
        keep_alive=True,
    )
    assert head == b"HTTP/1.1 200 OK\r\ndate: d\r\nContent-Type: a/b\r\nx-a: \xe9\r\ncontent-length: 3\r\n\r\n"


@pytest.mark.parametrize("status", [204, 304])
def test_bodiless(status: int) -> None:
    """204 and 304 have no length.  Source: RFC 9110, section 8.6."""
    assert b"content-length" not in encode_head(status, (), b"", body_bytes=0, keep_alive=True)


def test_connection() -> None:
    """Close and keep-alive are said when they must be; chunks announced."""
    assert encode_head(299, (), b"", body_bytes=0, keep_alive=False).startswith(b"HTTP/1.1 299 \r\n")
    assert b"connection: close\r\n" in encode_head(200, (), b"", body_bytes=0, keep_alive=False)
    kept = encode_head(200, (), b"", body_bytes=0, keep_alive=True, announce_keep_alive=True)
    assert b"connection: keep-alive\r\n" in kept
    streamed = encode_head(200, (), b"", body_bytes=None, chunked=True, keep_alive=True)
    assert b"transfer-encoding: chunked\r\n" in streamed
    assert b"content-length" not in streamed


@pytest.mark.parametrize("value", ["a\r\nb: c", "a\nb", "a\rb", "a\0b", "\u20ac"])
def test_nothing_ends_a_line(value: str) -> None:
    """A value, or a name, that would end its line or isn't Latin-1 is refused."""
    with pytest.raises(HeaderInvalid):
        encode_head(200, (("x-a", value),), b"", body_bytes=0, keep_alive=True)
    with pytest.raises(HeaderInvalid):
        encode_head(200, ((value, "x"),), b"", body_bytes=0, keep_alive=True)
