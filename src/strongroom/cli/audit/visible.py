"""Texts of a log as a terminal may show them (p)."""

from __future__ import annotations

_LONGEST = 240


def visible(text: str, longest: int = _LONGEST) -> str:
    """A text in one line, without control characters, bidirectional marks and invisible characters.

    A client chooses its request's path, and a terminal would obey escape sequences in it.
    """
    cut = f"{text[:longest]}…" if len(text) > longest else text
    return cut if cut.isprintable() else "".join(map(_shown, cut))


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
