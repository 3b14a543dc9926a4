"""Reads the draft of a policy from a file."""

from __future__ import annotations

from strongroom.cli.failure import Failure
from strongroom.cli.invocation import Invocation


def read_draft(call: Invocation, path: str) -> str:
    """The text of a file, or of standard input for `-`.  Raises `Failure`."""
    try:
        if path == "-":
            draft = call.stdin.read()
        else:
            with open(path, encoding="utf-8", newline="") as file:  # noqa: PTH123 - pathlib is slow to import
                draft = file.read()
        draft.encode()
    except (OSError, UnicodeError) as error:
        reason = (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)
        raise Failure(f"Error opening policy file: open {path}: {reason}", 2) from error
    return draft
