"""Hides secrets in paths (pure).

Old clients, and people in a hurry, put tokens into URLs.  A part that an engine declares secret is always hidden. In
other paths, a part that looks like a token is hidden.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from strongroom.services.mounts import MountEntry

_TOKEN = re.compile(r"(?<![A-Za-z0-9_-])(?:hv[sbr]|[sbr])\.[A-Za-z0-9_-]{20,}")
"""Source: https://developer.hashicorp.com/vault/docs/concepts/tokens#token-prefixes"""
_ACCESSOR = "accessor"


def shown(
    path: str, entry: MountEntry | None, secret: Callable[[str], str], accessor: Callable[[str], str] | None = None
) -> str:
    """A request's path without its secrets, for a log.

    Args:
        entry: the mount that it lies in.
        secret: replaces a secret. accessor: replaces an accessor; without it, `secret` does.
    """
    tail = ""
    if entry is not None and entry.engine is not None:
        start = len(entry.record.full_path)
        found = entry.engine.routes.secret_part(path[start:])
        if found is not None:
            name, at = found
            part = path[start + at :]
            # A folder's slash isn't part of the secret.
            rest = "/" if part.endswith("/") else ""
            hide = accessor if accessor is not None and name == _ACCESSOR else secret
            path, tail = path[: start + at], hide(part.removesuffix("/")) + rest
    if "." in path:
        path = _TOKEN.sub(lambda token: secret(token[0]), path)
    return path + tail
