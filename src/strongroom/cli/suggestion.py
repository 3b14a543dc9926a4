"""What a mistyped word may have meant."""

from __future__ import annotations

from collections.abc import Iterable


def meant(word: str, known: Iterable[str]) -> str:
    """The known word that `word` resembles most; empty when it resembles none."""
    from difflib import get_close_matches  # noqa: PLC0415 - only mistakes pay for the import

    return next(iter(get_close_matches(word, list(known), 1, 0.6)), "")
