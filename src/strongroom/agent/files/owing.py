"""A mark beside a file that was changed, until whoever reads the file was told of it.

An agent that is killed between the two would find its file as it should be at the next start, and nobody would ever
read it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from strongroom.agent.files.reading import reason
from strongroom.agent.files.replacing import NotWritten, Target

_LONGEST_NAME: Final = 200
_MARK: Final = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def owe(target: Target) -> None:
    """Note that a file is about to be another one.  Raises `NotWritten`."""
    place = _mark_of(target)
    try:
        if target.creates_folders:
            place.parent.mkdir(0o755, parents=True, exist_ok=True)
        os.close(os.open(place, _MARK, 0o600))
    except OSError as error:
        raise NotWritten(f"{target.path}: {reason(error)}") from error


def is_owed(target: Target) -> bool:
    """Whether an earlier process has changed a file and told nobody."""
    return _mark_of(target).is_file()


def settle(target: Target) -> None:
    """Note that everybody was told.  What can't be removed now is told again at the next start, which does no harm."""
    with suppress(OSError):
        _mark_of(target).unlink()


def _mark_of(target: Target) -> Path:
    path = Path(target.path)
    return path.with_name(f".{path.name[:_LONGEST_NAME]}.changed")
