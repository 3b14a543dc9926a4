"""Parses the fields of a query or a form (pure).

Source: https://url.spec.whatwg.org/#application/x-www-form-urlencoded; where they differ, Go's `url.ParseQuery`.
"""

from __future__ import annotations

import binascii
import re
from typing import Any

_MAX_FIELDS = 1000
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def fields(text: bytes) -> dict[str, Any]:
    """The fields by name.  A repeated field is a list.

    A field with a semicolon, or with an escape that isn't one, is left out, as Go's parser does.

    Raises: ValueError for too many fields and for what isn't UTF-8.
    """
    # Counted before it is split: each part becomes a value.
    if text.count(b"&") >= _MAX_FIELDS:
        raise ValueError(f"Max number of fields exceeded ({_MAX_FIELDS} at the most, which is fixed)")
    if not text.isascii():
        text.decode()  # so that omitted fields must be UTF-8 too
    found: dict[str, Any] = {}
    for pair in text.split(b"&"):
        if not pair or b";" in pair or (b"%" in pair and _BROKEN_ESCAPE.search(pair)):
            continue
        name, _, value = pair.partition(b"=")
        _add(found, _decoded(name), _decoded(value))
    return found


def _add(found: dict[str, Any], name: str, value: str) -> None:
    if name not in found:
        found[name] = value
    elif isinstance(found[name], list):
        found[name].append(value)
    else:
        found[name] = [found[name], value]


def _decoded(text: bytes) -> str:
    """A name or value; every `%` in it begins an escape."""
    text = text.replace(b"+", b" ")
    if b"%" in text:
        # Mail uses the same escapes with an equals sign, and Python has a decoder in C for that.  The decoder for URLs
        # makes a value of each escape, which takes eighty times the form's memory.
        text = binascii.a2b_qp(text.replace(b"=", b"%3D").replace(b"%", b"="))
    return text.decode()
