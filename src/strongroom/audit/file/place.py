"""Where an audit file may be, and which file there may be one (p).

Whoever may make audit devices must not get at the server's machine by that: with a path of choice, what clients send
would end in a shell's start-up file, over a key, or in a file of the kernel that opens and can't be written.

Source: CVE-2025-6000
"""

from __future__ import annotations

import posixpath

import msgspec

_KERNEL = ("/proc", "/sys", "/dev")
_SYSTEM = ("/etc", "/usr", "/bin", "/sbin", "/lib", "/lib64", "/boot", "/var/spool/cron")
"""Programs look into these for what to do; nobody keeps logs there."""
_CONFIGURATION_ENDINGS = (".hcl", ".json")
_EXECUTABLE = 0o7111
_READABLE = 0o640
"""The most that a log's mode may give: all but the owner read at most, and only the group."""
_OWNERS = 0o600


class Rules(msgspec.Struct, frozen=True):
    """What the server's configuration says about places; real paths, without symbolic links."""

    directories: tuple[str, ...] | None = None
    """Below these devices may be made, and nowhere else; None: wherever nothing else forbids it."""
    own: tuple[str, ...] = ()
    """Files and directories of the server itself: store, keys, program, spool."""
    configuration: tuple[str, ...] = ()
    """Directories that configuration files are in, where one more might be read."""


class Found(msgspec.Struct, frozen=True):
    """What was opened, by its descriptor: nobody can put something else in its place any more."""

    regular: bool
    new: bool
    """Made by this very opening."""
    kernel: bool
    """On a file system of the kernel, wherever that is mounted."""
    links: int
    mode: int
    size_bytes: int
    ours: bool
    """Whether its last line is an entry of this server's store."""


def below(path: str, directory: str) -> bool:
    """Whether a path is a directory's, or lies in it."""
    return path == directory or path.startswith(directory.rstrip("/") + "/")


def refusal(real: str, rules: Rules, *, configured: bool = False) -> str:
    """Why no audit file may be at a path; empty when one may.

    Args:
        real: absolute, its directories without symbolic links.
        configured: whether the configuration names it itself, and so needs no leave to.
    """
    if any(below(real, kernel) for kernel in _KERNEL):
        return "files of the kernel and devices are no place for an audit log"
    if any(below(real, own) for own in rules.own) or (
        posixpath.dirname(real) in rules.configuration and real.endswith(_CONFIGURATION_ENDINGS)
    ):
        return "the place belongs to the server itself"
    named = rules.directories or ()
    allowed = [directory for directory in named if below(real, directory) and real != directory]
    if rules.directories is not None and not allowed and not configured:
        if not named:
            return "the server's configuration (audit_directories) lets the API make none"
        return f"the server's configuration (audit_directories) allows files below {', '.join(named)} only"
    if not allowed and any(below(real, system) for system in _SYSTEM):
        return "the system's own directories are no place for an audit log"
    rest = real[max(map(len, allowed), default=0) :]
    if any(part.startswith(".") for part in rest.split("/")):
        return "hidden files and directories are no place for an audit log"
    return ""


def unsuitable(found: Found) -> str:
    """Why a file that was opened is none to write audit entries to; empty when it is one."""
    if found.kernel:
        return "files of the kernel and devices are no place for an audit log"
    if not found.regular:
        return "a file audit device writes to a file or a pipe, and this is neither"
    if found.new:
        return ""
    if found.mode & _EXECUTABLE:
        return "it is executable, and what clients send is to end in no program"
    if found.links != 1:
        return "it has a second name, and so may be another program's file"
    if found.size_bytes and not found.ours:
        return "it exists, and is no audit log of this server"
    return ""


def unsuitable_mode(mode: int) -> str:
    """Why a log can't have these permissions; empty when it can, and for 0, which leaves them as they are."""
    if mode & _EXECUTABLE:
        return "makes the audit file executable"
    if mode & ~_READABLE:
        return "gives others more than the group's read; 0640 is the most"
    if mode and mode & _OWNERS != _OWNERS:
        return "keeps the server itself from its file"
    return ""
