"""Claims about reading requests from bytes."""

from __future__ import annotations

import time
from typing import Any

import pytest

from strongroom.http.message import HttpRequest, Peer
from strongroom.http.parser import RequestLimits, RequestParser, RequestRefused
from tests.unit.http.vectors import accepted, refused

PEER = Peer("192.0.2.1", 4711, "127.0.0.1:8200")
LIMITS = RequestLimits()
SMALL = b"GET /v1/x HTTP/1.1\r\nHost: a\r\n\r\n"


def names(vectors: list[dict[str, Any]]) -> list[str]:
    return [vector["name"] for vector in vectors]


def parse(*parts: bytes, limits: RequestLimits = LIMITS) -> list[HttpRequest]:
    """Every request that a parser makes of `parts`."""
    parser = RequestParser(limits, PEER)
    requests = []
    for part in parts:
        request = parser.receive(part)
        while request is not None:
            requests.append(request)
            request = parser.receive()
    return requests


def status_of(*parts: bytes, limits: RequestLimits = LIMITS) -> int:
    with pytest.raises(RequestRefused) as caught:
        parse(*parts, limits=limits)
    assert caught.value.text
    return caught.value.status


@pytest.mark.parametrize("vector", accepted(), ids=names(accepted()))
def test_reads_what_the_rfc_allows(vector: dict[str, Any]) -> None:
    """A well-formed request comes out as its vector says, alone and followed by another."""
    want = vector["want"]
    for tail in (b"", SMALL):
        request = parse(vector["data"] + tail)[0]
        assert (request.method, request.path, request.query) == (want["method"], want["path"], want["query"])
        assert request.body == want["body"].encode("latin-1")
        assert request.peer is PEER
        if "headers" in want:
            assert request.headers == want["headers"]


@pytest.mark.parametrize("vector", accepted(), ids=names(accepted()))
def test_pieces_make_no_difference(vector: dict[str, Any]) -> None:
    """Cut in two at every byte, or into single bytes, two pipelined requests read as if they had come whole."""
    data = vector["data"] + SMALL
    whole = parse(data)
    assert len(whole) == 2
    for cut in range(1, len(data)):
        assert parse(data[:cut], data[cut:]) == whole
    assert parse(*(data[at : at + 1] for at in range(len(data)))) == whole


@pytest.mark.parametrize("vector", refused(), ids=names(refused()))
def test_refuses_what_is_ambiguous_or_too_large(vector: dict[str, Any]) -> None:
    """A request that two readers could understand differently is refused with the status its vector says."""
    assert status_of(vector["data"]) == vector["status"]


@pytest.mark.parametrize("vector", refused(), ids=names(refused()))
def test_refuses_in_pieces(vector: dict[str, Any]) -> None:
    """What is refused whole is refused in pieces, and nothing was read out of it before."""
    data = vector["data"]
    for size in (1, 7) if len(data) < 1000 else (997,):
        parser = RequestParser(LIMITS, PEER)
        with pytest.raises(RequestRefused):
            for at in range(0, len(data), size):
                assert parser.receive(data[at : at + size]) is None


def test_what_can_become_no_request_is_refused_before_its_end() -> None:
    """A control byte or a bare line feed is answered at once, not when the time for a head runs out."""
    assert status_of(b"GET /v1/x HTTP/1.1\r\nX-Vault-Token: \x01") == 400
    assert status_of(b"GET /v1/x HTTP/1.1\r\nHost: a\n") == 400
    assert status_of(b"GET /v1/x HTTP/1.1\r\n", b"Host: a\n") == 400
    assert status_of(b"\x16\x03\x01\x02\x00") == 400
    assert status_of(b"\nGET") == 400


def test_a_line_end_cut_in_two_is_no_bare_line_feed() -> None:
    """CR at the end of one piece and LF at the start of the next are one line end."""
    assert len(parse(b"GET /v1/x HTTP/1.1\r", b"\nHost: a\r", b"\n\r", b"\n")) == 1


def test_limits_are_inclusive() -> None:
    """A body of exactly the limit is taken, one byte more is refused, announced or in chunks."""
    limits = RequestLimits(max_request_size=4)
    head = b"POST / HTTP/1.1\r\nHost: a\r\n"
    assert parse(head + b"Content-Length: 4\r\n\r\nabcd", limits=limits)[0].body == b"abcd"
    assert status_of(head + b"Content-Length: 5\r\n\r\n", limits=limits) == 413
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n"
    assert parse(chunked + b"2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n", limits=limits)[0].body == b"abcd"
    assert status_of(chunked + b"2\r\nab\r\n3\r\n", limits=limits) == 413


def test_tiny_chunks_are_bounded() -> None:
    """A body of one-byte chunks needs leave once there are thousands, and is refused once its framing is too much."""
    chunk = b"1\r\na\r\n"
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    parser = RequestParser(RequestLimits(), PEER)
    assert parser.receive(head + chunk * 6_000) is None
    assert not parser.needs_leave
    assert parser.receive(chunk * 54_000) is None
    assert parser.needs_leave
    parser.grant()
    with pytest.raises(RequestRefused) as caught:
        parser.receive()
    assert caught.value.status == 400


def test_keep_alive_follows_version_and_connection() -> None:
    """HTTP/1.1 stays open unless told to close, HTTP/1.0 closes unless told to stay."""
    cases = {
        (b"1.1", b""): True,
        (b"1.1", b"Connection: close\r\n"): False,
        (b"1.1", b"Connection: Keep-Alive, CLOSE\r\n"): False,
        (b"1.0", b""): False,
        (b"1.0", b"Connection: keep-alive\r\n"): True,
        (b"1.0", b"Connection: keep-alive, close\r\n"): False,
    }
    for (version, field), stays in cases.items():
        parser = RequestParser(LIMITS, PEER)
        parser.receive(b"GET / HTTP/%b\r\nHost: a\r\n%b\r\n" % (version, field))
        assert parser.last is not None
        assert parser.last.keep_alive is stays
        assert parser.last.answers_chunked is (version == b"1.1")


def test_a_client_that_waits_for_100_is_noticed() -> None:
    """`awaits_continue` is true exactly while the head is there and nothing of its body is."""
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n"
    parser = RequestParser(LIMITS, PEER)
    assert parser.receive(head[:-1]) is None
    assert not parser.awaits_continue
    assert parser.receive(head[-1:]) is None
    assert parser.awaits_continue
    assert parser.receive(b"a") is None
    assert not parser.awaits_continue
    assert parser.receive(b"b") is not None
    chunked = RequestParser(LIMITS, PEER)
    assert chunked.receive(head.replace(b"Content-Length: 2", b"Transfer-Encoding: chunked")) is None
    assert chunked.awaits_continue
    for part in (b"2\r\n", b"ab", b"\r\n", b"0\r\n"):
        assert chunked.receive(part) is None
        assert not chunked.awaits_continue
    assert chunked.receive(b"\r\n") is not None
    old = RequestParser(LIMITS, PEER)
    assert old.receive(head.replace(b"HTTP/1.1", b"HTTP/1.0")) is None
    assert not old.awaits_continue


def test_single_bytes_cost_linear_time() -> None:
    """Four times as many single bytes take about four times as long, not sixteen times: nothing is searched again."""

    def seconds(size: int) -> float:
        parser = RequestParser(RequestLimits(max_header_bytes=10**6, max_request_line=10**6), PEER)
        data = b"GET /" + b"a" * size
        best = float("inf")
        for _ in range(3):
            began = time.process_time()
            for at in range(len(data)):
                parser.receive(data[at : at + 1])
            best = min(best, time.process_time() - began)
            parser = RequestParser(RequestLimits(max_header_bytes=10**6, max_request_line=10**6), PEER)
        return best

    assert seconds(80_000) < 9 * seconds(20_000)


def test_buffered_bytes_counts_what_is_held() -> None:
    """What has arrived of an incomplete request is counted, so that the listener can bound the memory of all."""
    parser = RequestParser(LIMITS, PEER)
    assert parser.idle
    parser.receive(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + b"x" * 400)
    assert (parser.in_body, parser.idle, parser.buffered_bytes) == (True, False, 400)
    parser.append(b"y" * 100)
    assert parser.buffered_bytes == 500
    request = parser.receive(b"y" * 500)
    assert request is not None
    assert len(request.body) == 1000
    assert (parser.idle, parser.buffered_bytes) == (True, 0)


@pytest.mark.parametrize(
    "parts", [[b"\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n"], [b"\r\n", b"\r\nGET / HTTP/1.1\r\nHost: a\r\n"]]
)
def test_a_second_empty_line_is_refused_at_once(parts: list[bytes]) -> None:
    """Wherever the bytes are cut, and though the head isn't complete."""
    parser = RequestParser(LIMITS, PEER)
    with pytest.raises(RequestRefused, match="malformed request line") as refused:
        for part in parts:
            parser.receive(part)
    assert refused.value.status == 400
