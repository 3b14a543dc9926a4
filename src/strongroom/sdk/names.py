"""Names of users and roles, which are one segment of a path."""

from __future__ import annotations

import re

from strongroom.lib.errors import UnsupportedPath
from strongroom.sdk.engine import UNSUPPORTED_PATH

_NAME = re.compile(r"\w(?:[\w.-]{0,510}\w)?", re.ASCII)


def check_segment_name(text: str) -> None:
    """Raise `UnsupportedPath` unless the text is a name.

    A name has at most 512 letters and digits, with `-` and `.` between them.
    """
    if _NAME.fullmatch(text) is None:
        raise UnsupportedPath(UNSUPPORTED_PATH)
