"""Texts with directives, such as `%-10s`, in whose places values come.

What is wrong with a directive is told in its place, as Go does it.

Source: https://pkg.go.dev/fmt#hdr-Printing
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from strongroom.template.budget import Budget
from strongroom.template.formatting.directive import Directive
from strongroom.template.formatting.quoting import REPLACEMENT
from strongroom.template.formatting.values import Printer
from strongroom.template.types import is_integer
from strongroom.template.values import ESCAPED_BYTES

_MOST: Final = 1_000_000
"""Of a width, a precision, or an argument's number."""
_FLAGS: Final = {"#": "sharp", "0": "zero", "+": "plus", "-": "minus", " ": "space"}


class Format:
    """One text, and what is read of it."""

    def __init__(self, pattern: str, values: Sequence[Any], budget: Budget) -> None:
        self._pattern = pattern
        self._values = values
        self._printer = Printer(budget)
        self._at = 0
        self._next = 0
        """The number of the value that is next."""
        self._reordered = False
        self._good_number = True
        self._bracket = -1
        """Where the next closing bracket is; -1 before it is looked for."""

    def text(self) -> str:
        """The text with all values in their places.  Raises `Exhausted`."""
        while True:
            found = self._pattern.find("%", self._at)
            if found < 0:
                break
            self._add(self._pattern[self._at : found])
            self._at = found + 1
            if not self._directive():
                break
        self._add(self._pattern[self._at :])
        if not self._reordered and self._next < len(self._values):
            self._write_extra()
        return self._printer.text()

    def _add(self, text: str) -> None:
        if text:
            self._printer.add(text)

    def _directive(self) -> bool:
        """Write what one directive asks for; tell whether it had a verb."""
        self._good_number = True
        flags: dict[str, bool] = {}
        while (character := self._character()) in _FLAGS and character:
            flags[_FLAGS[character]] = True
            self._at += 1
        directive = Directive(**flags)
        after_number = self._argument_number()
        directive, after_number = self._width(directive, after_number)
        directive, after_number = self._precision(directive, after_number)
        if not after_number:
            self._argument_number()
        verb = self._character()
        if not verb:
            self._add("%!(NOVERB)")
            return False
        self._at += 1
        self._write(REPLACEMENT if ord(verb) in ESCAPED_BYTES else verb, directive)
        return True

    def _width(self, directive: Directive, after_number: bool) -> tuple[Directive, bool]:
        if self._character() == "*":
            self._at += 1
            width = self._from_argument()
            if width is None:
                self._add("%!(BADWIDTH)")
            elif width < 0:
                directive = replace(directive, minus=True, zero=False)
            return replace(directive, width=abs(width or 0)), False
        width = self._number()
        if after_number and width is not None:
            self._good_number = False
        return replace(directive, width=width or 0), after_number

    def _precision(self, directive: Directive, after_number: bool) -> tuple[Directive, bool]:
        if self._character() != "." or self._at + 1 >= len(self._pattern):
            return directive, after_number
        self._at += 1
        if after_number:
            self._good_number = False
        after_number = self._argument_number()
        if self._character() != "*":
            return replace(directive, precision=self._number() or 0), after_number
        self._at += 1
        precision = self._from_argument()
        if precision is None or precision < 0:
            self._add("%!(BADPREC)")
            return directive, False
        return replace(directive, precision=precision), False

    def _write(self, verb: str, directive: Directive) -> None:
        if verb == "%":
            self._add("%")
        elif not self._good_number:
            self._add(f"%!{verb}(BADINDEX)")
        elif self._next >= len(self._values):
            self._add(f"%!{verb}(MISSING)")
        else:
            if verb in {"v", "w"}:
                directive = replace(directive, syntax=directive.sharp, sharp=False, fields=directive.plus, plus=False)
            self._printer.write(self._values[self._next], verb, directive)
            self._next += 1

    def _write_extra(self) -> None:
        self._add("%!(EXTRA ")
        for number, value in enumerate(self._values[self._next :]):
            if number:
                self._add(", ")
            self._printer.write_extra(value)
        self._add(")")

    def _character(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _number(self) -> int | None:
        """A number that stands here; None if there is none.  One that is too large takes all the rest with it."""
        number = None
        while "0" <= (character := self._character() or " ") <= "9":
            if (number or 0) > _MOST:
                self._at = len(self._pattern)
                return None
            number = (number or 0) * 10 + int(character)
            self._at += 1
        return number

    def _from_argument(self) -> int | None:
        """The next value as a width or precision; None if it can't be one."""
        if self._next >= len(self._values):
            return None
        value = self._values[self._next]
        self._next += 1
        return int(value) if is_integer(value) and -_MOST <= value <= _MOST else None

    def _argument_number(self) -> bool:
        """Take a number in brackets, if there is one, as that of the next value; tell whether it was a number."""
        if self._character() != "[":
            return False
        self._reordered = True
        start = self._at
        if self._bracket <= start:
            found = self._pattern.find("]", start)
            self._bracket = found if found >= 0 else len(self._pattern)
        if self._bracket >= len(self._pattern) or len(self._pattern) - start < len("[1]"):
            self._at = start + 1
            self._good_number = False
            return False
        self._at = start + 1
        number = self._number()
        good = number is not None and self._at == self._bracket
        self._at = self._bracket + 1
        if number is not None and good and 0 < number <= len(self._values):
            self._next = number - 1
            return True
        self._good_number = False
        return good
