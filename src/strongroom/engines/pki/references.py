"""Names by which keys and issuers are referred to (p)."""

from __future__ import annotations

import re
from typing import Final

from strongroom.lib.errors import InvalidRequest

DEFAULT: Final = "default"
"""The name that refers to what a mount has configured."""
_NAME = re.compile(r"[\w.-]{1,512}", re.ASCII)


def check_name(what: str, name: str) -> None:
    """Raise `InvalidRequest` for a name that no key or issuer (`what`) may have.  An empty one is no name."""
    if name == DEFAULT:
        raise InvalidRequest(f"reserved keyword 'default' can not be used as {what} name")
    if name and _NAME.fullmatch(name) is None:
        raise InvalidRequest(f"{what} name contained invalid characters")
