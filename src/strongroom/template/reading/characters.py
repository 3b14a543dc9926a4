"""Characters as templates have them in names, and as error texts tell them (p)."""

from __future__ import annotations

from strongroom.template.formatting.quoting import REPLACEMENT
from strongroom.template.values import ESCAPED_BYTES


def is_alphanumeric(character: str) -> bool:
    """Whether a character may stand in a name."""
    return character == "_" or character.isalpha() or character.isdecimal()


def code_point(character: str) -> str:
    """A character's code, and the character if it can be printed."""
    shown = REPLACEMENT if ord(character) in ESCAPED_BYTES else character
    return f"U+{ord(shown):04X} '{shown}'" if shown.isprintable() else f"U+{ord(shown):04X}"
