"""Names of users and roles, which are one segment of a path."""

from __future__ import annotations

import re

from strongroom.lib.errors import UnsupportedPath
from strongroom.sdk.routing import UNSUPPORTED_PATH

_NAME = re.compile(r"\w(?:[\w.-]{0,510}\w)?", re.ASCII)


def is_segment_name(text: str) -> bool:
    """Whether the text is a name.  One that stands in a body instead of the path is looked up only if it is."""
    return _NAME.fullmatch(text) is not None


def check_segment_name(text: str) -> None:
    """Raise `UnsupportedPath` unless the text is a name.

    A name has at most 512 letters and digits, with `-` and `.` between them.
    """
    if not is_segment_name(text):
        raise UnsupportedPath(UNSUPPORTED_PATH)
