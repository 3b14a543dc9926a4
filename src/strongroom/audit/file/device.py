"""Appends entries to a file that all processes of a node share.

The entries of a turn are one `write(2)` to a descriptor in append mode, so that lines of several processes never mix.
In a pipe they would mix, and a pipe without a reader would block the server.  So entries for a pipe go to the spool,
and the node's forwarder writes them to the pipe.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from strongroom.audit.file.lookback import Piece, read_piece
from strongroom.audit.file.opening import Ground, Unfit, open_log, pipe_at, real_path, unplaced
from strongroom.audit.file.place import unsuitable_mode
from strongroom.audit.file.rotating import Rotation, rotate, rotation_of
from strongroom.audit.full import untaken, whole
from strongroom.lib.errors import InvalidRequest, Unavailable
from strongroom.lib.seldom import Seldom

log = structlog.get_logger("audit")

_DISCARD = "discard"
_LOOKS = 10
"""How often the end of a file is looked at.  Another process would have to be in the middle of a write each time."""
_DEFAULT_MODE = 0o600
_STANDARD = {"stdout": "stdout", "/dev/stdout": "stdout", "/dev/stderr": "stderr"}
"""Paths that stand for a descriptor of the server."""


class Spooling(Protocol):
    """Takes lines for the forwarder."""

    def open(self) -> None:
        """Open the spool.  Raises `InvalidRequest`."""
        ...

    def write(self, *lines: bytes) -> int:
        """Write whole lines.  Returns how many were taken; raises `Unavailable` if none was."""
        ...

    def close(self) -> None:
        """Close all files."""
        ...


_NO_ROTATION = Rotation()


Spooled = Callable[[str], Spooling]
"""Makes the spool of `stdout`, `stderr` or a pipe's path."""


class FileDevice:
    """One open audit file.

    Args:
        path: absolute or relative to the working directory; `discard` writes nowhere.
        mode: the file's permissions; 0 doesn't change those of an existing file. spooled: makes the device for a target
        that only the forwarder writes to; None without a forwarder. ground: decides where a file or pipe may be, and
        which one. rotation: when the file is moved away.
    """

    def __init__(
        self,
        path: str,
        mode: int = _DEFAULT_MODE,
        spooled: Spooled | None = None,
        ground: Ground | None = None,
        rotation: Rotation = _NO_ROTATION,
    ) -> None:
        self._path = path
        self._ground = ground or Ground()
        self._spooled = spooled
        self._spool: Spooling | None = None
        self._rotation = rotation
        self._told = Seldom()
        self._mode = mode
        self._descriptor = -1

    def open(self) -> None:
        """Open or create the file.  Raises `InvalidRequest` with the reason if that fails."""
        if self._path == _DISCARD:
            return
        if target := self._target():
            if self._descriptor >= 0:
                # An attacker who may write to the log's directory could put a pipe there: he would get the entries, and
                # the log would end unnoticed.
                raise InvalidRequest(f'sanity check failed; "{self._path}" was a file, and is a pipe now')
            self._open_spool(target)
            return
        try:
            descriptor = open_log(self._path, self._mode, self._ground)
        except (OSError, ValueError) as error:
            raise InvalidRequest(f'sanity check failed; unable to open "{self._path}" for writing: {error}') from error
        self.close()
        self._descriptor = descriptor

    def _target(self) -> str:
        """The target that the forwarder writes to; empty for a file, which this process writes itself."""
        path = self._path
        if standard := _standard(path):
            return standard
        if path == "stderr":
            # To Vault this is a file with that name, which no operator wants.
            raise InvalidRequest('the path "stderr" is not taken; "/dev/stderr" is standard error, "./stderr" a file')
        return pipe_at(path, self._ground)

    def _open_spool(self, target: str) -> None:
        if self._spool is not None:
            return
        if self._spooled is None:
            raise InvalidRequest(
                "an audit device on a pipe or on standard output needs a place where entries wait: "
                "set audit_spool_path in the server's configuration"
            )
        spool = self._spooled(target)
        spool.open()
        self.close()
        self._spool = spool

    @property
    def one_by_one(self) -> bool:
        """Whether the forwarder brings the lines on, each by itself."""
        return self._spool is not None

    def write(self, *lines: bytes) -> int:
        """Append lines, each of which ends in a newline, with one write.

        Returns: how many of them are in the file, whole.

        Raises: `Unavailable` if none is.
        """
        if self._path == _DISCARD:
            return len(lines)
        if self._spool is not None:
            return self._spool.write(*lines)
        try:
            before = b"" if self._ends_whole() else b"\n"
            data = before + b"".join(lines)
            written = os.write(self._descriptor, data)
        except OSError as error:
            raise self._untaken(str(error), error) from error
        # If the disk is full, or the file has reached its size limit, part of a line may be in the file.
        taken = whole(lines, max(0, written - len(before)))
        if not taken:
            raise self._untaken(f"only {written} of {len(data)} bytes were taken")
        return taken

    def _ends_whole(self) -> bool:
        """Whether the next line can follow at once.

        If not, the last line was cut: by a full disk, or because this process or another one of the node was killed
        while it wrote.  The next line has to begin on a line of its own, or neither could be parsed.
        """
        for _ in range(_LOOKS):
            end = os.lseek(self._descriptor, 0, os.SEEK_END)
            if not end or os.pread(self._descriptor, 1, end - 1) in {b"\n", b""}:  # empty: the file was truncated
                return True
            # The kernel shows the lines of another process page by page while it takes them.  It changes the file's
            # times only after that, because both need the same lock.
            with contextlib.suppress(OSError):
                os.utime(self._descriptor)
        return False

    def _untaken(self, reason: str, error: OSError | None = None) -> Unavailable:
        return untaken("the audit file cannot be written", f"{self._path}: {reason}", self._descriptor, error)

    def reopen(self) -> None:
        """Continue in a new file of the same name, after the old one was moved away.

        Raises: `InvalidRequest` if the new file can't be opened.  The old one is still open then.
        """
        self.open()

    def look(self) -> None:
        """Continue in a new file if the present one was removed, moved away, or has its size.

        Entries in a removed file are lost when it is closed.

        Raises: `InvalidRequest` if it was removed, and no new file can be opened.
        """
        if self._descriptor < 0:
            return
        found = os.fstat(self._descriptor)
        if not found.st_nlink:
            self.open()
            log.warning("an audit file was removed while in use; entries continue in a new file", path=self._path)
            return
        try:
            real = real_path(self._path)
            if not _is_at(real, found):
                self.open()
                log.info("an audit file was moved away; entries continue in a new file", path=self._path)
            elif 0 < self._rotation.max_bytes <= found.st_size:
                self._rotate(real)
        except (InvalidRequest, Unfit, OSError, ValueError) as error:
            # The file that was moved away, or is too long, is still a place for entries.
            reason = error.text if isinstance(error, InvalidRequest) else str(error)
            if self._told.due(reason):
                log.error("an audit file is not rotated: entries stay in it", path=self._path, reason=reason)

    def _rotate(self, real: str) -> None:
        """Move the file away and go on in a new one, unless another process is doing so."""
        if rotate(real, self._descriptor, self._rotation.max_files, self._ground, time.time()):
            self.open()

    def piece(self, before: str) -> Piece:
        """The piece of the log that ends at a place; the last one if it is empty.

        Raises: `InvalidRequest` if the entries are in no file that could be read, or the place is gone.
        """
        if self._descriptor < 0:
            raise InvalidRequest(f'the entries of "{self._path}" are in no file of this server')
        try:
            return read_piece(self._path, self._ground, before)
        except (OSError, ValueError) as error:
            raise Unavailable("the audit file cannot be read", detail=str(error)) from error

    def close(self) -> None:
        """Close all files."""
        if self._spool is not None:
            self._spool.close()
            self._spool = None
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _is_at(real: str, found: os.stat_result) -> bool:
    """Whether a file is at a path."""
    try:
        there = os.lstat(real)
    except FileNotFoundError:
        return False
    return (there.st_dev, there.st_ino) == (found.st_dev, found.st_ino)


def _standard(path: str) -> str:
    """The server's descriptor that a path stands for.  Vault accepts `stdout` in any letter case."""
    return _STANDARD.get(path.lower() if path.isalpha() else path, "")


def place_of(options: Mapping[str, str]) -> str:
    """The real path that a device with these options writes to.

    It is empty for `discard`, for a descriptor of the server, and for an impossible path.
    """
    path = options.get("file_path") or options.get("path") or ""
    if not path or path == _DISCARD or _standard(path):
        return ""
    try:
        return real_path(path)
    except (OSError, ValueError):
        return ""


def unplaced_device(options: Mapping[str, str], ground: Ground) -> str:
    """Why a device with these options can't have its path, judged before it is opened; empty if it can."""
    path = options.get("file_path") or options.get("path") or ""
    if path == _DISCARD or _standard(path):
        return ""
    reason = unplaced(path, ground)
    return reason and f'"{path}" cannot be an audit file: {reason}'


def file_device(options: Mapping[str, str], spooled: Spooled | None = None, ground: Ground | None = None) -> FileDevice:
    """The device with these options.

    Args:
        options: `file_path` (or `path`), `mode` in octal, `max_bytes` and `max_files`.
        spooled: makes the device for a pipe's entries.
        ground: decides which paths and files are allowed.

    Raises: `InvalidRequest` for a missing path, a mode that is no octal number, a mode that lets others read the file,
    or a rotation that can't be.
    """
    path = options.get("file_path") or options.get("path") or ""
    if not path:
        raise InvalidRequest("file_path is required")
    mode = options.get("mode", f"{_DEFAULT_MODE:o}")
    if not mode.isascii() or not mode.isdigit() or len(mode) > 5 or set(mode) & {"8", "9"}:
        raise InvalidRequest(f'strconv.ParseUint: parsing "{mode}": invalid syntax')
    # Without a file, the mode has no meaning.
    unsuitable = "" if path == _DISCARD or _standard(path) else unsuitable_mode(int(mode, 8))
    if unsuitable:
        raise InvalidRequest(f'the mode "{mode}" {unsuitable}')
    rotation = rotation_of(options)
    if rotation.max_files and not (ground is not None and ground.configured):
        # A client could take the place of a device, and have its old logs removed by a few requests.
        raise InvalidRequest("max_files removes audit logs: only the server's configuration may ask for that")
    return FileDevice(path, int(mode, 8), spooled, ground, rotation)
