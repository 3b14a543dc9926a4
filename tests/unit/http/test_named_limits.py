"""A text that refuses for a limit names the setting that moves it, or says that none does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from strongroom.http import form
from strongroom.http.message import Peer
from strongroom.http.parser import RequestLimits, RequestParser, RequestRefused
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest

HEAD = b"POST /v1/x HTTP/1.1\r\nHost: a\r\n"
LIMITS = RequestLimits(max_unauthenticated_request_size=RequestLimits().max_request_size)
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
PAGE = Path(__file__).parents[3] / "docs" / "listeners.md"
SETTINGS = set(re.findall(r"`(\w+)`", PAGE.read_text(encoding="utf-8")))
"""Whose names `tests/conformance/docs` compares with the stanza."""


def _is_named(text: str) -> None:
    setting = re.search(r"\((\w+)\)$", text)
    assert text.endswith("which is fixed)") or (setting is not None and setting[1] in SETTINGS), text


@pytest.mark.parametrize(
    "data",
    [
        b"GET /" + b"x" * 60_000,
        b"GET /" + b"x" * 16_400 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        HEAD + b"a: " + b"x" * 40_000,
        HEAD + b"".join(b"a%d: b\r\n" % at for at in range(101)) + b"\r\n",
        HEAD + b"Content-Length: 99999999999\r\n\r\n",
        CHUNKED + b"fffffff\r\n",
        CHUNKED + b"1;" + b"x" * 10_000,
        CHUNKED + b"1\r\nx\r\n" * 60_000,
        CHUNKED + b"0\r\na: " + b"x" * 40_000,
    ],
    ids=["line", "whole line", "head", "fields", "length", "chunk", "chunk line", "small chunks", "trailer"],
)
def test_what_is_too_large_names_its_limit(data: bytes) -> None:
    """Each refusal of a request for its size names a setting of the listener, or says that the limit is fixed."""
    parser = RequestParser(LIMITS, Peer("192.0.2.1", 4711, "127.0.0.1:8200"))
    with pytest.raises(RequestRefused) as caught:
        parser.receive(data)
        parser.receive()
    _is_named(caught.value.text)


@pytest.mark.parametrize(
    "value", [{"a": {"b": {"c": {}}}}, {"a": "12345"}, {"a": 1, "b": 2, "c": 3}, [1, 2, 3], ["a", ["b"]]]
)
def test_json_that_is_too_complex_names_its_limit(value: object) -> None:
    """Each limit on JSON is a setting of the listener, and the refusal names it."""
    limits = json.Limits(depth=2, string_bytes=4, entries=2, elements=2, strings=1)
    with pytest.raises(InvalidRequest) as caught:
        json.check(value, limits)
    _is_named(caught.value.text)


def test_a_form_with_too_many_fields_names_its_limit() -> None:
    """What Vault says comes first, for clients that match it."""
    with pytest.raises(ValueError, match=r"^Max number of fields exceeded") as caught:
        form.fields(b"a=b&" * 1000)
    _is_named(str(caught.value))
