"""Where snapshots may be kept, how they are called, and which of them are removed (pure)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from strongroom.lib.errors import InvalidRequest

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
ENDING = ".snap"


def check_prefix(file_prefix: str) -> None:
    """Raise `InvalidRequest` for what files can't begin with."""
    if _NAME.fullmatch(file_prefix) is None:
        raise InvalidRequest("file_prefix must be letters, digits, dots, dashes and underscores, 64 at the most")


def check_directory(path: str, real: str, allowed: Sequence[str]) -> None:
    """Raise `InvalidRequest` for a directory in which the API may have no snapshots kept.

    Args:
        path: as it was given.
        real: the same without symbolic links.
        allowed: the directories of the configuration, without symbolic links.
    """
    if not allowed:
        raise InvalidRequest("the server's configuration (snapshot_directories) lets the API keep snapshots nowhere")
    below = [each for each in allowed if real == each or real.startswith(each.rstrip("/") + "/")]
    if not path.startswith("/") or posixpath.normpath(path) != (path.rstrip("/") or "/") or not below:
        raise InvalidRequest(
            f"the server's configuration (snapshot_directories) allows snapshots below {', '.join(allowed)} only"
        )


def file_name(file_prefix: str, at: float) -> str:
    """The name of a snapshot.  Names sort by time.

    Args:
        at: seconds since the epoch.
    """
    return f"{file_prefix}-{int(at * 1000):015d}{ENDING}"


def taken_at(name: str) -> float:
    """When a snapshot of a name that `file_name` has made was begun, in seconds since the epoch."""
    return int(name.removesuffix(ENDING)[-15:]) / 1000


def own(names: Sequence[str], file_prefix: str) -> list[str]:
    """The snapshots of a schedule among these names, the oldest first."""
    form = re.compile(re.escape(file_prefix) + r"-[0-9]{15}" + re.escape(ENDING))
    return sorted(name for name in names if form.fullmatch(name))


def superfluous(sizes: Sequence[tuple[str, int]], retain: int, most_bytes: int, good: str) -> list[str]:
    """The snapshots to remove.

    Args:
        sizes: names and sizes, the oldest first.
        retain: how many are kept.
        most_bytes: how much all may take; 0 for no limit.
        good: the name of the last one that was read back and is whole.  It is always kept.

    Returns: names, the oldest first.
    """
    gone: list[str] = []
    count, total = len(sizes), sum(size for _, size in sizes)
    for name, size in sizes:
        if count <= max(1, retain) and not (most_bytes and total > most_bytes):
            break
        if name == good:
            continue
        gone.append(name)
        count, total = count - 1, total - size
    return gone
