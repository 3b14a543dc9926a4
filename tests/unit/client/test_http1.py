"""Reading HTTP/1.1 responses from a stream that delivers them in any pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.client.http1 import ProtocolError, Response, encode_request


class Pieces:
    """A stream that delivers given pieces, then ends."""

    def __init__(self, data: bytes, size: int = 1 << 20) -> None:
        self._pieces = [data[at : at + size] for at in range(0, len(data), size)]

    def sendall(self, data: bytes, /) -> None:
        """Nothing listens at the other end."""

    def recv(self, size: int, /) -> bytes:
        """The next piece."""
        return self._pieces.pop(0) if self._pieces else b""


@given(st.binary(max_size=300), st.integers(1, 50), st.integers(1, 60))
def test_every_framing_gives_the_body(body: bytes, piece: int, chunk: int) -> None:
    """A length, chunks and the end of the stream frame the same body, wherever the pieces are cut."""
    head = b"HTTP/1.1 200 OK\r\nX-A:  b \r\n"
    chunks = b"".join(
        b"%x;q=1\r\n%s\r\n" % (len(part), part) for part in (body[at : at + chunk] for at in range(0, len(body), chunk))
    )
    for wire in (
        head + b"Content-Length: %d\r\n\r\n" % len(body) + body,
        head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\nT: x\r\n\r\n",
        head + b"\r\n" + body,
    ):
        response = Response(Pieces(wire, piece), "GET")
        assert response.status == 200
        assert response.headers["x-a"] == "b"
        assert response.body() == body


def test_interim_responses_are_passed_over() -> None:
    """A 100 before the answer isn't the answer, and a 204 has no body whatever follows."""
    response = Response(Pieces(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\nxx"), "PUT")
    assert response.status == 204
    assert response.body() == b""


@pytest.mark.parametrize(
    "wire",
    [
        b"",
        b"HTTP/1.1",
        b"SSH-2.0-OpenSSH\r\n",
        b"\x15\x03\x01\x00\x02\x02\x16\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 600_000,
    ],
)
def test_what_is_no_response_is_refused(wire: bytes) -> None:
    """Another protocol, a cut answer or an endless header is an error, never half an answer."""
    with pytest.raises(ProtocolError):
        Response(Pieces(wire), "GET").body()


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "a\0b", "\x7f"])
def test_a_header_cannot_smuggle_another(value: str) -> None:
    """A token with a line end in it doesn't become a header of its own."""
    with pytest.raises(ValueError, match="invalid header field value"):
        encode_request("GET", "/", {"X-Vault-Token": value}, None)
