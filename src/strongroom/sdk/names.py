"""Names that stand in a path as one segment: of users and of roles."""

from __future__ import annotations

import re

from strongroom.lib.errors import UnsupportedPath
from strongroom.sdk.engine import UNSUPPORTED_PATH

_NAME = re.compile(r"\w(?:[\w.-]{0,510}\w)?", re.ASCII)


def check_segment_name(text: str) -> None:
    """Raise `UnsupportedPath` for what can't be a name: at most 512 letters, digits, and `-`, `.` between them."""
    if _NAME.fullmatch(text) is None:
        raise UnsupportedPath(UNSUPPORTED_PATH)
