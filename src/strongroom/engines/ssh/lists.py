"""Lists that clients write with commas (p)."""

from __future__ import annotations


def items(text: str) -> list[str]:
    """The items, each once, without the blanks around them.  Empty ones are left out."""
    return list(dict.fromkeys(item for part in text.split(",") if (item := part.strip())))
