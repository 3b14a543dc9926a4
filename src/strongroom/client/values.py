"""JSON as the client hands it on: numbers keep the text they came with, so that none loses a digit.  (p)"""

from __future__ import annotations

import json
import re
from typing import Any, Final

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class Number(str):
    """A JSON number, as it was written."""

    __slots__ = ()


def decode(text: str | bytes) -> Any:
    """The value of a JSON text, with every number as a `Number`.  Raises `ValueError`, also if it is too deep."""
    try:
        return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("values are nested too deeply") from None


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _string(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    if not quoted.isascii():
        quoted = quoted.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        # What came from a command line may hold bytes that are no UTF-8, as lone surrogates; JSON may hold any of them.
        quoted = _SURROGATE.sub("\ufffd", quoted)
    # The API's servers escape these three too, so that a body is safe inside HTML.
    return quoted.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def encode(value: Any, indent: str = "", *, sort: bool = False) -> str:
    """JSON text of a value made of dicts, lists, strings, `Number`, int, float, bool and None.

    Args:
        indent: one level's indentation; empty gives one line without spaces.
        sort: whether the names of objects are sorted at every level, else they keep their order.
    """
    return _encode(value, indent, "\n" if indent else "", sort)


def _encode(value: Any, indent: str, newline: str, sort: bool) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Number():
            return str(value)
        case str():
            return _string(value)
        case int() | float():
            return json.dumps(value)
        case dict():
            pairs = sorted(value.items()) if sort else value.items()
            colon = ": " if indent else ":"
            inner = newline + indent
            parts = [f"{_string(name)}{colon}{_encode(item, indent, inner, sort)}" for name, item in pairs]
            return _brackets("{", "}", parts, inner, newline)
        case list() | tuple():
            inner = newline + indent
            return _brackets("[", "]", [_encode(item, indent, inner, sort) for item in value], inner, newline)
        case _:
            raise TypeError(f"{type(value).__name__} is no JSON value")


def _brackets(opening: str, closing: str, parts: list[str], inner: str, newline: str) -> str:
    if not parts:
        return opening + closing
    return opening + inner + ("," + inner).join(parts) + newline + closing
