"""Patterns in which `*` stands for any text, matched in linear time (pure)."""

from __future__ import annotations


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern covers a whole text.  No other sign has a meaning.

    The parts between the stars are searched from left to right, each once.  So no pattern takes long.
    """
    first, *parts = pattern.split("*")
    if not parts:
        return pattern == text
    last = parts.pop()
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in parts:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
