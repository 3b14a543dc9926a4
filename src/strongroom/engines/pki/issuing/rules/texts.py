"""Characters that no name has (p)."""

from __future__ import annotations

import re
from typing import Final

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def has_control_characters(text: str) -> bool:
    """Whether a text has characters that programs cut off at, or that move a cursor, or that can't be encoded."""
    return _CONTROL.search(text) is not None
