"""JSON values as YAML in block style, as Vault's command line writes them.  (p)

Only what its output needs; no YAML is read, so no parser's traps.  A string that a YAML 1.1 reader would take for
something else is quoted.  Source: YAML 1.1, https://yaml.org/spec/1.1/
"""

from __future__ import annotations

import re
from functools import cmp_to_key
from typing import Any

from strongroom.client.values import Number

_FOLD_COLUMN = 80
_UNPRINTABLE = re.compile("[^\n -~\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
_WORDS = frozenset(
    form
    for word in ("y", "n", "yes", "no", "on", "off", "true", "false", "null")
    for form in (word, word.capitalize(), word.upper())
) | {"", "~", "=", "<<"}  # the last two are a default value and a merge to some readers
_NUMBER = re.compile(
    r"[-+]?(0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*(:[0-5]?[0-9])*(\.[0-9_]*)?([eE][-+]?[0-9]+)?"
    r"|\.[0-9][0-9_]*([eE][-+]?[0-9]+)?|\.(inf|Inf|INF))|\.(nan|NaN|NAN)"
)
_TIMESTAMP = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([Tt ]\s*\d{1,2}:\d\d:\d\d(\.\d*)?\s*(Z|[-+]\d\d?(:\d\d)?)?)?")
_INDICATORS = frozenset("#,[]{}&*!|>'\"%@`")
_ESCAPES = {"\0": "0", "\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", "\x1b": "e"}
_ESCAPES |= {'"': '"', "\\": "\\", "\x85": "N", "\xa0": "_", "\u2028": "L", "\u2029": "P"}


def dump(value: Any) -> str:
    """The YAML text of a JSON value, ending in a newline."""
    return "".join(f"{line}\n" for line in _block(value, 0))


def _block(value: Any, indent: int) -> list[str]:
    """Lines of a value that starts a line of its own at `indent` columns."""
    pad = " " * indent
    match value:
        case dict() if value:
            lines: list[str] = []
            for name in sorted(value, key=cmp_to_key(_compare)):
                lines += _entry(f"{pad}{_key(name)}:", value[name], indent)
            return lines
        case list() | tuple() if value:
            lines = []
            for item in value:
                lines += _item(item, indent)
            return lines
        case _:
            return _scalar(pad, value, indent + 2)


def _entry(head: str, value: Any, indent: int) -> list[str]:
    match value:
        case dict() if value:
            return [head, *_block(value, indent + 2)]
        case list() | tuple() if value:
            # A list in a mapping isn't indented: its dashes show that it belongs to the name above.
            return [head, *_block(value, indent)]
        case _:
            return _scalar(f"{head} ", value, indent + 2)


def _item(item: Any, indent: int) -> list[str]:
    head = " " * indent + "- "
    if isinstance(item, (dict, list, tuple)) and item:
        lines = _block(item, indent + 2)
        return [head + lines[0][indent + 2 :], *lines[1:]]
    return _scalar(head, item, indent + 2)


def _scalar(head: str, value: Any, indent: int) -> list[str]:
    match value:
        case None:
            return [f"{head}null"]
        case bool():
            return [head + ("true" if value else "false")]
        case Number():
            return [head + _number(value)]
        case int():
            return [f"{head}{value}"]
        case float():
            return [head + _float(value)]
        case dict():
            return [f"{head}{{}}"]
        case list() | tuple():
            return [f"{head}[]"]
        case _:
            return _string(head, str(value), indent)


def _number(text: str) -> str:
    if text.removeprefix("-").isdecimal() and -(2**63) <= int(text) < 2**64:
        return str(int(text))
    return _float(float(text))


def _float(value: float) -> str:
    """A float in its shortest form, with an exponent from a million on and below a ten-thousandth."""
    sign, rest = ("-", repr(value)[1:]) if value < 0 else ("", repr(value))
    mantissa, _, power = rest.partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    if not digits.strip("0"):
        return f"{sign}0"
    exponent = int(power or 0) + (len(whole) - 1 if whole.strip("0") else len(digits) - len(fraction) - 1)
    digits = digits.rstrip("0")
    if -4 <= exponent < 6 or (exponent < 21 and not power and len(digits) > exponent and exponent < 6):
        return f"{value:.{max(0, len(digits) - exponent - 1)}f}"
    tail = f".{digits[1:]}" if digits[1:] else ""
    return f"{sign}{digits[0]}{tail}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _resolves(text: str) -> bool:
    """Whether an unquoted `text` would be read as something other than a string."""
    return bool(text in _WORDS or (_NUMBER.fullmatch(text) and text != "NaN") or _TIMESTAMP.fullmatch(text))


def _unprintable(text: str) -> bool:
    return bool(_UNPRINTABLE.search(text))


def _plain(text: str) -> bool:
    if text[0] in _INDICATORS or text != text.strip(" ") or text.startswith(("---", "...")):
        return False
    if text[0] in "-?:" and (len(text) == 1 or text[1] == " "):
        return False
    return ": " not in text and " #" not in text and not text.endswith(":") and not set(text) & {"\u2028", "\u2029"}


def _key(name: str) -> str:
    return _string("", name, 0, key=True)[0]


def _string(head: str, text: str, indent: int, *, key: bool = False) -> list[str]:
    if _unprintable(text) or _resolves(text) or (key and "\n" in text):
        return _folded(head, f'"{_escaped(text)}"', indent, key=key)
    if "\n" in text:
        broken = (text.startswith(" ") and not text.strip(" ")) or " \n" in text or text.endswith(" ")
        return [f'{head}"{_escaped(text)}"'] if broken else _literal(head, text, indent)
    if _plain(text):
        return _folded(head, text, indent, key=key)
    escaped = text.replace("'", "''")
    return _folded(head, f"'{escaped}'", indent, key=key)


def _escaped(text: str) -> str:
    parts: list[str] = []
    for letter in text:
        code = ord(letter)
        if letter in _ESCAPES:
            parts.append(f"\\{_ESCAPES[letter]}")
        elif not _unprintable(letter):
            parts.append(letter)
        elif code < 0x100:
            parts.append(f"\\x{code:02X}")
        else:
            parts.append(f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}")
    return "".join(parts)


def _folded(head: str, text: str, indent: int, *, key: bool) -> list[str]:
    """Break a long scalar at single blanks, once a line has passed the fold column."""
    lines, line = [], head
    for position, letter in enumerate(text):
        alone = letter == " " and text[position - 1] != " " and text[position + 1 : position + 2] not in {" ", ""}
        inside = 1 < position < len(text) - 2 or text[0] not in "'\""
        if alone and inside and not key and len(line) > _FOLD_COLUMN:
            lines.append(line)
            line = " " * indent
        else:
            line += letter
    return [*lines, line]


def _literal(head: str, text: str, indent: int) -> list[str]:
    hint = "2" if text[0] in " \n" else ""
    body = text.removesuffix("\n")
    chomp = "" if text != body else "-"
    if text != body and (not body or body.endswith("\n")):
        chomp = "+"
    pad = " " * indent
    return [f"{head}|{hint}{chomp}", *((pad + line) if line else "" for line in body.split("\n"))]


def _compare(left: str, right: str) -> int:
    """Names in the order people expect: digits by their number, and before letters."""
    for position, (a, b) in enumerate(zip(left, right, strict=False)):
        if a == b:
            continue
        if a.isalpha() or b.isalpha():
            return (-1 if a < b else 1) if a.isalpha() and b.isalpha() else (-1 if b.isalpha() else 1)
        first, second = _digits(left, position), _digits(right, position)
        if first and second and int(first) != int(second):
            return -1 if int(first) < int(second) else 1
        return -1 if a < b else 1
    return len(left) - len(right)


def _digits(text: str, position: int) -> str:
    """The run of digits that holds `position`, or that ends just before it."""
    start = position
    while start > 0 and text[start - 1].isdecimal():
        start -= 1
    end = position
    while end < len(text) and text[end].isdecimal():
        end += 1
    return text[start:end]
