"""Paths without the secrets that stand in them (p).

Old clients, and hurried people, put tokens into URLs.  What an engine declares to be secret is hidden whatever it looks
like; elsewhere, what looks like a token.
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
    """A request's path as a log may show it.

    Args:
        entry: the mount that it lies in.
        secret: what stands for a secret.
        accessor: what stands for an accessor; as for secrets, without it.
    """
    tail = ""
    if entry is not None and entry.engine is not None:
        start = len(entry.record.full_path)
        found = entry.engine.routes.secret_part(path[start:])
        if found is not None:
            name, at = found
            part = path[start + at :]
            # A folder's slash is no part of it.
            rest = "/" if part.endswith("/") else ""
            hide = accessor if accessor is not None and name == _ACCESSOR else secret
            path, tail = path[: start + at], hide(part.removesuffix("/")) + rest
    if "." in path:
        path = _TOKEN.sub(lambda token: secret(token[0]), path)
    return path + tail
