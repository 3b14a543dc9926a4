"""What is shown at a terminal doesn't steer it."""

from __future__ import annotations

import io

import pytest

from strongroom.cli.terminal import Terminal


@pytest.mark.parametrize("way", ["warn", "error"])
def test_an_error_has_no_characters_that_terminals_obey(way: str) -> None:
    """A provider, or a page in the browser, chooses what stands in the error of a login."""
    stderr = io.StringIO()
    getattr(Terminal(io.StringIO(), stderr), way)("a\tb\nc\x1b]0;title\x07\x9b2J\x7f\r\x00é")
    assert stderr.getvalue() == "a\tb\nc\ufffd]0;title\ufffd\ufffd2J\ufffd\ufffd\ufffdé\n"
