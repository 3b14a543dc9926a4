"""What is wrong with an expression, or with the values that it meets."""

from __future__ import annotations


class CelError(Exception):
    """An expression can't be read, or an evaluation has no result; the text says why."""


class TooCostly(CelError):
    """An evaluation has used up its steps.  No operator catches it, as `||` does with other errors."""


def no_overload() -> CelError:
    """An operator or function isn't defined for the kinds of these values."""
    return CelError("no such overload")
