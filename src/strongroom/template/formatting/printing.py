"""`print`, `printf` and `println`.

Source: https://pkg.go.dev/fmt#hdr-Printing
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from strongroom.template.budget import Budget
from strongroom.template.formatting.formats import Format
from strongroom.template.formatting.values import Printer


def printed(values: Sequence[Any], budget: Budget) -> str:
    """The values' texts, with a space between two neither of which is a text.  Raises `Exhausted`."""
    if len(values) == 1 and type(values[0]) is str:
        return values[0]
    printer = Printer(budget)
    was_text = True
    for value in values:
        is_text = isinstance(value, str)
        if not is_text and not was_text:
            printer.add(" ")
        printer.write(value)
        was_text = is_text
    return printer.text()


def printed_line(values: Sequence[Any], budget: Budget) -> str:
    """The values' texts with spaces between, and a line's end.  Raises `Exhausted`."""
    printer = Printer(budget)
    for number, value in enumerate(values):
        if number:
            printer.add(" ")
        printer.write(value)
    printer.add("\n")
    return printer.text()


def formatted(pattern: str, values: Sequence[Any], budget: Budget) -> str:
    """A text with the values in the places of its directives.  Raises `Exhausted`."""
    return Format(pattern, values, budget).text()
