"""Breaking a text into lines (p).

Source: https://masterminds.github.io/sprig/strings.html#wrap, https://pkg.go.dev/github.com/Masterminds/goutils#WrapCustom
"""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.template.function import Function, Kind
from strongroom.template.functions.bounds import check_bytes
from strongroom.template.values import data_of, text_of

_SPACE = b" "


def _wrap(width: int, text: str) -> str:
    return text_of(_wrapped(data_of(text), width, b"\n", breaks_words=False))


def _wrap_with(width: int, line_end: str, text: str) -> str:
    return text_of(_wrapped(data_of(text), width, data_of(line_end) or b"\n", breaks_words=True))


def _wrapped(data: bytes, width: int, line_end: bytes, *, breaks_words: bool) -> bytes:
    """The lines, of so many bytes unless a word is longer.  Spaces at their beginnings go."""
    width = max(width, 1)
    lines, size, at = [], len(data), 0
    while len(data) - at > width:
        if data[at : at + 1] == _SPACE:
            at += 1
            continue
        end = data.rfind(_SPACE, at, at + width + 1)
        after = end + 1
        if end < 0 and breaks_words:
            end = after = at + width
        elif end < 0:
            end = data.find(_SPACE, at + width)
            if end < 0:
                break
            after = end + 1
        lines.append(data[at:end])
        size += len(line_end)
        check_bytes(size)
        at = after
    return line_end.join([*lines, data[at:]])


FUNCTIONS: Mapping[str, Function] = {
    "wrap": Function(_wrap, (Kind.INT, Kind.STRING)),
    "wrapWith": Function(_wrap_with, (Kind.INT, Kind.STRING, Kind.STRING)),
}
