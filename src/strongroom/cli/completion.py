"""Completion in shells: writes the line that turns it on to the shell's start-up file, or takes it out."""

from __future__ import annotations

from pathlib import Path

from strongroom.cli import PROGRAM
from strongroom.cli.terminal import Terminal

_FILES = {
    "bash": (".bashrc", 'eval "$(_STRONGROOM_COMPLETE=bash_source {program})"'),
    "zsh": (".zshrc", 'eval "$(_STRONGROOM_COMPLETE=zsh_source {program})"'),
    "fish": (".config/fish/config.fish", "_STRONGROOM_COMPLETE=fish_source {program} | source"),
}


def install(action: str, terminal: Terminal) -> int:
    """Turn completion on (`install`) or off (`uninstall`) for every shell that has a start-up file.

    Returns: the exit code.
    """
    if action not in {"install", "uninstall"}:
        terminal.error(f"flag provided but not defined: -autocomplete-{action}")
        return 1
    found = False
    for name, template in _FILES.values():
        path = Path.home() / name
        if not path.exists():
            continue
        found = True
        line = template.format(program=PROGRAM)
        text = path.read_text(encoding="utf-8")
        kept = [other for other in text.splitlines() if other != line]
        if action == "install":
            kept.append(line)
        path.write_text("".join(f"{other}\n" for other in kept), encoding="utf-8")
    if not found:
        terminal.error("No start-up file of bash, zsh or fish was found in the home directory.")
        return 1
    return 0
