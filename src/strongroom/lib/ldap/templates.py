"""Search filters with places for values, in the form of Go's `text/template` (pure).

Only what has a meaning in a filter is taken: text, comments, trimming, and a value such as `{{.Username}}`, which may
go through `print` or `printf "%s"`.  A value is escaped where it is put in, so that it is never anything but a value.

Source: https://pkg.go.dev/text/template
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import msgspec

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.ldap.escaping import in_filter
from strongroom.lib.ldap.filters import check_filter

MOST_CHARACTERS = 4096
_SPACE = " \t\r\n"
_OPEN, _CLOSE = "{{", "}}"
_COMMENT = re.compile(r"/\*.*\*/", re.DOTALL)
_SAME = re.compile(r'print|printf\s+"%s"')
_VALUE = re.compile(r'(?:(?:print|printf\s+"%s")\s+)?\.(\w+)', re.ASCII)


class Template(msgspec.Struct, frozen=True):
    """A filter with places for values."""

    parts: tuple[tuple[str, str], ...]
    """Pairs of a text and the name of the value that follows it; the name is empty at the end."""

    @property
    def names(self) -> frozenset[str]:
        """The names of the values in it."""
        return frozenset(name for _, name in self.parts) - {""}

    def filled(self, values: Mapping[str, str]) -> str:
        """The filter with these values.  Raises `KeyError` for a name without a value."""
        return "".join(text + (in_filter(values[name]) if name else "") for text, name in self.parts)


def parse_template(text: str, names: Collection[str], field: str) -> Template:
    """Read a template whose result is a search filter.

    Args:
        names: of the values that it may hold. field: named in errors.

    Raises: `InvalidRequest` for anything that isn't one of them, and for what isn't a filter.
    """
    if len(text) > MOST_CHARACTERS:
        raise InvalidRequest(f"{field} is longer than {MOST_CHARACTERS} characters")
    template = Template(tuple(_parts(text, names, field)))
    check_filter(template.filled(dict.fromkeys(names, "x")), field)
    return template


def _parts(text: str, names: Collection[str], field: str) -> list[tuple[str, str]]:
    parts: list[tuple[str, str]] = []
    before, at = "", 0
    while (start := text.find(_OPEN, at)) >= 0:
        end = text.find(_CLOSE, start + len(_OPEN))
        if end < 0:
            raise InvalidRequest(f"{field} has {{{{ without an end")
        action, trims_before, trims_after = _trimmed(text[start + len(_OPEN) : end])
        before += text[at:start].rstrip(_SPACE) if trims_before else text[at:start]
        at = end + len(_CLOSE)
        if trims_after:
            at += len(text[at:]) - len(text[at:].lstrip(_SPACE))
        if not _COMMENT.fullmatch(action):
            parts.append((before, _name(action, names, field)))
            before = ""
    return [*parts, (before + text[at:], "")]


def _trimmed(action: str) -> tuple[str, bool, bool]:
    """What is between the braces, and whether the space before and after them is left out."""
    before = action[:1] == "-" and action[1:2] in {*_SPACE}
    after = action[-1:] == "-" and action[-2:-1] in {*_SPACE}
    return action[1 if before else 0 : -1 if after else None].strip(_SPACE), before, after


def _name(action: str, names: Collection[str], field: str) -> str:
    value, *functions = (part.strip(_SPACE) for part in action.split("|"))
    found = _VALUE.fullmatch(value)
    if found is None or not all(_SAME.fullmatch(function) for function in functions):
        known = ", ".join(f"{{{{.{name}}}}}" for name in sorted(names))
        raise InvalidRequest(f"{field} holds {{{{{action[:64]}}}}}, which isn't supported; it may hold {known}")
    if found[1] not in names:
        raise InvalidRequest(f"{field} names .{found[1]}, which there is none of here: it may name {_list(names)}")
    return found[1]


def _list(names: Collection[str]) -> str:
    return ", ".join(f".{name}" for name in sorted(names))
