"""Command lines that findings advise.  (p)"""

from __future__ import annotations

import shlex

from strongroom.cli import PROGRAM


def command(*words: str) -> str:
    """A command line as a shell takes it, in backquotes.

    Args:
        words: those after the program's name.
    """
    return f"`{PROGRAM} {shlex.join(words)}`"


def tuned(mount: str, flag: str, values: list[str]) -> str:
    """The command line that sets a list of a mount's settings, which is always set as a whole."""
    return command("secrets", "tune", *(f"-{flag}={each}" for each in values or [""]), mount)


def tidied(mount: str) -> str:
    """The command line that has a mount remove certificates that have ended, by itself."""
    return command(
        *("write", f"{mount}/config/auto-tidy", "enabled=true", "tidy_cert_store=true", "tidy_revoked_certs=true")
    )
