"""A command's output: results go to standard output, all else to standard error.  Only terminals get colour."""

from __future__ import annotations

import os
import stat
import sys
from typing import TextIO

_ROOM_NEEDED_BYTES = 64 * 1024
"""More than the longest answer that can't be had again."""
_CONTROLS = {code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}
"""Characters that terminals obey.  Errors repeat texts of others: a server's, a page's in the browser."""
_CLEAR = "\033[K"
"""Removes the line from here on."""
_PLAIN, _RED, _YELLOW = "\033[0m", "\033[91m", "\033[93m"


class OutputLost(Exception):
    """Standard output can't be written: a full device, a closed descriptor."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Error writing output: write /dev/stdout: {reason}")


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


class Terminal:
    """The two output streams.

    Args:
        stdout: where results go.
        stderr: where warnings and errors go.
        colour: whether a stream that is a terminal gets colours.
    """

    def __init__(self, stdout: TextIO, stderr: TextIO, *, colour: bool = True) -> None:
        self._stdout = stdout
        self._stderr = stderr
        self.interactive = stdout.isatty()
        self._paint_out = colour and self.interactive
        self._paint_err = colour and stderr.isatty()
        self._passes = stderr.isatty()

    def out(self, text: str) -> None:
        """A line, or lines, of result."""
        self.raw(f"{_PLAIN}{text}{_PLAIN}\n" if self._paint_out else f"{text}\n")

    def raw(self, text: str) -> None:
        """Text for other programs: no colour, and no newline added.  Raises `OutputLost`."""
        try:
            self._stdout.write(text)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputLost(_reason(error)) from error

    def redraw(self, text: str) -> None:
        """Put a line on the terminal in the place of the last one that was put so; empty clears it.

        Raises: `OutputLost`.
        """
        self.raw(f"\r{text.translate(_CONTROLS)}\033[K")
        self.flush()

    def flush(self) -> None:
        """Show what was written so far.  Raises `OutputLost`."""
        try:
            self._stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputLost(_reason(error)) from error

    def require(self) -> None:
        """Check that standard output can be written, before an action whose result can't be fetched again.

        A disk that fills up in between, or a quota, isn't foreseen.

        Raises: `OutputLost`; `BrokenPipeError` when the reader of a pipe has gone.
        """
        try:
            descriptor = self._stdout.fileno()
        except ValueError:
            # A stream in memory.
            return
        try:
            os.write(descriptor, b"")
            mode = os.fstat(descriptor).st_mode
            room = os.fstatvfs(descriptor) if stat.S_ISREG(mode) else None
        except OSError as error:
            raise OutputLost(f"{_reason(error)}; nothing was sent to the server") from error
        if room is not None and (room.f_bavail if os.getuid() else room.f_bfree) * room.f_frsize < _ROOM_NEEDED_BYTES:
            raise OutputLost("no space left on device; nothing was sent to the server")
        if stat.S_ISFIFO(mode) and _deserted(descriptor):
            raise BrokenPipeError

    def value(self, text: str, *, paint: bool = True) -> None:
        """A single value: with a newline for a person, as it is for a program."""
        if not self.interactive:
            self.raw(text)
        elif paint:
            self.out(text)
        else:
            self.raw(f"{text}\n")

    def warn(self, text: str) -> None:
        """A warning."""
        self._complain(text, _YELLOW)

    def error(self, text: str) -> None:
        """An error."""
        self._complain(text, _RED)

    def passing(self, text: str) -> None:
        """A line on standard error, in the place of the last such line; nothing if that is no terminal."""
        if self._passes:
            self._write(f"\r{_CLEAR}{text.translate(_CONTROLS)}")

    def _complain(self, text: str, colour: str) -> None:
        # Both streams often end in one place: keep the order in which things were said.
        try:
            self.flush()
        finally:
            self._say(text, colour)

    def _say(self, text: str, colour: str) -> None:
        text = text.translate(_CONTROLS)
        self._write(f"{colour}{text}{_PLAIN}\n" if self._paint_err else f"{text}\n")

    def _write(self, text: str) -> None:
        try:
            self._stderr.write(text)
            self._stderr.flush()
        except BrokenPipeError:
            raise
        except OSError:
            # If standard error fails, nothing can be reported.  The exit code still tells, and results aren't lost.
            return


def _deserted(pipe: int) -> bool:
    """Whether nobody reads from a pipe any more."""
    import select  # noqa: PLC0415 - few commands look

    poll = select.poll()
    poll.register(pipe, 0)
    return any(event & select.POLLERR for _, event in poll.poll(0))


def standard(*, colour: bool) -> Terminal:
    """The process's own streams."""
    return Terminal(sys.stdout, sys.stderr, colour=colour)
