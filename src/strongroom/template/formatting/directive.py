"""What stands between a percent sign and its verb: flags, width, precision (p).

Source: https://pkg.go.dev/fmt#hdr-Printing
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Directive:
    """How one value is to be written.

    Attributes:
        width: in characters; 0 for any.
        precision: None if there is none.
        fields: names of fields are written, as by `%+v`.
        syntax: Go's syntax is written, as by `%#v`.
    """

    minus: bool = False
    plus: bool = False
    sharp: bool = False
    space: bool = False
    zero: bool = False
    width: int = 0
    precision: int | None = None
    fields: bool = False
    syntax: bool = False

    def padded(self, text: str, *, zeros: bool = True) -> str:
        """A text of at least the width.

        Args:
            zeros: whether zeros may fill it.
        """
        if len(text) >= self.width:
            return text
        if self.minus:
            return text.ljust(self.width)
        return text.rjust(self.width, "0" if self.zero and zeros else " ")


PLAIN = Directive()
