"""Go's `print` and `printf`, as far as texts, numbers and booleans need them (pure).

Source: https://pkg.go.dev/fmt#hdr-Printing, https://pkg.go.dev/fmt#hdr-Format_errors
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from strongroom.lib.go_template.budget import check_size
from strongroom.lib.go_template.errors import FunctionFailed
from strongroom.lib.go_template.marked import Marked, joined, plain
from strongroom.lib.go_template.nodes import Value

_MOST_WIDTH: Final = 512
_VERB = re.compile(
    rb"%(?P<flags>[-0]*)(?P<width>[0-9]{0,9})(?:\.(?P<precision>[0-9]{0,9}))?(?P<verb>[^\x80-\xff]?)", re.S
)
_FITTING: Final = {"text": b"svqxX", "number": b"dvxX", "boolean": b"tv"}
_TYPES: Final = {"text": b"string", "number": b"int", "boolean": b"bool"}
_ESCAPES: Final = {
    character: b"\\" + letter.encode() for character, letter in zip('\a\b\f\n\r\t\v"\\', 'abfnrtv"\\', strict=True)
}


def shown(value: Value) -> Marked:
    """A value as an action writes it."""
    if isinstance(value, Marked):
        return value
    return plain(str(value).lower())


def printed(*values: Value) -> Marked:
    """The values after each other, with a space between two that are no texts."""
    parts = [shown(value) for value in values[:1]]
    for before, value in pairwise(values):
        between = b"" if isinstance(before, Marked) or isinstance(value, Marked) else b" "
        parts += [plain(between), shown(value)]
    return joined(parts)


def formatted(layout: Marked, *values: Value) -> Marked:
    """`printf`: a value that is missing, left over or of the wrong kind leaves Go's mark for it.

    Raises: `FunctionFailed` for verbs that aren't supported, and for widths that are too large.
    """
    parts: list[Marked] = []
    left = list(reversed(values))
    done = size = 0
    for verb in _VERB.finditer(layout.data):
        before = Marked(layout.data[done : verb.start()], layout.marks[done : verb.start()])
        done = verb.end()
        written = _written(verb, left, ends=done == len(layout))
        parts += [before, written]
        size += len(before) + len(written)
        check_size(size)
    return joined([*parts, Marked(layout.data[done:], layout.marks[done:]), _extra(left[::-1])])


def _written(verb: re.Match[bytes], left: list[Value], *, ends: bool) -> Marked:
    """What a verb gives.  Takes its value from the end of `left`."""
    letter = verb["verb"]
    if letter == b"%":
        return plain(b"%")
    if not letter:
        if not ends:
            raise FunctionFailed("printf has a verb that is not supported")
        return plain(b"%!(NOVERB)")
    if not left:
        return plain(b"%!" + letter + b"(MISSING)")
    return _one(verb, left.pop())


def _extra(values: list[Value]) -> Marked:
    if not values:
        return plain(b"")
    listed = [joined((plain(_TYPES[_kind(value)] + b"="), shown(value))) for value in values]
    commas = [part for each in listed for part in (plain(b", "), each)][1:]
    return joined((plain(b"%!(EXTRA "), *commas, plain(b")")))


def _kind(value: Value) -> str:
    return "text" if isinstance(value, Marked) else "boolean" if isinstance(value, bool) else "number"


def _one(verb: re.Match[bytes], value: Value) -> Marked:
    kind, letter = _kind(value), verb["verb"]
    if letter not in b"svdqtxX":
        raise FunctionFailed(f"printf has a verb that is not supported: %{letter.decode()}")
    if letter == b"q" and kind == "number":
        raise FunctionFailed("printf has a verb that is not supported for numbers: %q")
    width, precision = int(verb["width"] or 0), verb["precision"]
    if width > _MOST_WIDTH or int(precision or 0) > _MOST_WIDTH:
        raise FunctionFailed(f"printf has a width of more than {_MOST_WIDTH}")
    if letter not in _FITTING[kind]:
        if width or precision is not None:
            raise FunctionFailed("printf has a width that is not supported for this value")
        return joined((plain(b"%!" + letter + b"(" + _TYPES[kind] + b"="), shown(value), plain(b")")))
    if precision is not None and kind != "text":
        raise FunctionFailed("printf has a precision that is not supported for this value")
    return _padded(_body(letter, value, precision), verb["flags"], width)


def _body(letter: bytes, value: Value, precision: bytes | None) -> Marked:
    if not isinstance(value, Marked):
        number = format(value, letter.decode()) if letter in b"xX" else str(value).lower()
        return plain(number)
    if precision is not None:
        value = _characters(value, int(precision or 0)) if letter not in b"xX" else value.cut(int(precision or 0))[0]
    match letter:
        case b"q":
            return joined((plain(b'"'), _quoted(value), plain(b'"')))
        case b"x" | b"X":
            digits = value.data.hex() if letter == b"x" else value.data.hex().upper()
            return Marked(digits.encode(), b"".join(bytes((0, mark)) for mark in value.marks))
    return value


def _characters(text: Marked, most: int) -> Marked:
    kept = sum(1 for _ in text.characters())
    if kept <= most:
        return text
    size = len(text.data.decode("utf-8", "surrogateescape")[:most].encode("utf-8", "surrogateescape"))
    return Marked(text.data[:size], text.marks[:size])


def _quoted(text: Marked) -> Marked:
    if not text.is_utf8():
        raise FunctionFailed("printf got a text for %q that is not UTF-8")
    return text.each(_escaped)


def _escaped(character: str) -> bytes:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character.encode()
    code = ord(character)
    return (f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}").encode()


def _padded(text: Marked, flags: bytes, width: int) -> Marked:
    missing = width - sum(1 for _ in text.characters())
    if missing <= 0:
        return text
    if b"-" in flags:
        return joined((text, plain(b" " * missing)))
    if b"0" not in flags:
        return joined((plain(b" " * missing), text))
    sign = 1 if text.data.startswith(b"-") else 0
    before, after = text.cut(sign)
    return joined((before, plain(b"0" * missing), after))
