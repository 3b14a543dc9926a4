"""Generated requests, against `h11` as a second opinion."""

from __future__ import annotations

import itertools

import h11
from hypothesis import example, given, settings
from hypothesis import strategies as st

from strongroom.http.addresses import parse_address, parse_networks
from strongroom.http.forwarded import ForwardedRules, client_address
from strongroom.http.message import HttpRequest, Peer
from strongroom.http.parser import RequestLimits, RequestParser, RequestRefused
from strongroom.http.proxy_protocol import ProxyHeaderInvalid, read_proxy_header
from tests.fuzz.effort import examples

PEER = Peer("192.0.2.1", 4711, "127.0.0.1:8200")
LIMITS = RequestLimits(max_request_line=200, max_header_bytes=600, max_header_fields=12, max_request_size=300)

# What one of two readers may take for something else.
_NASTY = [
    *(bytes([byte]) for byte in b"\r\n\0\x0b \t:,;01a\xff%#"),
    b"\r\n",
    b"\r\n\r\n",
    b"chunked",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Length: 3\r\n",
    b"Content-Length: 5\r\n",
    b"Host: b\r\n",
    b"Expect: 100-continue\r\n",
    b"Connection: close\r\n",
    b"GET / HTTP/1.1\r\n",
    b"HTTP/1.0",
    b"0\r\n\r\n",
    b"3\r\nabc\r\n",
]

methods = st.sampled_from([b"GET", b"POST", b"LIST", b"SCAN", b"PATCH", b"HEAD", b"M-X"])
targets = st.sampled_from([b"/", b"/v1/a?b=c", b"/v1/%41", b"/v1/a;b", b"//x"])
versions = st.sampled_from([b"HTTP/1.1", b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0"])
names = st.sampled_from([b"Host", b"X-Vault-Token", b"Accept", b"x-a", b"Connection", b"Content-Length", b"Expect"])
values = st.text("abz019 ,;=\t:", max_size=12).map(str.encode)
fields = st.lists(st.tuples(names, values), max_size=5).map(
    lambda pairs: b"".join(b"%b: %b\r\n" % pair for pair in pairs)
)
bodies = st.binary(max_size=40)


def _sized(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def _chunked(pieces: list[bytes]) -> bytes:
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces if piece)
    return b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"


ends = st.one_of(st.just(b"\r\n"), bodies.map(_sized), st.lists(bodies, max_size=4).map(_chunked))
requests = st.builds(
    lambda method, target, version, some, end: b"%b %b %b\r\nHost: a\r\n%b%b" % (method, target, version, some, end),
    methods, targets, versions, fields, ends,
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A request with bytes put in, taken out or replaced."""
    data = draw(requests)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 4))
        data = data[:at] + draw(st.sampled_from([b"", *_NASTY])) + data[at + length :]
    return data


_PROXY_STARTS = [b"PROXY ", b"PROXY TCP4 ", b"\r\n\r\n\0\r\nQUIT\n", b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c", b""]


def ours(parts: list[bytes]) -> tuple[list[HttpRequest], int | None]:
    """The requests in `parts`, and the status of the refusal that ended them."""
    parser = RequestParser(LIMITS, PEER)
    found = []
    try:
        for part in parts:
            request = parser.receive(part)
            while request is not None:
                found.append(request)
                request = parser.receive()
    except RequestRefused as refusal:
        assert 400 <= refusal.status < 600
        return found, refusal.status
    return found, None


def theirs(data: bytes) -> tuple[h11.Request, bytes]:
    """The first request in `data` as h11 reads it."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(data)
    request = connection.next_event()
    assert isinstance(request, h11.Request)
    body = b""
    while isinstance(event := connection.next_event(), h11.Data):
        body += bytes(event.data)
    assert isinstance(event, h11.EndOfMessage)
    return request, body


@settings(max_examples=examples(1500))
@given(damaged())
@example(b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
@example(b"POST http://b/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nz")
def test_what_we_accept_h11_accepts_alike(data: bytes) -> None:
    """Method, target, fields and body of an accepted request are what h11 reads, but for three things.

    - One empty line before a request is skipped, as RFC 9112, section 2.2, wants; h11 refuses it.
    - Of an absolute target the path remains and its authority replaces `Host` (section 3.2.2); h11 leaves both alone.
    - Repeated fields are joined; h11 lists them one by one.
    """
    found, _ = ours([data])
    if not found:
        return
    request, body = theirs(data.removeprefix(b"\r\n"))
    mine = found[0]
    assert mine.method.encode() == request.method
    target = request.target.decode()
    absolute = not target.startswith("/")
    read = mine.path + (f"?{mine.query}" if "?" in target else "")
    assert target.endswith(read.removeprefix("/")) if absolute else target == read
    assert mine.body == body
    joined: dict[str, str] = {}
    for name, value in request.headers:
        key, text = name.decode(), value.decode()
        joined[key] = f"{joined[key]}, {text}" if key in joined else text
    if absolute:
        joined.pop("host", None)
        assert mine.headers.pop("host") in target
    assert mine.headers == joined


@settings(max_examples=examples(800))
@given(st.lists(damaged(), min_size=1, max_size=3).map(b"".join), st.lists(st.integers(0, 400), max_size=8))
def test_pieces_make_no_difference(data: bytes, cuts: list[int]) -> None:
    """However the bytes are cut, the same requests come out and the same kind of end follows."""
    whole, status = ours([data])
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces, pieces_status = ours([data[start:end] for start, end in itertools.pairwise(edges)])
    assert pieces == whole
    # With several faults, how much has arrived decides which is met first; that it is refused never changes.
    assert (pieces_status is None) == (status is None)


@settings(max_examples=examples(800))
@given(st.lists(st.one_of(st.binary(max_size=30), st.sampled_from(_NASTY)), max_size=30))
def test_any_bytes_are_read_or_refused(parts: list[bytes]) -> None:
    """Nothing but the parser's own refusal ever comes out, and it never holds more than its limits."""
    ours(parts)


@settings(max_examples=examples(500))
@given(st.sampled_from(_PROXY_STARTS), st.binary())
def test_any_proxy_header_is_read_or_refused(start: bytes, rest: bytes) -> None:
    """A PROXY header is read, refused, or more of it is awaited; its length never exceeds what there is."""
    try:
        header = read_proxy_header(start + rest)
    except ProxyHeaderInvalid:
        return
    if header is None:
        assert len(rest) < 5000
    else:
        assert header.length <= len(start + rest)


@settings(max_examples=examples(300))
@given(st.text(), st.integers(0, 3))
def test_any_forwarded_field_gives_an_address_or_is_refused(field: str, skips: int) -> None:
    """With nobody authorised no field has any effect; with everybody it gives an IP address or a refusal."""
    nobody = ForwardedRules(authorized=(), hop_skips=skips)
    assert client_address(nobody, "192.0.2.1", field) == "192.0.2.1"
    everybody = ForwardedRules(authorized=parse_networks(["0.0.0.0/0"]), hop_skips=skips)
    try:
        address = client_address(everybody, "192.0.2.1", field)
    except RequestRefused:
        return
    assert parse_address(address) is not None
