"""Reading HTTP/1.1 responses from a stream that delivers them in any pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.client import http1
from strongroom.client.http1 import ProtocolError, Response, encode_request
from strongroom.client.response_reader import ResponseReader


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


def test_a_body_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that goes on sending doesn't fill the memory; what is read in pieces may be longer."""
    monkeypatch.setattr(http1, "MOST_WHOLE_BYTES", 1000)
    wire = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001
    with pytest.raises(ProtocolError, match="longer than 1000 bytes"):
        Response(Pieces(wire, 100), "GET").body()
    assert len(b"".join(Response(Pieces(wire, 100), "GET").blocks())) == 1001
    assert len(Response(Pieces(wire[:-1], 100), "GET").body()) == 1000


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


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("wire", "reusable"),
    [
        (OK + b"Content-Length: 2\r\n\r\nab", True),
        (OK + b"Content-Length: 0\r\n\r\n", True),
        (OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nab", True),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", True),
        (OK + b"Connection: Close\r\nContent-Length: 2\r\n\r\nab", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab", False),
        (OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", False),
        (OK + b"Content-Length: 2\r\n\r\nabHTTP/1.1 200 OK\r\n", False),
    ],
)
def test_a_connection_stays_open_after_a_response_with_one_end(wire: bytes, reusable: bool) -> None:
    """Only where both ends are sure to agree on where the response ended is the connection used again."""
    reader = ResponseReader("GET")
    reader.receive(wire)
    assert reader.ended
    assert reader.reusable == reusable


def test_the_end_of_the_stream_ends_a_response_without_a_length_and_no_other() -> None:
    """What has no length lasts until the stream ends, and the connection with it."""
    reader = ResponseReader("GET")
    reader.receive(OK + b"\r\nab")
    assert not reader.ended
    reader.receive(b"")
    assert reader.ended
    assert not reader.reusable
    assert reader.take() == b"ab"


def test_repeated_fields_are_kept_apart() -> None:
    """A field that comes twice, such as `Link`, is there twice, in the order and with the names that it came with."""
    reader = ResponseReader("GET")
    reader.receive(OK + b"Link: <a>\r\nlink: <b>\r\nContent-Length: 0\r\n\r\n")
    assert reader.fields == [("Link", "<a>"), ("link", "<b>"), ("Content-Length", "0")]


@pytest.mark.parametrize(
    "wire",
    [
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nab",
        OK + b"Content-Length: \xb2\r\n\r\nab",
        OK + b"Content-Length: 99999999999999999999\r\n\r\nab",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n+2\r\nab\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * 90_000,
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + b"X" * 300_000,
    ],
)
def test_what_two_readers_could_frame_differently_is_refused(wire: bytes) -> None:
    """Two lengths, an unknown coding, a number that isn't one: an error rather than a guess at where it ends."""
    reader = ResponseReader("GET")
    with pytest.raises(ProtocolError):
        reader.receive(wire)
