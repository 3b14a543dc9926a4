"""What clients send to prove a second factor."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.services.mfa.credentials import Credentials, from_header, from_payload, passcode_of


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("m", {"m": ()}),
        ("m:1", {"m": ("1",)}),
        (" m : 1 ,n", {"m": ("1",), "n": ()}),
        ("m:passcode=1", {"m": ("passcode=1",)}),
        ("m:1,m:2", {"m": ("1", "2")}),
        ("m,m:2", {"m": ("2",)}),
        ("m:a:b", {"m": ("a:b",)}),
        (",".join(f"m{number}" for number in range(32)), {f"m{number}": () for number in range(32)}),
        ("m:" + "1" * 256, {"m": ("1" * 256,)}),
    ],
)
def test_headers(header: str, found: dict[str, tuple[str, ...]]) -> None:
    """Repeated headers arrive joined by commas."""
    credentials = from_header(header)
    assert credentials is not None
    assert credentials.by_method == found


def test_no_header() -> None:
    """No credentials are something else than credentials for no method."""
    assert from_header("") is None


@pytest.mark.parametrize("header", [",", "m,", ":1", "m:", "m: ", "m:" + "1" * 257, "m," * 33 + "m:"])
def test_what_is_no_header(header: str) -> None:
    """Nothing in it is guessed."""
    with pytest.raises(InvalidRequest):
        from_header(header)


def test_payloads() -> None:
    """Lists of texts, also empty ones."""
    assert from_payload({"m": ["1"], "n": []}).by_method == {"m": ("1",), "n": ()}
    assert from_payload({}).by_method == {}


@pytest.mark.parametrize("codes", ["1", 1, None, {"a": "b"}, [1], [None], [["1"]], ["1" * 257]])
def test_what_is_no_payload(codes: Any) -> None:
    """Anything else is refused as a whole."""
    with pytest.raises(InvalidRequest):
        from_payload({"n": ["1"], "m": codes})


def test_too_many_methods() -> None:
    """More than any enforcement of a person's login has."""
    assert len(from_payload({f"m{number}": [] for number in range(32)}).by_method) == 32
    with pytest.raises(InvalidRequest):
        from_payload({f"m{number}": [] for number in range(33)})


def test_passcodes() -> None:
    """One at the most; its name may stand before it."""
    assert [passcode_of(codes) for codes in ((), ("1",), ("passcode=1",), (" 1 ",))] == ["", "1", "1", "1"]
    with pytest.raises(PermissionDenied, match="multiple passcodes"):
        passcode_of(("1", "2"))


def test_a_method_by_its_names() -> None:
    """The id before the name; an empty name is none."""
    credentials = Credentials({"id": ("1",), "name": ("2",), "": ("3",)})
    assert credentials.named("id", "name") == ("1",)
    assert credentials.named("other", "name") == ("2",)
    assert credentials.named("other", "") is None
