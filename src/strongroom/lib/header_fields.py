"""Which header fields of a response may be set by configuration (pure)."""

from __future__ import annotations

import re
from typing import Final

_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A field name.  Source: RFC 9110, section 5.6.2."""
_VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
"""A field value.  Source: RFC 9110, section 5.5."""
_CONNECTION: Final = frozenset({"connection", "content-length", "date", "keep-alive", "transfer-encoding"})
"""These follow from the connection and the body; the listener writes them itself."""
_OWN_PREFIX: Final = "x-vault-"


def is_name(text: str) -> bool:
    """Whether this can be a header's name."""
    return _NAME.fullmatch(text) is not None


def is_value(text: str) -> bool:
    """Whether this can be a header's value: one line of Latin-1."""
    return _VALUE.fullmatch(text) is not None


def is_reserved(name: str) -> bool:
    """Whether only the server may set this header: `X-Vault-…`, and headers of the connection."""
    lowered = name.lower()
    return lowered.startswith(_OWN_PREFIX) or lowered in _CONNECTION


def canonical(name: str) -> str:
    """A header's name with each word's first letter in upper case, as clients of Go write it."""
    return "-".join(word[:1].upper() + word[1:].lower() for word in name.split("-"))
