"""The user of a diagnosis.  Root bypasses permissions that stop the server's own user."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

_FOLDERS = (
    *("/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system"),
    *("/usr/lib/systemd/system", "/lib/systemd/system"),
)
UNITS = tuple(Path(folder) / "strongroom.service" for folder in _FOLDERS)
"""Where the unit may be, what counts first.

Source: https://www.freedesktop.org/software/systemd/man/systemd.unit.html
"""


class UserError(Exception):
    """The diagnosis can't be made as this user; the text says why."""


def unit_user(unit: str, configuration: Sequence[str]) -> str:
    """The `User=` of a unit that starts a server with one of these configuration files; empty if it doesn't.  (p)"""
    settings = _settings(unit.splitlines())
    words = settings.get("ExecStart", "").split()
    starts = any(f"-config={name}" in words for name in configuration)
    return settings.get("User", "root") if starts else ""


def _settings(lines: Iterable[str]) -> Mapping[str, str]:
    found, section = dict[str, str](), ""
    for raw in lines:
        line = raw.strip()
        if line.startswith("["):
            section = line
        elif section == "[Service]" and "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            found[name.strip()] = value.strip()
    return found


def server_user(configuration: Sequence[str], store: Path | None, units: Iterable[Path] = UNITS) -> tuple[str, str]:
    """The server's user, and what says so; both empty where nothing does.

    Args:
        configuration: the configuration's files and directories, as they were named.
        store: the store's directory, whose owner it is where no unit starts a server with that configuration.
    """
    named = [str(Path(name).absolute()) for name in configuration]
    for unit in units:
        if unit.is_file() and (user := unit_user(unit.read_text(encoding="utf-8", errors="replace"), named)):
            return user, str(unit)
    if store is None or not store.exists():
        return "", ""
    try:
        return pwd.getpwuid(store.stat().st_uid).pw_name, f"the owner of {store}"
    except KeyError:
        return "", ""


def name_of(number: int) -> str:
    """A user's name, or the number where there is none."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def become(user: str) -> None:
    """Change to this user and its groups until the process ends.  Raises `UserError`."""
    try:
        found = pwd.getpwnam(user)
    except KeyError:
        raise UserError(f"there is no user {user} on this machine") from None
    if found.pw_uid == os.geteuid():
        return
    if os.geteuid() != 0:
        raise UserError(f"only root can check as user {user}")
    os.initgroups(user, found.pw_gid)
    os.setresgid(found.pw_gid, found.pw_gid, found.pw_gid)
    os.setresuid(found.pw_uid, found.pw_uid, found.pw_uid)
    # What is imported from here on is read as that user, as the server's own modules are.
    closed = [name for name in sys.path if name and not os.access(name, os.R_OK | os.X_OK)]
    hidden = [name for name in closed if not name.endswith(".zip")]
    if hidden:
        raise UserError(f"user {user} can't read the program, which is in {hidden[0]}: install it where the user can")
