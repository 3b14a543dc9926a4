"""Records give back what was put into them, by another process's clock; and no bytes harm whoever reads them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.agent.dependencies.certificate import Pems
from strongroom.agent.dependencies.dependency import Dependency, certificate, names, secret
from strongroom.agent.dependencies.kept.record import KeptAnswer, NoRecord, decoded, encoded
from strongroom.agent.dependencies.moment import Moment
from strongroom.agent.dependencies.secret import Secret, secret_of
from strongroom.agent.dependencies.state import Answer
from strongroom.agent.dependencies.terms import Expiring, Leased, Rotated, Static, Terms
from strongroom.client.values import decode
from strongroom.template.values import Number

WRITTEN, READ = Moment(100.0, 1_000_000.0), Moment(7.0, 1_000_050.0)
"""The same two clocks in two processes, the second one 50 s later."""
SHIFT_S = 100.0 - (7.0 - 50.0)
"""What a time of the first process is less in the second one."""
ANSWER = {
    "request_id": "r",
    "lease_id": "database/creds/app/x",
    "lease_duration": 3600,
    "renewable": True,
    "data": {"float": 1.50, "whole": 12345678901234567890, "text": "1", "list": [None, True, {"a": []}], "é\0": "\n"},
    "warnings": ["w"],
    "auth": {"client_token": "t", "accessor": "a", "policies": ["p"], "metadata": {"a": "b"}, "lease_duration": 60},
    "wrap_info": {"token": "w", "ttl": 60, "creation_time": "2026-01-02T03:04:05.123456+02:00"},
}
FULL = secret_of(decode(json.dumps(ANSWER)))
PEMS = Pems("cert", "key", "ca", ("ca", "root"), 1.0, 2e9, "0a:0b")
ASKED = secret("database/creds/app?a=b", None)


def _kept(value: Any, terms: Terms, dependency: Dependency = ASKED) -> KeptAnswer:
    return KeptAnswer("https://server ns1", dependency, Answer(value, terms, turn=3), "hvs.token", 90.0)


@pytest.mark.parametrize(
    ("dependency", "value", "terms", "expected"),
    [
        (ASKED, FULL, Leased("l", 3600, 7200, True, 80.0), Leased("l", 3600, 7200, True, 80.0 - SHIFT_S)),
        (ASKED, secret_of({}), Static(5.0), Static(5.0)),
        (secret("a", {"password": "hunter2"}), None, Static(), Static()),
        (secret("a", {}), secret_of({}), Rotated(150.0), Rotated(150.0 - SHIFT_S)),
        (names("a"), ["a", "b/"], Static(), Static()),
        (certificate("pki/issue/web", {"common_name": "a"}, "/x"), PEMS, Expiring(1, 2), Expiring(-142, -141)),
    ],
)
def test_a_record_gives_back_the_answer(dependency: Dependency, value: Any, terms: Terms, expected: Terms) -> None:
    """With the same value, and its times by the clock of the process that reads it."""
    kept = _kept(value, terms, dependency)
    found = decoded(encoded(kept, WRITTEN), READ)
    answer = replace(kept.answer, terms=expected)
    assert found == replace(kept, answer=answer, at=90.0 - SHIFT_S)
    assert type(found.answer.value) is type(value)


def test_numbers_keep_their_spelling() -> None:
    """A template sees what it would have seen without the restart, digit by digit, and texts stay texts."""
    read = decoded(encoded(_kept(FULL, Static()), WRITTEN), READ).answer.value
    assert isinstance(read, Secret)
    assert read.data["float"] == Number("1.5")
    assert [type(read.data[name]) for name in ("float", "whole", "text")] == [Number, Number, str]
    assert read.request_id == "r"


def test_a_record_of_an_earlier_release() -> None:
    """What stands in files is read by later releases."""
    record = {
        "origin": "http://127.0.0.1:8200 ",
        "kind": "read",
        "path": "secret/app",
        "query": [["version", "2"]],
        "arguments": [],
        "place": "",
        "value": {
            "type": "secret",
            "secret": {
                "request_id": "",
                "lease_id": "l",
                "lease_duration": 60,
                "renewable": False,
                "data": {"a": msgspec.msgpack.Ext(1, b"1.50")},
                "warnings": [],
                "auth": None,
                "wrap_info": None,
            },
        },
        "terms": {
            "type": "lease",
            "lease_id": "l",
            "duration_s": 60,
            "full_s": 60,
            "renewable": False,
            "granted_at": 1_000_040,
        },
        "token": "t",
        "turn": 1,
        "at": 1_000_040,
    }
    found = decoded(msgspec.msgpack.encode(record), READ)
    assert found.dependency == secret("secret/app?version=2")
    assert found.answer.terms == Leased("l", 60, 60, False, -3.0)
    assert (found.answer.value.data, found.token) == ({"a": "1.50"}, "t")


@pytest.mark.parametrize(
    "value",
    [object(), secret_of({"data": {"a": "\ud800"}}), ["\udcff"], secret_of({"data": {"a": object()}})],
    ids=["another", "surrogate", "bytes", "within"],
)
def test_what_cannot_be_kept_says_so(value: Any) -> None:
    """The text has nothing of the value."""
    with pytest.raises(NoRecord, match=r"^it can't be encoded: \w+$"):
        encoded(_kept(value, Static()), WRITTEN)


def _with_terms(**terms: Any) -> bytes:
    kept = msgspec.msgpack.decode(encoded(_kept(FULL, Static()), WRITTEN), ext_hook=msgspec.msgpack.Ext)
    return msgspec.msgpack.encode({**kept, "terms": terms})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80",
        b"\x91" * 100_000 + b"\xc0",
        _with_terms(type="static", hint_s=float("nan")),
        _with_terms(type="rotated", at=float("inf")),
        _with_terms(type="lease", lease_id="", duration_s=1, full_s=1, renewable=False, granted_at=float("nan")),
        _with_terms(type="other"),
    ],
    ids=["empty", "lacking", "deep", "nan", "infinite", "lease", "unknown"],
)
def test_other_bytes_are_no_record(content: bytes) -> None:
    """They are told from records by one error, whatever is wrong with them."""
    with pytest.raises(NoRecord):
        decoded(content, READ)


@given(content=st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    """Bytes without sense are no record."""
    with pytest.raises(NoRecord):
        decoded(content, READ)


@given(st.data())
def test_any_damage(data: st.DataObject) -> None:
    """Of a record that was changed somewhere, nothing comes but a record or the one error."""
    content = bytearray(encoded(_kept(FULL, Leased("l", 1, 2, True, 3.0)), WRITTEN))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.sampled_from(["set", "cut", "add"])):
            case "set":
                content[at] = data.draw(st.integers(0, 255))
            case "cut":
                del content[at:]
                content = content or bytearray(b"\0")
            case _:
                content[at:at] = data.draw(st.binary(max_size=8))
    try:
        found = decoded(bytes(content), READ)
    except NoRecord:
        return
    assert isinstance(found, KeptAnswer)
    encoded(found, READ)


def test_a_record_shows_no_secret() -> None:
    """Neither the token nor the value stands in what people may see."""
    shown = repr(_kept(FULL, Static(), secret("a", {"password": "hunter2"})))
    assert "hvs.token" not in shown
    assert "hunter2" not in shown
    assert "12345678901234567890" not in shown
