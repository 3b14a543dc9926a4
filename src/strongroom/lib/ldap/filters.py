"""Whether a text is a search filter (pure).

Source: RFC 4515, section 3
"""

from __future__ import annotations

import re

from strongroom.lib.errors import InvalidRequest

MOST_DEPTH = 32
_VALUE = r"(?:[^()*\\\x00]|\\[0-9a-fA-F]{2})"
_TYPE = r"(?:[A-Za-z][\w-]*|[0-9]+(?:\.[0-9]+)*)(?:;[\w-]+)*"
_ITEM = re.compile(
    rf"(?:{_TYPE}(?:=|~=|>=|<=)(?>(?:{_VALUE}|\*)*)"
    rf"|(?:{_TYPE}(?::dn)?(?::{_TYPE})?|(?::dn)?:{_TYPE}):=(?>{_VALUE}*))",
    re.ASCII | re.IGNORECASE,
)


def check_filter(text: str, field: str) -> None:
    """Raise `InvalidRequest` naming the field, if the text isn't one filter in parentheses."""
    depth, at = 0, 0
    needs_operand = [False]
    while at < len(text):
        character = text[at]
        if character == "(":
            if (depth == 0 and at > 0) or depth >= MOST_DEPTH:
                raise _error(field, at)
            depth += 1
            at += 1
            if text[at : at + 1] in {"&", "|", "!"}:
                needs_operand.append(text[at] == "!")
                at += 1
                continue
            item = _ITEM.match(text, at)
            if item is None or text[item.end() : item.end() + 1] != ")":
                raise _error(field, at)
            needs_operand.append(False)
            at = item.end()
        elif character == ")" and depth > 0:
            if needs_operand.pop():
                raise _error(field, at)
            depth -= 1
            at += 1
            needs_operand[-1] = False
        elif character in " \t\r\n" and depth > 0:
            at += 1
        else:
            raise _error(field, at)
    if depth or not text:
        raise _error(field, at)


def _error(field: str, at: int) -> InvalidRequest:
    return InvalidRequest(f"{field} is no search filter: it can't be read from character {at + 1} on")
