"""What a client says first is read as OpenSSL reads it, and nothing makes the reader fail."""

from __future__ import annotations

import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.http.client_hello import MAX_BYTES, ClientHello, read_client_hello


def said(name: str | None, protocols: list[str]) -> bytes:
    """What Python's own client says first."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    if protocols:
        context.set_alpn_protocols(protocols)
    outgoing = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def in_records(hello: bytes, size: int) -> bytes:
    """The same message, in records of at most this many bytes."""
    message = hello[5:]
    pieces = [message[at : at + size] for at in range(0, len(message), size)]
    return b"".join(hello[:3] + len(piece).to_bytes(2, "big") + piece for piece in pieces)


@pytest.mark.parametrize(
    ("name", "protocols", "found"),
    [
        ("a.example", ["acme-tls/1"], ClientHello("a.example", (b"acme-tls/1",))),
        ("A.Example", [], ClientHello("a.example", ())),
        (None, ["h2", "http/1.1"], ClientHello("", (b"h2", b"http/1.1"))),
        (None, [], ClientHello()),
    ],
)
def test_name_and_protocols(name: str | None, protocols: list[str], found: ClientHello) -> None:
    """Both extensions are found, whether there or not."""
    assert read_client_hello(said(name, protocols)) == found


def test_waits_for_the_rest() -> None:
    """Every beginning is incomplete; what follows the message doesn't matter."""
    hello = said("a.example", ["acme-tls/1"])
    assert all(read_client_hello(hello[:length]) is None for length in range(len(hello)))
    assert read_client_hello(hello + b"\x16\x03\x01") == read_client_hello(hello)


def test_may_span_records() -> None:
    """A message in several records reads the same; in very many it says nothing."""
    hello = said("a.example", ["acme-tls/1"])
    assert read_client_hello(in_records(hello, 100)) == read_client_hello(hello)
    assert read_client_hello(in_records(hello, 1)) == ClientHello()


def test_does_not_wait_for_ever() -> None:
    """What is longer than any client's first message says nothing."""
    endless = b"\x16\x03\x01\xff\xff" + b"\x01\xff\xff\xff" + bytes(MAX_BYTES)
    assert read_client_hello(endless) == ClientHello()


@given(st.binary(max_size=600))
def test_nothing_makes_it_fail(data: bytes) -> None:
    """Bytes of any kind read as a message or as none."""
    assert isinstance(read_client_hello(data), ClientHello | None)


@given(st.data())
def test_no_damage_makes_it_fail(data: st.DataObject) -> None:
    """Nor does a real message with some bytes changed."""
    hello = bytearray(said("a.example", ["acme-tls/1", "http/1.1"]))
    for _ in range(data.draw(st.integers(1, 4))):
        hello[data.draw(st.integers(0, len(hello) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(read_client_hello(bytes(hello)), ClientHello | None)
