"""Rules for the paths of mounts and audit devices.  They are the same for a path in the URL and one in a body.

The listener has already normalized a path of the URL, but not one in a body, as in `sys/remount`.  The rules refuse a
mount that only one spelling of a request reaches, or that a policy can't name exactly, because administrators would
misjudge who can reach it.
"""

from __future__ import annotations

import posixpath
import re

from strongroom.lib.errors import InvalidRequest

_DOTS = frozenset({".", ".."})
_SPECIAL = re.compile(r"[?#%\\*]")
"""Characters that a proxy may cut off, decode again or read as a slash, and `*`, which ends a prefix in a policy."""


def check_name(path: str) -> None:
    """Raise `InvalidRequest` for a path that no mount can have.  The texts are Vault's where Vault refuses it too.

    Args:
        path: relative to its table, with one slash at its end.
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
