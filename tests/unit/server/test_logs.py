"""The server's own log: one event, one line."""

from __future__ import annotations

import pytest

from strongroom.server.logs.rendering import render_standard


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
