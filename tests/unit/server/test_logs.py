"""The server's own log: one event, one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from strongroom.server.logs.rendering import render_json, render_standard


@pytest.mark.parametrize("sent", ["a\nb", "a\r\nb", "a\x1b[2Jb", "a\0b", "a\x85b", "a\u2028b", "a\u202eb"])
def test_no_value_begins_another_line(sent: str) -> None:
    """Control characters and line ends within a value are shown as escapes, so that nobody can write entries."""
    line = render_standard(None, "warning", {"event": "request failed", "logger": "core", "detail": sent})
    assert line.isprintable()
    assert line.count("a") >= 1
    assert sent.encode("unicode_escape").decode() in line


def test_ordinary_values_are_as_they_are() -> None:
    """Words and other alphabets need no escape; spaces are put into quotes."""
    line = render_standard(None, "info", {"event": "said", "path": "geheim/Ärger", "words": "two words"})
    assert line.endswith('said: path=geheim/Ärger words="two words"')


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ('x" level="y', r'"x\" level=\"y"'),
        ('"', r'"\""'),
        ("a\\ b", r'"a\\ b"'),
        ("a\nb", r'"a\nb"'),
        ("a\\b", r"a\b"),
        ("", '""'),
    ],
)
def test_no_value_begins_another_value(sent: str, shown: str) -> None:
    """Within quotes, quotes and backslashes are escaped, so that a value ends where its quotes do."""
    assert render_standard(None, "info", {"event": "said", "path": sent}).endswith(f"said: path={shown}")


def rendered(method: str = "info", **event: object) -> dict[str, Any]:
    """A line of the JSON log, decoded."""
    line = render_json(None, method, {"event": "said", "logger": "core", "timestamp": "t", "level": method, **event})
    assert line.isascii()
    assert line.isprintable()
    found = json.loads(line, parse_constant=pytest.fail)
    assert isinstance(found, dict)
    return found


def test_json_has_the_names_of_vaults_log() -> None:
    """Collectors look for four names with `@`; values stand beside them."""
    assert rendered("warning", path="geheim/Ärger", n=3, parts=("a", 1.5)) == {
        "@level": "warn",
        "@message": "said",
        "@module": "core",
        "@timestamp": "t",
        "path": "geheim/Ärger",
        "n": 3,
        "parts": ["a", 1.5],
    }
    assert [rendered(level)["@level"] for level in ("debug", "info", "error", "critical", "exception")] == [
        *("debug", "info", "error", "error", "error")
    ]


@pytest.mark.parametrize("sent", ["a\nb", 'a"}\n{"@level":"x', "a\u2028b", "a\x85b", "a\ud800b", "a\0b"])
def test_no_value_begins_another_object(sent: str) -> None:
    """Whatever is between quotes stays there, and every line is one JSON object."""
    assert rendered(detail=sent)["detail"] == sent


def test_what_json_does_not_have_is_text() -> None:
    """Numbers without an end, bytes, paths and objects don't make a line unreadable, nor lose it."""
    found = rendered(a=float("inf"), b=float("nan"), c=b"x", d=Path("/a"), e={1: {2}})
    assert found["a"] == "inf"
    assert found["b"] == "nan"
    assert found["c"] == "b'x'"
    assert found["d"] == "/a"
    assert found["e"] == {"1": "{2}"}
