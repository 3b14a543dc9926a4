"""Names that others give, compared without regard to case."""

from __future__ import annotations

from strongroom.lib.letters import lowered


def test_lower_case() -> None:
    """It is what it usually is."""
    for text in ("", "K8s-Admins", "ÅRHUS", "ΑΣ", "straße", "ЖУК"):
        assert lowered(text) == text.lower()


def test_no_other_letter_becomes_one() -> None:
    """No two letters become the same, except those that are each other's case."""
    assert (lowered("\u212a8s"), lowered("\u212bX")) == ("\u212a8s", "\u212bx")
    made: dict[str, str] = {}
    for code in range(0x20000):
        letter = chr(code)
        other = made.setdefault(lowered(letter), letter)
        assert other == letter or letter in (other.lower(), other.upper()), hex(code)
