"""Decides which paths and which existing files may be audit files (pure).

A client who may enable audit devices must not gain control of the server's machine.  With a path of choice, data from
clients could get into a shell's start-up file, over a key, or into a file of the kernel that opens but can't be
written.

Source: CVE-2025-6000
"""

from __future__ import annotations

import posixpath

import msgspec

_KERNEL = ("/proc", "/sys", "/dev")
_SYSTEM = ("/etc", "/usr", "/bin", "/sbin", "/lib", "/lib64", "/boot", "/var/spool/cron")
"""Programs read configuration and code from these directories.  Nobody keeps logs there."""
_CONFIGURATION_ENDINGS = (".hcl", ".json")
_EXECUTABLE = 0o7111
_READABLE = 0o640
"""The most permissions of a log: the owner reads and writes, the group reads, others have none."""
_OWNERS = 0o600


class Rules(msgspec.Struct, frozen=True):
    """The configured rules for paths.  All paths are real, without symbolic links."""

    directories: tuple[str, ...] | None = None
    """Devices may be enabled only below these directories; None: anywhere that no other rule forbids."""
    own: tuple[str, ...] = ()
    """Files and directories of the server itself: store, keys, program, spool."""
    configuration: tuple[str, ...] = ()
    """Directories of configuration files.  The server might read a new file there."""


class Found(msgspec.Struct, frozen=True):
    """Facts about an opened file, read from its descriptor, so that nobody can replace the file in between."""

    regular: bool
    new: bool
    """Whether opening it created it."""
    kernel: bool
    """Whether it is on a file system of the kernel, wherever that is mounted."""
    links: int
    mode: int
    size_bytes: int
    ours: bool
    """Whether its last line is an entry of this server's store."""


def below(path: str, directory: str) -> bool:
    """Whether a path is the directory or lies below it."""
    return path == directory or path.startswith(directory.rstrip("/") + "/")


def refusal(real: str, rules: Rules, *, configured: bool = False) -> str:
    """Why no audit file may be at a path; empty if one may.

    Args:
        real: absolute, its directories without symbolic links.
        configured: whether the configuration names the path, and so permits it.
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
    """Why an opened file can't be an audit file; empty if it can."""
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
    """Why a log can't have these permissions; empty if it can.  0, which changes nothing, is allowed."""
    if mode & _EXECUTABLE:
        return "makes the audit file executable"
    if mode & ~_READABLE:
        return "gives others more than the group's read; 0640 is the most"
    if mode and mode & _OWNERS != _OWNERS:
        return "keeps the server itself from its file"
    return ""
