"""Reads `.env` files (p).

There is no standard.  Read is what shells and the usual libraries agree on: `NAME=value`, with or without `export`;
comments; values in single quotes as they are, in double quotes with escapes, both over several lines.  Variables in
values are not replaced: what they would be depends on the machine.
"""

from __future__ import annotations

import re
from typing import Final

from strongroom.importing.files.secrets import UnreadableFile

_LINE: Final = re.compile(
    r"""[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*
    (?:'(?P<plain>[^']*)'|"(?P<escaped>(?>(?:[^"\\]|\\.)*))"|(?P<bare>[^'"\n][^\n]*)?)
    [ \t]*(?:\#[^\n]*)?(?:\n|\Z)""",
    re.VERBOSE | re.DOTALL,
)
_EMPTY: Final = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_COMMENT: Final = re.compile(r"(?:^|[ \t])#.*")
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t", "\n": ""}


def read(text: str) -> dict[str, str]:
    """The variables of a file; of several with one name the last one counts.  Raises `UnreadableFile`."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        if match := _EMPTY.match(text, at):
            at = match.end()
            continue
        match = _LINE.match(text, at)
        if match is None:
            line = text.count("\n", 0, at) + 1
            raise UnreadableFile(f"line {line} is no variable: expected NAME=value, and closed quotes")
        found[match["name"]] = _value(match)
        at = match.end()
    return found


def _value(match: re.Match[str]) -> str:
    if match["plain"] is not None:
        return match["plain"]
    if match["escaped"] is not None:
        return _ESCAPE.sub(lambda each: _ESCAPED.get(each[1], each[1]), match["escaped"])
    return _COMMENT.sub("", match["bare"] or "").strip()
