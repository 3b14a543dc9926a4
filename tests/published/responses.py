"""Reads the response files of NIST, and those in their form, from the package `cryptography-vectors`."""

from __future__ import annotations

import re
from importlib.resources import files

_FIELD = re.compile(r"([A-Za-z ]+?) *= *(.*)")


def vectors(name: str) -> list[dict[str, str]]:
    """The vectors of a file, fields by their names in small letters.

    A vector begins where the first field of the file comes again.  What stands in brackets before it (`[Taglen = 128]`)
    belongs to it, too.  A line `FAIL` is the field `fail`.

    Args:
        name: the path inside the package, as `CMAC/nist-800-38b-aes128.txt`.
    """
    found: list[dict[str, str]] = []
    heading: dict[str, str] = {}
    first = ""
    for line in files("cryptography_vectors").joinpath(name).read_text("utf-8").splitlines():
        text = line.strip()
        if text == "FAIL":
            found[-1]["fail"] = text
        elif text.startswith("["):
            field = _FIELD.fullmatch(text.strip("[]"))
            heading = {} if field is None else {**heading, field[1].lower(): field[2]}
        elif not text.startswith("#") and (field := _FIELD.fullmatch(text)):
            key = field[1].lower()
            first = first or key
            if key == first:
                found.append(dict(heading))
            found[-1][key] = field[2]
    return found


def value(text: str) -> bytes:
    """The bytes of a field: hexadecimal, or characters in quotes."""
    return text[1:-1].encode() if text.startswith('"') else bytes.fromhex(text)
