"""A file that holds the token: written beside its place, and put there in one step.

Source: https://openbao.org/docs/agent-and-proxy/autoauth/sinks/file/
"""

from __future__ import annotations

import contextlib
import errno
import grp
import os
import pwd
import re
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from strongroom.agent.options import Given, account, option, permissions, read, text
from strongroom.agent.session.kept import KeptToken
from strongroom.server.config.reader import Notice

_DEFAULT_MODE = 0o640
_MOST_TOKEN_BYTES = 64 * 1024
_FOR_OTHERS_TO_WRITE = 0o022
_LEFT_BEHIND_S = 3600.0
_DIRECTORY = os.O_DIRECTORY | os.O_CLOEXEC
_BESIDE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class FileSinkOptions:
    """`config` of `sink "file"`.

    Attributes:
        mode: permissions; 0 keeps those of the file that is there.
        uid, gid: the owner and the group, by number or name; None for the agent's own.
    """

    path: str = option(text)
    mode: int = option(permissions, _DEFAULT_MODE, aliases=("perms",))
    uid: int | str | None = option(account, None, aliases=("owner", "user"))
    gid: int | str | None = option(account, None, aliases=("group",))


class FileSink:
    """Writes texts to one place.

    The place is taken by a new file each time.  Its owner is the agent's, unless another one is configured: if the file
    that somebody else put there kept its owner, whoever was first would read the token.
    """

    def __init__(self, given: Given) -> None:
        options, notices = read(FileSinkOptions, given)
        self.notices: tuple[Notice, ...] = notices
        self._path = Path(options.path)
        self._mode = options.mode
        self._uid = _number(given, "uid", options.uid)
        self._gid = _number(given, "gid", options.gid)
        if not self._path.name:
            raise given.wrong("path", f'expected the path of a file, found "{options.path[:64]}"')

    def __str__(self) -> str:
        return str(self._path)

    def prove(self) -> None:
        """Try whether the file could be written, and remove what killed processes left of it.  Raises `OSError`."""
        with self._opened() as directory:
            self._remove_left_behind(directory)
            with self._beside(directory, b"") as beside:
                os.unlink(beside, dir_fd=directory)

    def write(self, content: str) -> None:
        """Put a file with this content there.  Raises `OSError`; what was there is there still then."""
        with self._opened() as directory, self._beside(directory, content.encode()) as beside:
            os.rename(beside, self._path.name, src_dir_fd=directory, dst_dir_fd=directory)
            os.fsync(directory)

    def kept(self) -> KeptToken | None:
        """The token that an earlier process wrote; None if there is none.

        Only of a file that nobody but the agent and whom the token is for can have written: whoever puts a token of his
        own there could have the agent act for him.
        """
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            status = os.fstat(descriptor)
            ours = status.st_uid in {os.geteuid(), self._uid} and not status.st_mode & _FOR_OTHERS_TO_WRITE
            if not stat.S_ISREG(status.st_mode) or not ours or status.st_size > _MOST_TOKEN_BYTES:
                return None
            found = os.read(descriptor, _MOST_TOKEN_BYTES).strip()
        finally:
            os.close(descriptor)
        if not found or not found.isascii() or not found.decode("ascii").isprintable():
            return None
        return KeptToken(found.decode("ascii"), status.st_mtime)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[int]:
        """The directory, which then stays the same one whatever becomes of its path."""
        directory = os.open(self._path.parent, _DIRECTORY)
        try:
            yield directory
        finally:
            os.close(directory)

    @contextlib.contextmanager
    def _beside(self, directory: int, content: bytes) -> Iterator[str]:
        """A file beside the place, with its owner and permissions; gone afterwards unless it was moved."""
        self._check_place(directory)
        name = f"{self._path.name}.{os.urandom(8).hex()}.tmp"
        descriptor = os.open(name, _BESIDE, 0o600, dir_fd=directory)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                if self._uid is not None or self._gid is not None:
                    os.fchown(descriptor, _or_same(self._uid), _or_same(self._gid))
                os.fchmod(descriptor, self._mode or self._present_mode(directory))
                os.fsync(descriptor)
            yield name
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=directory)
            raise

    def _remove_left_behind(self, directory: int) -> None:
        """Remove tokens that were written beside the place and never moved there, unless somebody is about to."""
        pattern = re.compile(re.escape(self._path.name) + r"\.[0-9a-f]{16}\.tmp")
        with os.scandir(directory) as entries:
            left = [entry for entry in entries if pattern.fullmatch(entry.name)]
        for entry in left:
            with contextlib.suppress(OSError):
                if time.time() - entry.stat(follow_symlinks=False).st_mtime > _LEFT_BEHIND_S:
                    os.unlink(entry.name, dir_fd=directory)

    def _check_place(self, directory: int) -> None:
        """Raise `OSError` for a device or the like: whoever names `/dev/null` doesn't want a file in its place."""
        try:
            status = os.stat(self._path.name, dir_fd=directory)
        except OSError:
            return  # nothing is there, or a link that leads nowhere
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "is no regular file", str(self._path))

    def _present_mode(self, directory: int) -> int:
        """The permissions of the file that is there."""
        try:
            status = os.stat(self._path.name, dir_fd=directory, follow_symlinks=False)
        except FileNotFoundError:
            return _DEFAULT_MODE
        return stat.S_IMODE(status.st_mode) & 0o777 if stat.S_ISREG(status.st_mode) else _DEFAULT_MODE


def _or_same(number: int | None) -> int:
    return -1 if number is None else number


def _number(given: Given, name: str, found: int | str | None) -> int | None:
    """The number of an account.  Raises `ConfigError` for a name that this machine doesn't know."""
    if not isinstance(found, str):
        return found
    try:
        return pwd.getpwnam(found).pw_uid if name == "uid" else grp.getgrnam(found).gr_gid
    except KeyError:
        raise given.wrong(name, f'expected an account of this machine, found "{found[:64]}"') from None
