"""Opens an audit file without following symbolic links, and checks it before changing anything."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass

from strongroom.audit.file.place import Found, Rules, refusal, unsuitable
from strongroom.lib.errors import InvalidRequest

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY | os.O_NOFOLLOW
_DIRECTORY = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_DIRECTORY_MODE = 0o700
_NO_RULES = Rules()
_TAIL_BYTES = 1024 * 1024
_PATH_BYTES = 4096
"""The longest path that the kernel accepts in one call, with its end.

A longer path could be opened part by part, but that would block the process for seconds and leave a directory for each
part.  Source: limits.h(0p), PATH_MAX
"""
_KERNEL = ("/proc", "/sys", "/dev")

Recognise = Callable[[bytes], bool]
"""Tells whether a line is an entry of this server's store."""


class Unfit(Exception):
    """A file can't be moved away or removed."""


def _nobodys(line: bytes) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Ground:
    """The rules that decide which paths and files are allowed."""

    rules: Rules = _NO_RULES
    recognise: Recognise = _nobodys
    configured: bool = False
    """Whether the configuration itself names the file."""


def real_path(path: str) -> str:
    """A path with its symbolic links resolved, except one in its last part.  Raises `OSError`, `ValueError`."""
    whole = os.path.join(os.getcwd(), path)  # noqa: PTH109, PTH118 - a path may hold any character
    if len(os.fsencode(whole)) >= _PATH_BYTES:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
    parent, name = os.path.split(whole)
    if name in {"", ".", ".."}:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    return os.path.join(os.path.realpath(parent), name)  # noqa: PTH118 - as above


def unplaced(path: str, ground: Ground) -> str:
    """Why no audit file may be at a path, judged by the path alone; empty if one may."""
    try:
        return refusal(real_path(path), _real(ground.rules), configured=ground.configured)
    except (OSError, ValueError) as error:
        return str(error)


def pipe_at(path: str, ground: Ground) -> str:
    """The real path of the named pipe at `path`; empty if there is none.

    Raises: `InvalidRequest` for a pipe that may not be used.
    """
    try:
        real = real_path(path)
        found = os.lstat(real)
    except (OSError, ValueError):
        return ""
    if not stat.S_ISFIFO(found.st_mode):
        return ""
    _require(path, refusal(real, _real(ground.rules), configured=ground.configured))
    if found.st_uid != os.geteuid() and ground.rules.directories is None and not ground.configured:
        _require(path, "the pipe is not the server's own: another program may take what comes for orders")
    return real


def open_log(path: str, mode: int, ground: Ground) -> int:
    """Open or make an audit file.

    Args:
        mode: permissions; 0 doesn't change those of an existing file.

    Returns: a descriptor in append mode.
    Raises: `InvalidRequest` if no audit file may be there; nothing was written or changed then. `OSError`, `ValueError`
    if it can't be opened.
    """
    real = real_path(path)
    _require(path, refusal(real, _real(ground.rules), configured=ground.configured))
    directory, name = os.path.split(real)
    parent = directory_of(directory)
    try:
        descriptor, new = _open_in(parent, name, mode or 0o600, path)
    finally:
        os.close(parent)
    try:
        status = os.fstat(descriptor)
        _require(path, unsuitable(_found(descriptor, status, new, ground.recognise)))
        if mode and status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) != mode:
            os.fchmod(descriptor, mode)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _require(path: str, reason: str) -> None:
    if reason:
        raise InvalidRequest(f'sanity check failed; "{path}" cannot be an audit file: {reason}')


def _real(rules: Rules) -> Rules:
    return Rules(
        directories=None if rules.directories is None else tuple(map(os.path.realpath, rules.directories)),
        own=tuple(map(os.path.realpath, rules.own)),
        configuration=tuple(map(os.path.realpath, rules.configuration)),
    )


def directory_of(directory: str) -> int:
    """A descriptor of a directory.  Its real path is opened part by part, and missing directories are created.

    This doesn't follow a symbolic link that somebody has put there since the path was resolved.
    """
    at = os.open("/", _DIRECTORY)
    for part in directory.split("/"):
        if not part:
            continue
        try:
            try:
                below = os.open(part, _DIRECTORY, dir_fd=at)
            except FileNotFoundError:
                os.mkdir(part, _DIRECTORY_MODE, dir_fd=at)
                below = os.open(part, _DIRECTORY, dir_fd=at)
        finally:
            os.close(at)
        at = below
    return at


def is_own_log(name: str, parent: int, ground: Ground) -> bool:
    """Whether a file of a directory is an audit log of this server, or empty.  Raises `OSError`."""
    try:
        descriptor = os.open(
            name, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY | os.O_NOFOLLOW, dir_fd=parent
        )
    except OSError as error:
        if error.errno == errno.ELOOP:
            return False
        raise
    try:
        return not unsuitable(_found(descriptor, os.fstat(descriptor), False, ground.recognise))
    finally:
        os.close(descriptor)


def _open_in(parent: int, name: str, mode: int, path: str) -> tuple[int, bool]:
    """A descriptor, and whether the file is new."""
    while True:
        try:
            return os.open(name, _FLAGS | os.O_CREAT | os.O_EXCL, mode, dir_fd=parent), True
        except FileExistsError:
            pass  # the existing file is opened and checked
        try:
            return os.open(name, _FLAGS, dir_fd=parent), False
        except FileNotFoundError:
            continue  # a rotation has just moved the file away
        except OSError as error:
            if error.errno == errno.ELOOP:
                _require(path, "it is a symbolic link")
            raise


def _found(descriptor: int, status: os.stat_result, new: bool, recognise: Recognise) -> Found:
    regular = stat.S_ISREG(status.st_mode)
    return Found(
        regular=regular,
        new=new,
        kernel=status.st_dev in _kernel_devices(),
        links=status.st_nlink,
        mode=stat.S_IMODE(status.st_mode),
        size_bytes=status.st_size,
        ours=regular and bool(status.st_size) and _ours(descriptor, status.st_size, recognise),
    )


def _kernel_devices() -> set[int]:
    """The device numbers of the kernel's own file systems."""
    devices = set()
    for path in _KERNEL:
        try:
            devices.add(os.stat(path).st_dev)  # noqa: PTH116 - a plain call on a constant
        except OSError:
            continue
    return devices - {os.stat("/").st_dev}  # noqa: PTH116 - as above


def _ours(descriptor: int, size: int, recognise: Recognise) -> bool:
    """Whether the last complete line is an entry of this store.  If that line is too long, the first one is checked."""
    start = max(0, size - _TAIL_BYTES)
    tail = os.pread(descriptor, _TAIL_BYTES, start)
    # The last line may be incomplete: a full disk has cut it, or another process is writing it.
    lines = [line for line in tail.split(b"\n")[-3:] if line]
    return any(recognise(line) for line in lines) or recognise(os.pread(descriptor, _TAIL_BYTES, 0).partition(b"\n")[0])
