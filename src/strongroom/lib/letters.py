"""Names that others give, compared without regard to case (pure)."""

from __future__ import annotations


def lowered(text: str) -> str:
    """The text in lower case, except letters that aren't the upper case of what they would become.

    `str.lower` makes the Kelvin sign a `k`.  So whoever may name a group somewhere else, with that sign, would have had
    the policies of another group: systems that compare the two names see two.
    """
    if all(map(_returns, text)):
        return text.lower()
    return "".join(letter.lower() if _returns(letter) else letter for letter in text)


def _returns(letter: str) -> bool:
    lower = letter.lower()
    return lower == letter or lower.upper() == letter
