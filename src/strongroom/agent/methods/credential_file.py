"""A file that somebody leaves for the agent to log in by: a secret id, a token, a password."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from strongroom.agent.methods.method import GONE
from strongroom.client.errors import describe
from strongroom.client.login.error import LoginError
from strongroom.lib.outgoing.threads import in_thread

log = structlog.get_logger("auth.method")

_MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Seen:
    """Which file was seen, and in which state."""

    device: int
    inode: int
    modified_ns: int
    size: int


def without_line_end(text: str) -> str:
    """A text without the end of its line, which editors put there: other blanks may be a password's.  (p)"""
    return text.removesuffix("\n").removesuffix("\r")


class CredentialFile:
    """Reads a file when it is there, and remembers its content when it is there no more.

    Args:
        path: of the file.
        what: it holds, for texts, such as "secret id".
        removes: whether it is removed once its content was used.
        follows_links: whether then the file behind a symbolic link is removed, and not the link.
        strip: what is left of its content.
    """

    def __init__(
        self,
        path: str,
        what: str,
        *,
        removes: bool = False,
        follows_links: bool = False,
        strip: Callable[[str], str] = str.strip,
    ) -> None:
        self._path = Path(path)
        self._what = what
        self._removes = removes
        self._follows_links = follows_links
        self._strip = strip
        self._content = ""
        self._seen: _Seen | None = None
        self._unsettled: _Seen | None = None
        self._looked: _Seen | None = None
        """What was read last, or couldn't be: that is told once."""

    @property
    def given_at(self) -> float:
        """When it was written, as seconds since the epoch; `GONE` if it isn't there."""
        try:
            return self._path.stat().st_mtime
        except OSError:
            return GONE

    async def read(self) -> str:
        """What it holds, or held when it was last there.  Raises `LoginError`."""
        return await in_thread(self._read)

    async def used(self) -> None:
        """Remove the file that was read, if it is to be removed; one that has come since stays."""
        if self._removes:
            await in_thread(self._remove)

    async def renewed(self) -> bool:
        """Whether it holds something else than what was last read.

        It has to stay the same from one question to the next, because somebody may still be writing it.
        """
        return await in_thread(self._renewed)

    def _read(self) -> str:
        try:
            data, seen = _load(self._path)
        except FileNotFoundError:
            return self._known(f"there is no file {self._path} with the {self._what}")
        except OSError as error:
            return self._known(f"{self._path} with the {self._what} can't be read: {describe(error)}", told=True)
        try:
            content = self._strip(data.decode())
        except UnicodeDecodeError:
            return self._known(f"{self._path} with the {self._what} is no text", told=True)
        if not content:
            return self._known(f"{self._path} with the {self._what} is empty", told=True)
        self._content, self._seen = content, seen
        return content

    def _known(self, reason: str, *, told: bool = False) -> str:
        """The content of before.  Raises `LoginError` with the reason if there is none."""
        if not self._content:
            raise LoginError(reason)
        if told:
            log.warning(f"{reason}; what was read before is used again")
        return self._content

    def _renewed(self) -> bool:
        now = _state(self._path)
        if now in {None, self._seen, self._looked}:
            return False
        if now != self._unsettled:
            self._unsettled = now
            return False
        self._looked = now
        before = self._content
        try:
            renewed = self._read() != before
        except LoginError as error:
            log.warning(f"{error}")
            return False
        if not renewed and self._removes:
            self._remove()
        return renewed

    def _remove(self) -> None:
        if self._seen is None or _state(self._path) != self._seen:
            return
        target = self._path.resolve() if self._follows_links else self._path
        try:
            target.unlink()
        except OSError as error:
            log.error(f"the file with the {self._what} can't be removed", path=str(target), reason=describe(error))


def _load(path: Path) -> tuple[bytes, _Seen]:
    # Without waiting: a named pipe has nobody at its other end.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "not a regular file")
        if status.st_size > _MOST_BYTES:
            raise OSError(0, f"more than {_MOST_BYTES} bytes")
        return file.read(_MOST_BYTES), _of(status)


def _state(path: Path) -> _Seen | None:
    try:
        return _of(path.stat())
    except OSError:
        return None


def _of(status: os.stat_result) -> _Seen:
    return _Seen(status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)
