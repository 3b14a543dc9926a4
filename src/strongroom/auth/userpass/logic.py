"""Names and hashes of users (p)."""

from __future__ import annotations

import re

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.names import check_segment_name

MIN_BCRYPT_COST = 5
MAX_BCRYPT_COST = 12
"""A quarter of a second; each step more is twice that, and cost 31 some thirty hours."""
_MAX_COST_OF_ALL = 31

_BCRYPT = re.compile(r"\$2[abxy]?\$([0-9]{2})\$[./A-Za-z0-9]{53}")


def user_name(text: str) -> str:
    """The name in the form that it is stored under: lower case.  Raises `UnsupportedPath` for what can't be a name."""
    check_segment_name(text)
    return text.lower()


def check_bcrypt(text: str) -> str:
    """The hash, if it can be verified and is neither too weak nor too much work; raises `InvalidRequest` otherwise.

    Source: https://www.usenix.org/legacy/events/usenix99/provos/provos.pdf, section 4
    """
    found = _BCRYPT.fullmatch(text)
    if found is None or int(found[1]) > _MAX_COST_OF_ALL:
        raise InvalidRequest("password_hash is not a valid bcrypt hash")
    if int(found[1]) < MIN_BCRYPT_COST:
        raise InvalidRequest(f"bcrypt cost of {int(found[1])} is too low, want {MIN_BCRYPT_COST} at minimum")
    if int(found[1]) > MAX_BCRYPT_COST:
        raise InvalidRequest(f"bcrypt cost of {int(found[1])} exceeds maximum cost of {MAX_BCRYPT_COST}")
    return text


def cost_of(stored: str) -> int:
    """The cost of a bcrypt hash that `check_bcrypt` has let through."""
    return int(stored.split("$")[2])
