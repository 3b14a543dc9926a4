"""Values as tables and lines show them.  (p)"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from strongroom.client.durations import short_text
from strongroom.client.values import Number

WIDTH = 78
"""Longest line of prose, in characters."""


def go_value(value: Any) -> str:
    """A value as Go prints it: `<nil>`, `true`, `[a b]`, `map[a:1 b:2]`."""
    match value:
        case None:
            return "<nil>"
        case bool():
            return "true" if value else "false"
        case dict():
            return "map[" + " ".join(f"{name}:{go_value(item)}" for name, item in sorted(value.items())) + "]"
        case list() | tuple():
            return "[" + " ".join(go_value(item) for item in value) + "]"
        case _:
            return str(value)


def quoted_list(items: Iterable[Any] | None) -> str:
    """Strings in quotes and brackets: `["default" "root"]`."""
    return "[" + " ".join(f'"{item}"' for item in items or ()) + "]"


_DURATIONS = frozenset({"period", "duration", "ttl", "lease_max", "ttl_max"})


def is_duration(name: str) -> bool:
    """Whether a field with this name holds seconds."""
    return name in _DURATIONS or name.endswith(("_period", "_duration", "_ttl"))


def field_text(name: str, value: Any) -> str:
    """A field's value in a table: seconds become `1h30m` where the name says that they are seconds."""
    if is_duration(name) and isinstance(value, (Number, int)) and not isinstance(value, bool):
        digits = str(value)
        if digits.removeprefix("-").isdecimal():
            return short_text(int(digits))
    return go_value(value)


def columns(rows: Sequence[Sequence[str]], *, gap: int = 4) -> str:
    """Rows as aligned columns; blanks around a cell go, an empty cell reads `n/a`, the last column isn't padded."""
    cells = [[cell.strip() or "n/a" for cell in row] for row in rows]
    widths: list[int] = []
    for row in cells:
        for position, cell in enumerate(row):
            if position == len(widths):
                widths.append(0)
            widths[position] = max(widths[position], len(cell))
    glue = " " * gap
    return "\n".join(
        glue.join([*(cell.ljust(widths[position]) for position, cell in enumerate(row[:-1])), *row[-1:]])
        for row in cells
    )


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, gap: int = 4) -> str:
    """Aligned columns under underlined headings."""
    return columns([header, ["-" * len(name) for name in header], *rows], gap=gap)


def pairs(rows: Sequence[tuple[str, str]]) -> str:
    """The table of two columns that most commands print."""
    return table(("Key", "Value"), rows)


def wrap(text: str, width: int = WIDTH, indent: str = "") -> str:
    """Text broken at blanks into lines of at most `width` characters, the indentation included; breaks are kept."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            if line and len(indent) + len(line) + 1 + len(word) > width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return "\n".join((indent + line).rstrip() for line in lines)


def warnings(found: Sequence[str]) -> str:
    """A server's warnings, as a list under a heading."""
    items = "\n\n".join(wrap(f"* {warning}", WIDTH - 1, "  ") for warning in found)
    return f"WARNING! The following warnings were returned from Strongroom:\n\n{items}\n"
