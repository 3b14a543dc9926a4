"""Replaces a file in one step, with the owner and mode that were asked for or that it had.

Everything is done by the folder's descriptor, which is opened once.  What stands at the file's own name is never
followed if it is a symbolic link, but replaced.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from strongroom.agent.files.owner import Owner, UnknownOwner, group_name, owner_of, user_name
from strongroom.agent.files.reading import reason

log = structlog.get_logger("agent.files")

_DEFAULT_MODE: Final = 0o644
_FOLDER_MODE: Final = 0o755
_PERMISSIONS: Final = 0o777
"""Of those of a file that somebody else may have made: none that has a program run as the new file's owner."""
_LONGEST_NAME: Final = 200
_LEFT_BEHIND_S: Final = 3600.0
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_EXISTING: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class NotWritten(Exception):
    """A file can't be written; what was there is still there.  The text says which file and why."""


@dataclass(frozen=True, slots=True)
class Target:
    """A file to be written.

    Attributes:
        mode: None for that of the file that is there, or 0644.
        user, group: names or numbers; None or empty for those of the file that is there.
        creates_folders: whether folders above it are made.
        backs_up: whether the file that is there is kept beside it as `.bak`.
    """

    path: str
    mode: int | None = None
    user: str | int | None = None
    group: str | int | None = None
    creates_folders: bool = True
    backs_up: bool = False


def replace_file(target: Target, data: bytes) -> bool:
    """Write a file, unless it holds this already; then only its owner and mode are set, where they were asked for.

    Returns: whether it was written.

    Raises: `NotWritten`.
    """
    with _folder(target) as folder:
        place = _Place(folder, target, owner_of(target.user, target.group))
        if place.holds(data):
            return False
        place.replace(data)
        return True


def try_out(target: Target) -> None:
    """Find out whether a file could be written, without changing it, and remove what killed processes left of it.

    Raises: `NotWritten`.
    """
    with _folder(target) as folder:
        place = _Place(folder, target, owner_of(target.user, target.group))
        place.remove_left_behind()
        with place.beside(b"\0"):
            return


def exists(target: Target) -> bool:
    """Whether there is a file already."""
    return Path(target.path).is_file()


@contextmanager
def _folder(target: Target) -> Iterator[int]:
    """The descriptor of a target's folder.  Errors of the operating system within the block become `NotWritten`."""
    folder = Path(target.path).parent
    try:
        if target.creates_folders:
            _make(folder, target)
        descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield descriptor
        finally:
            os.close(descriptor)
    except UnknownOwner as error:
        raise NotWritten(f"{target.path}: {error}") from error
    except OSError as error:
        raise NotWritten(f"{target.path}: {reason(error)}") from error


def _make(folder: Path, target: Target) -> None:
    """Make a target's folder, and those above it."""
    try:
        folder.mkdir(_FOLDER_MODE, parents=True, exist_ok=True)
    except FileExistsError as error:  # "file exists" would be said of the target
        raise NotWritten(f"{target.path}: {folder} is not a directory") from error


class _Place:
    """A name in a folder, and what stands there.

    Args:
        folder: its descriptor.
        owner: whose the file is to be.

    Raises: `NotWritten` if something other than a file or a link to one stands there.
    """

    def __init__(self, folder: int, target: Target, owner: Owner) -> None:
        self._folder = folder
        self._target = target
        self._name = Path(target.path).name
        self._owner = owner
        found: os.stat_result | None = None
        with suppress(FileNotFoundError):
            found = os.stat(self._name, dir_fd=folder, follow_symlinks=False)
        if found is not None and not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
            kind = "a directory" if stat.S_ISDIR(found.st_mode) else "no regular file"
            raise NotWritten(f"{target.path}: is {kind}")
        if found is not None and stat.S_ISLNK(found.st_mode) and self._leads_elsewhere():
            raise NotWritten(f"{target.path}: is a link to what is no regular file")
        self._there = found if found is not None and stat.S_ISREG(found.st_mode) else None

    def _leads_elsewhere(self) -> bool:
        """Whether the link leads to a device, such as `/dev/stdout` does: who names that doesn't want it replaced."""
        try:
            return not stat.S_ISREG(os.stat(self._name, dir_fd=self._folder).st_mode)
        except OSError:
            return False  # it leads nowhere

    def holds(self, data: bytes) -> bool:
        """Whether the file holds this.  If it does, its owner and mode are set as they were asked for."""
        if self._there is None or self._there.st_size != len(data):
            return False
        try:
            descriptor = os.open(self._name, _EXISTING, dir_fd=self._folder)
        except PermissionError:
            return False
        with os.fdopen(descriptor, "rb") as opened:
            if opened.read(len(data) + 1) != data:
                return False
            self._set_owner(descriptor, self._owner)
            if self._target.mode and stat.S_IMODE(os.fstat(descriptor).st_mode) != self._target.mode:
                os.fchmod(descriptor, self._target.mode)
        return True

    def replace(self, data: bytes) -> None:
        """Write beside the file, and put that in its place."""
        with self.beside(data) as name:
            if self._target.backs_up and self._there is not None:
                self._back_up()
            os.rename(name, self._name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        with suppress(PermissionError), self._listable() as descriptor:
            os.fsync(descriptor)

    @contextmanager
    def beside(self, data: bytes) -> Iterator[str]:
        """The name of a new file in the folder, with the owner and mode that the file is to have.

        It is removed at the block's end, unless it was renamed.
        """
        there = self._there
        name = self._another_name()
        descriptor = os.open(name, _NEW, 0o600, dir_fd=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                owner = Owner(
                    self._owner.uid if self._owner.uid is not None or there is None else there.st_uid,
                    self._owner.gid if self._owner.gid is not None or there is None else there.st_gid,
                )
                self._set_owner(descriptor, owner)
                os.fchmod(descriptor, self._target.mode or (there.st_mode & _PERMISSIONS if there else _DEFAULT_MODE))
                os.fsync(descriptor)
            yield name
        finally:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=self._folder)

    def remove_left_behind(self) -> None:
        """Remove what was written beside the file by a process that was killed meanwhile, for it holds secrets."""
        pattern = re.compile(re.escape(f".{self._name[:_LONGEST_NAME]}.") + r"[0-9a-f]{16}\.tmp")
        with suppress(OSError), self._listable() as descriptor, os.scandir(descriptor) as entries:
            for entry in entries:
                if not pattern.fullmatch(entry.name):
                    continue
                if time.time() - entry.stat(follow_symlinks=False).st_mtime > _LEFT_BEHIND_S:
                    os.unlink(entry.name, dir_fd=self._folder)

    @contextmanager
    def _listable(self) -> Iterator[int]:
        """A descriptor of the folder that it can be listed and synced by, which not every user may have."""
        descriptor = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=self._folder)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _another_name(self) -> str:
        return f".{self._name[:_LONGEST_NAME]}.{os.urandom(8).hex()}.tmp"

    def _set_owner(self, descriptor: int, owner: Owner) -> None:
        """Set an owner where it isn't the one already.  Raises `NotWritten` if this process may not."""
        found = os.fstat(descriptor)
        uid = found.st_uid if owner.uid is None else owner.uid
        gid = found.st_gid if owner.gid is None else owner.gid
        if (uid, gid) == (found.st_uid, found.st_gid):
            return
        try:
            os.fchown(descriptor, uid, gid)
        except PermissionError as error:
            whose = user_name(uid) if uid != found.st_uid else f"group {group_name(gid)}"
            raise NotWritten(
                f"{self._target.path}: this process may not make it a file of {whose}: "
                "name another one by user or group, or run the agent as root"
            ) from error

    def _back_up(self) -> None:
        """Keep the file under another name.  Where the file system has no hard links, it isn't kept."""
        name = self._another_name()
        try:
            os.link(self._name, name, src_dir_fd=self._folder, dst_dir_fd=self._folder, follow_symlinks=False)
            os.rename(name, f"{self._name}.bak", src_dir_fd=self._folder, dst_dir_fd=self._folder)
        except OSError as error:
            log.warning("the file that is replaced can't be kept", path=self._target.path, reason=reason(error))
        finally:
            # It is still there if it was the backup already: a rename of a file to itself does nothing.
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=self._folder)
