"""Texts of databases, as answers and logs have them (pure)."""

from __future__ import annotations

MOST = 500
"""Characters. A database can say megabytes, which each client and the log would get."""


def told(text: str, most: int = MOST) -> str:
    """A database's text in one line, without what a terminal would obey, and not too long."""
    begin = text[: most + 1]
    plain = "".join(char if char.isprintable() else " " for char in begin)
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"
