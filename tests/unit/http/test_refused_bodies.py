"""A body that can't be read is told as what it is."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.engines.kv.names import names_of
from strongroom.http.decode import decode
from strongroom.http.message import HttpRequest, Peer
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest, UnsupportedOperation

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def _sent(body: bytes, type_: str = JSON, **headers: str) -> object:
    fields = {"content-type": type_} | {name.replace("_", "-"): value for name, value in headers.items()}
    request = HttpRequest(
        method="POST",
        path="/v1/secret/data/a",
        query="",
        headers=fields,
        body=body,
        peer=Peer(address="", port=0, listener="t"),
    )
    return decode(request).data


@pytest.mark.parametrize(
    ("body", "type_", "told"),
    [
        (rb'{"a":"\ud800"}', JSON, r"half a character, \\ud800, at byte 6: .*surrogate pair"),
        (rb'{"\ud83d\ude00":"\\ud800","a":"x\udc00"}', JSON, r"half a character, \\udc00, at byte 32"),
        (rb'{"a":"\ud800\u0041"}', FORM, r"half a character, \\ud800, at byte 6"),
        (b'{"a":"b"', JSON, "it ends before it is complete"),
        (b'{"a":"\xff"}', JSON, "it is not UTF-8 at byte 6"),
        (gzip.compress(b'{"a":"b"}', mtime=0), JSON, "it is compressed: send it as it is"),
        ('{"a":"b"}'.encode("utf-16"), JSON, "it is UTF-16 or UTF-32: send UTF-8"),
        ('{"a":"b"}'.encode("utf-16-le"), JSON, "it is UTF-16 or UTF-32: send UTF-8"),
        (b"--x\r\n\r\nv\r\n--x--", "multipart/form-data; boundary=x", "the body is multipart/form-data: send JSON"),
        (b"{'a':1}", JSON, r"object keys must be strings \(byte 1\)"),
        (b"[1]", JSON, "cannot unmarshal array"),
    ],
)
def test_the_cause_is_told_and_where(body: bytes, type_: str, told: str) -> None:
    """Never as something that is cut off, unless it is."""
    with pytest.raises(InvalidRequest, match=f"^failed to decode JSON input: .*{told}"):
        _sent(body, type_)


def test_a_compressed_body_is_refused_by_its_field() -> None:
    """Whatever it holds; `identity` is no compression."""
    with pytest.raises(InvalidRequest, match="the Content-Encoding gzip, which is not supported: send it without"):
        _sent(b'{"a":"b"}', content_encoding="gzip")
    assert _sent(b'{"a":"b"}', content_encoding="identity") == {"a": "b"}


@pytest.mark.parametrize("type_", [JSON, FORM, ""])
def test_a_byte_order_mark_is_told_and_a_missing_type_does_no_harm(type_: str) -> None:
    """The mark isn't taken for the name of a form's field; what scripts send without a type is JSON."""
    assert _sent(b'{"a":"b"}', type_) == {"a": "b"}
    with pytest.raises(InvalidRequest, match="it begins with a byte order mark: send it without"):
        _sent(b'\xef\xbb\xbf{"a":"b"}', type_)


def test_options_is_answered_as_the_reference_server_does() -> None:
    """405 where the method is what it says, 400 below mounts; with CORS it is the browser's question."""
    peer = Peer(address="", port=0, listener="t")
    with pytest.raises(UnsupportedOperation):
        decode(
            HttpRequest(method="OPTIONS", path="/v1/sys/health", query="", headers={}, body=b"", peer=peer),
            {"sys/health"},
        )
    with pytest.raises(InvalidRequest, match="cannot handle internal-only request operation"):
        decode(
            HttpRequest(method="OPTIONS", path="/v1/secret/data/a", query="", headers={}, body=b"", peer=peer),
            {"sys/health"},
        )


def test_a_path_that_is_too_deep_is_told_with_its_limit() -> None:
    """75 parts of one letter are the most that fit; the text says how they are counted."""
    names = names_of(bytes(64))
    names.seal("/".join("a" * 75))
    with pytest.raises(
        InvalidRequest, match=r"its parts may take 1800 bytes encrypted, each a third more .* fixed limit"
    ):
        names.seal("/".join("a" * 76))


@given(st.binary(max_size=40) | st.text('{}":\\u dD8c0"a', max_size=40).map(str.encode))
def test_whatever_is_sent_is_decoded_or_refused(body: bytes) -> None:
    """The search for a cause raises nothing of its own, and finds none where there is none."""
    try:
        json.loads(body)
    except InvalidRequest as error:
        assert error.text
