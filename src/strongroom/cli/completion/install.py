"""Turning completion on for one's own shells, and off again."""

from __future__ import annotations

from pathlib import Path

from strongroom.cli import PROGRAM
from strongroom.cli.failure import Failure
from strongroom.cli.terminal import Terminal
from strongroom.client.errors import describe

_FILES = {
    "bash": (".bashrc", 'eval "$({program} completion bash)"', 'eval "$(_STRONGROOM_COMPLETE=bash_source strongroom)"'),
    "zsh": (".zshrc", 'eval "$({program} completion zsh)"', 'eval "$(_STRONGROOM_COMPLETE=zsh_source strongroom)"'),
    "fish": (
        ".config/fish/config.fish",
        "{program} completion fish | source",
        "_STRONGROOM_COMPLETE=fish_source strongroom | source",
    ),
}
"""For each shell its start-up file, the line that turns completion on, and the line that did so before."""


def install(action: str, terminal: Terminal) -> int:
    """Turn completion on (`install`) or off (`uninstall`) for every shell that has a start-up file.

    Returns: the exit code.
    """
    if action not in {"install", "uninstall"}:
        terminal.error(f"flag provided but not defined: -autocomplete-{action}")
        return 1
    found = [(Path.home() / name, line, old) for name, line, old in _FILES.values() if (Path.home() / name).exists()]
    if not found:
        terminal.error("No start-up file of bash, zsh or fish was found in the home directory.")
        return 1
    try:
        for path, line, old in found:
            _rewrite(path, line.format(program=PROGRAM), old, install=action == "install")
    except (OSError, Failure) as error:
        reason = f"{error.filename}: {describe(error)}" if isinstance(error, OSError) else str(error)
        terminal.error(f"Error changing a start-up file: {reason}")
        return 1
    return 0


def _rewrite(path: Path, line: str, old: str, *, install: bool) -> None:
    """Put the line at a file's end, or take it out; the rest stays byte by byte."""
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    kept = [other for other in text.splitlines(keepends=True) if other.strip() not in {line, old}]
    if install:
        if kept and not kept[-1].endswith("\n"):
            kept[-1] += "\n"
        kept.append(f"{line}\n")
    changed = "".join(kept)
    if changed != text:
        path.write_bytes(changed.encode("utf-8", "surrogateescape"))
