"""Errors of templates, which begin as Vault's do (pure).

They name places and names of the template, and no value: a value may be a password.
"""

from __future__ import annotations

from strongroom.lib.errors import InvalidRequest


def place(text: str, at: int) -> str:
    """Where a character stands: line and column, counted from 1."""
    return f"{text.count(chr(10), 0, at) + 1}:{at - text.rfind(chr(10), 0, at)}"


def unparsable(text: str, at: int, reason: str) -> InvalidRequest:
    """The error for a text that is no template."""
    return InvalidRequest(f"unable to parse template: template: template:{place(text, at)}: {reason}")


def inapplicable(where: str, reason: str) -> InvalidRequest:
    """The error for a template that has no result for these values.

    Args:
        where: what `place` gave, or an empty text for the whole template.
    """
    before = f"template: template:{where}: " if where else ""
    return InvalidRequest(f"unable to apply template: {before}{reason}")


class FunctionFailed(Exception):
    """A function has no result for its arguments, or one that costs too much.  The text gives the reason."""
