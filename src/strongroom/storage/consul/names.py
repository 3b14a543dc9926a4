"""The keys of cells in Consul: segments that need no escape in a URL (pure).

Consul redirects a URL with the segments `.` or `..`, and some of its tools show other characters wrongly.  The order of
keys is of no use here, because Consul gives all names of a folder at once.
"""

from __future__ import annotations

import re
from typing import Final

_ESCAPED: Final = re.compile(rb"[^A-Za-z0-9_~./-]")
_DOTS: Final = re.compile(r"(?:^|(?<=/))(?=\.{1,2}(?:/|$))\.")
_WRITTEN: Final = re.compile(r"=([0-9A-F]{2})")
ESCAPE_LENGTH: Final = 3
"""Characters that one byte of a name takes at the most."""


def key_of(name: str) -> str:
    """The key of a cell, below the store's path."""
    escaped = _ESCAPED.sub(lambda found: b"=%02X" % found[0][0], name.encode()).decode("ascii")
    return _DOTS.sub("=2E", escaped)


def name_of(key: str) -> str:
    """The cell that has a key.  Raises `UnicodeDecodeError` for a key that no cell has."""
    raw = _WRITTEN.sub(lambda found: chr(int(found[1], 16)), key).encode("latin-1")
    return raw.decode()
