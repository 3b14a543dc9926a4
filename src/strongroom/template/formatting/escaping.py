"""Texts for HTML, JavaScript and queries (p).

Source: https://pkg.go.dev/text/template#HTMLEscapeString, #JSEscapeString, #URLQueryEscaper
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote_plus

from strongroom.template.values import ESCAPED_BYTES, data_of

_HTML: Final = str.maketrans({"\0": "\ufffd", '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"})
_SCRIPT: Final = str.maketrans(
    {
        **{code: f"\\u{code:04X}" for code in (*range(0x20), *map(ord, "<>&="))},
        **{code: f"\\{chr(code)}" for code in map(ord, "\\'\"")},
    }
)

_UNUSUAL = re.compile(r"[^\x00-\x7f]")


def html_escaped(text: str) -> str:
    """A text that stands for itself in HTML."""
    return text.translate(_HTML)


def script_escaped(text: str) -> str:
    """A text that stands for itself in a string of JavaScript."""
    text = text.translate(_SCRIPT)
    return text if text.isprintable() else _UNUSUAL.sub(lambda found: _script_character(found[0]), text)


def query_escaped(text: str) -> str:
    """A text that stands for itself in a URL's query."""
    return quote_plus(data_of(text))


def _script_character(each: str) -> str:
    if each.isprintable() or ord(each) in ESCAPED_BYTES:
        return each
    return f"\\u{ord(each):04X}"
