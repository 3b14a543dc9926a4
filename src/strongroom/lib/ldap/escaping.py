"""Puts values into distinguished names and search filters, so that they can't be anything but values (pure).

Source: RFC 4514, section 2.4; RFC 4515, section 3
"""

from __future__ import annotations

_IN_DN = frozenset('"+,;<>\\=')
_FILTER_SAFE = frozenset(range(0x20, 0x7F)) - set(b"*()\\")


def in_dn(text: str) -> str:
    """The text as the value of an attribute in a distinguished name."""
    out = "".join(_of_dn(character) for character in text)
    if out.startswith(("#", " ")):
        out = f"\\{out}"
    # A space that is the whole text stands at the beginning too, and is escaped already.
    return f"{out[:-1]}\\ " if len(out) > 1 and out.endswith(" ") and out != "\\ " else out


def in_filter(text: str) -> str:
    """The text as the value of an assertion in a search filter.

    Everything but plain ASCII is written as the numbers of its bytes: what a library or a directory makes of a byte
    then doesn't depend on its notion of characters.
    """
    return "".join(
        chr(byte) if byte in _FILTER_SAFE else f"\\{byte:02x}" for byte in text.encode("utf-8", "surrogatepass")
    )


def bytes_in_filter(value: bytes) -> str:
    """The bytes as the value of an assertion in a search filter."""
    return "".join(f"\\{byte:02x}" for byte in value)


def _of_dn(character: str) -> str:
    if character in _IN_DN:
        return f"\\{character}"
    if character < " " or character == "\x7f":
        return f"\\{ord(character):02x}"
    return character
