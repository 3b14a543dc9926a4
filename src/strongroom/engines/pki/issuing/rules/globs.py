"""Patterns in which `*` stands for any number of any characters (p)."""

from __future__ import annotations


def fits(pattern: str, text: str) -> bool:
    """Whether a text fits a pattern.  It takes time in proportion to the lengths: no backtracking to be abused."""
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    if not text.startswith(first):
        return False
    *middle, last = rest
    at = len(first)
    for part in middle:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(text) - at >= len(last) and text.endswith(last)
