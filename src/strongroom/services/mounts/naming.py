"""Which paths mounts and audit devices can have: one set of rules, whether the path came in the URL or in a body.

A path of the URL was brought into plain form by the listener before it got here; one in a body, as that of
`sys/remount`, was not.  A mount that only one spelling of a request reaches, or that a policy can't
name by itself, is none that an administrator can see through.
"""

from __future__ import annotations

import posixpath
import re

from strongroom.lib.errors import InvalidRequest

_DOTS = frozenset({".", ".."})
_SPECIAL = re.compile(r"[?#%\\*]")
"""What a proxy may cut off, decode once more or take for a slash, and what ends a prefix in a policy."""


def check_name(path: str) -> None:
    """Raise `InvalidRequest` for a path that no mount can have; Vault's words where it refuses the same.

    Args:
        path: below its table, with one slash at its end.
    """
    if path in {"", "/"}:
        raise InvalidRequest("path must be specified")
    if not path.isprintable():
        raise InvalidRequest("path cannot contain non-printable characters")
    cleaned = posixpath.normpath(path).lstrip("/") + "/"
    if cleaned != path:
        raise InvalidRequest(f"path '{path}' does not match cleaned path '{cleaned}'")
    segments = path[:-1].split("/")
    if _DOTS.intersection(segments):
        raise InvalidRequest("relative paths not supported")
    if any(segment != segment.strip() for segment in segments):
        raise InvalidRequest("path cannot contain leading or trailing whitespace")
    if "+" in segments or _SPECIAL.search(path):
        raise InvalidRequest("path cannot contain '*', '?', '#', '%' or '\\', nor '+' as a whole segment")
