"""Go's package `regexp`: RE2, whose time is linear in the text.

Source: https://pkg.go.dev/regexp
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from strongroom.template.errors import FunctionFailed
from strongroom.template.functions.bounds import TooMuch, check_bytes, check_items
from strongroom.template.values import data_of, text_of

_MOST_PATTERN_BYTES = 10_000
_MEMORY_BYTES = 4 << 20
_REFERENCE = re.compile(r"\$(?:\$|(\w+)|\{(\w+)\})")


class BadPattern(FunctionFailed):
    """A text is no regular expression."""


def matches(pattern: str, text: str) -> bool:
    """`regexp.MatchString`."""
    return _compiled(pattern).search(data_of(text)) is not None


def found(pattern: str, text: str) -> str:
    """`Regexp.FindString`: the first match; an empty text if there is none."""
    match = _compiled(pattern).search(data_of(text))
    return "" if match is None else text_of(match.group())


def all_found(pattern: str, text: str, most: int) -> list[str]:
    """`Regexp.FindAllString`: at most so many matches, all with a negative number."""
    result: list[str] = []
    for match in _found_in(_compiled(pattern), data_of(text)):
        if len(result) == most:
            break
        check_items(len(result))
        result.append(text_of(match.group()))
    return result


def replaced(pattern: str, text: str, replacement: str) -> str:
    """`Regexp.ReplaceAllString`: `$1` and `${name}` stand for what the groups matched."""
    compiled = _compiled(pattern)
    parts = _parts(replacement, compiled)

    def expanded(match: Any) -> bytes:
        return b"".join(part if isinstance(part, bytes) else match.group(part) or b"" for part in parts)

    return _replaced(compiled, data_of(text), expanded)


def replaced_literally(pattern: str, text: str, replacement: str) -> str:
    """`Regexp.ReplaceAllLiteralString`."""
    data = data_of(replacement)
    return _replaced(_compiled(pattern), data_of(text), lambda _match: data)


def split(pattern: str, text: str, most: int) -> list[str]:
    """`Regexp.Split`: into at most so many parts, all with a negative number."""
    if most == 0:
        return []
    if pattern and not text:
        return [""]
    data, parts, start, end = data_of(text), list[str](), 0, 0
    for match in _found_in(_compiled(pattern), data):
        if most > 0 and len(parts) == most - 1:
            break
        end = match.start()
        if match.end() != 0:
            parts.append(text_of(data[start:end]))
        start = match.end()
        check_items(len(parts))
    return [*parts, text_of(data[start:])] if end != len(data) else parts


def quoted(text: str) -> str:
    """`regexp.QuoteMeta`."""
    return re.sub(r"[\\.+*?()|\[\]{}^$]", r"\\\g<0>", text)


def _replaced(compiled: Any, data: bytes, replacement: Callable[[Any], bytes]) -> str:
    parts, size, done = [], len(data), 0
    for match in _found_in(compiled, data):
        new = replacement(match)
        size += len(new)
        check_bytes(size)
        parts += [data[done : match.start()], new]
        done = match.end()
    return text_of(b"".join([*parts, data[done:]]))


def _found_in(compiled: Any, data: bytes) -> Iterator[Any]:
    """All matches as Go counts them: an empty one isn't directly after another match."""
    at, before = 0, -1
    while at <= len(data):
        match = compiled.search(data, at)
        if match is None:
            return
        start, end = match.span()
        if end > start or start != before:
            yield match
        before = end
        at = end if end > start else start + _character_bytes(data, start)


def _character_bytes(data: bytes, at: int) -> int:
    """How long the character at a place is, as UTF-8 says."""
    if at >= len(data) or data[at] < 0xC0:
        return 1
    return 2 if data[at] < 0xE0 else 3 if data[at] < 0xF0 else 4


def _parts(replacement: str, compiled: Any) -> list[bytes | int]:
    """The replacement's texts and the numbers of the groups between them; what names no group gives nothing."""
    parts: list[bytes | int] = []
    done = 0
    for reference in _REFERENCE.finditer(replacement):
        parts.append(data_of(replacement[done : reference.start()]))
        parts.append(_referred(reference[1] or reference[2], compiled))
        done = reference.end()
    return [*parts, data_of(replacement[done:])]


def _referred(name: str | None, compiled: Any) -> bytes | int:
    """What a reference stands for: a dollar, the number of a group, or nothing."""
    if name is None:
        return b"$"
    if not (name.isascii() and name.isdecimal()):
        number = compiled.groupindex.get(data_of(name))
        return b"" if number is None else int(number)
    number = int(name[:9])
    return number if number <= compiled.groups else b""


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    try:
        import re2  # noqa: PLC0415 - an extra, which few templates need
    except ImportError:
        raise FunctionFailed("regular expressions need the package google-re2: install the extra `agent`") from None
    data = data_of(pattern)
    if len(data) > _MOST_PATTERN_BYTES:
        raise TooMuch(f"the pattern is longer than {_MOST_PATTERN_BYTES} bytes")
    options = re2.Options()
    options.max_mem = _MEMORY_BYTES
    options.log_errors = False
    try:
        return re2.compile(data, options)
    except re2.error as error:
        reason = error.args[0] if error.args else b""
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise BadPattern(f"error parsing regexp: {text}") from None
