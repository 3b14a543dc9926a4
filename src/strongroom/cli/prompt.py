"""Questions at the terminal whose answers aren't shown: the one prompt of every command that asks.

Echo goes off before the question is printed, and nothing that was typed is thrown away: a script answers the moment it
sees the question, and a person may have typed ahead.  Whatever ends the program, the terminal is as it was before.

Source: https://man7.org/linux/man-pages/man3/termios.3.html
"""

from __future__ import annotations

import os
import select
import signal
import sys
from types import FrameType
from typing import Any, Self, TextIO

_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
"""What ends the program without Python's knowledge; Ctrl-C raises `KeyboardInterrupt` instead."""


class NoTerminal(Exception):
    """There is no terminal to ask at, or it gave no input."""


def ask_hidden(question: str, *, to_stdout: bool = False) -> str:
    """Read a line from the terminal without echo.

    Args:
        question: stands before the answer.
        to_stdout: print the question to standard output instead of standard error.

    Raises: `NoTerminal` when standard input is no terminal, or ends before there is an answer.
    """
    stream: TextIO = sys.stdout if to_stdout else sys.stderr
    stream.flush()
    screen = stream.fileno()
    try:
        with _Hidden(sys.stdin.fileno(), screen, question.encode()) as hidden:
            hidden.wait()
            answer = sys.stdin.readline()
    finally:
        _say(screen, b"\n")
    if not answer:
        raise NoTerminal("EOF")
    return answer.rstrip("\r\n")


def _say(screen: int, text: bytes) -> None:
    """Write past the streams' buffers, which a signal may find in the middle of a call."""
    try:
        os.write(screen, text)
    except OSError as error:
        raise NoTerminal(f"the question can't be shown: {(error.strerror or str(error)).lower()}") from error


class _Hidden:
    """A terminal without echo and with a question, for the time of a `with`.

    Args:
        descriptor: of the terminal that the answer comes from.
        screen: the descriptor that the question goes to.
        question: what to ask.

    Raises: `NoTerminal`, after the question was shown, when `descriptor` is no terminal.
    """

    def __init__(self, descriptor: int, screen: int, question: bytes) -> None:
        self._descriptor = descriptor
        self._screen = screen
        self._question = question
        self._before: list[Any] = []
        self._woken = self._wake = self._woken_before = -1
        self._signals: list[signal.Signals] = []

    def __enter__(self) -> Self:
        import termios  # noqa: PLC0415 - most commands ask nothing

        try:
            self._before = termios.tcgetattr(self._descriptor)
        except termios.error as error:
            _say(self._screen, self._question)
            raise NoTerminal("file descriptor 0 is not a terminal") from error
        # First the signals: one that comes a moment later finds somebody who gives the echo back.
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        self._woken_before = signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        reactions = {**dict.fromkeys(_ENDING, self._end), signal.SIGTSTP: self._pause, signal.SIGCONT: self._go_on}
        for number, react in reactions.items():
            if signal.getsignal(number) is signal.SIG_DFL:
                self._signals.append(number)
                signal.signal(number, react)
        try:
            self._hide()
            _say(self._screen, self._question)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._show()
        for number in self._signals:
            signal.signal(number, signal.SIG_DFL)
        signal.set_wakeup_fd(self._woken_before)
        os.close(self._woken)
        os.close(self._wake)

    def wait(self) -> None:
        """Wait for a line, or for the end of input.

        A signal that comes when nothing waits yet would be reacted to only after the next key: it ends this wait.
        """
        while True:
            ready, _, _ = select.select([self._descriptor, self._woken], [], [])
            if self._woken in ready:
                os.read(self._woken, 4096)
            if self._descriptor in ready:
                return

    def _set(self, attributes: list[Any]) -> None:
        import termios  # noqa: PLC0415 - as above

        # Neither TCSAFLUSH, which drops typed input, nor TCSADRAIN, which waits for the reader of the screen.
        termios.tcsetattr(self._descriptor, termios.TCSANOW, attributes)

    def _hide(self) -> None:
        import termios  # noqa: PLC0415 - as above

        silent = list(self._before)
        silent[3] &= ~(termios.ECHO | termios.ECHONL)
        self._set(silent)

    def _show(self) -> None:
        self._set(self._before)

    def _end(self, number: int, _: FrameType | None) -> None:
        """Restore the echo, and end as the default handler would."""
        self._show()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def _pause(self, number: int, _: FrameType | None) -> None:
        """Ctrl-Z: give the echo back, and stand still until the program is continued."""
        self._show()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        signal.signal(number, self._pause)
        # The kernel doesn't stop a process that no shell could continue.
        self._hide()

    def _go_on(self, number: int, _: FrameType | None) -> None:
        """Handle SIGCONT, even after SIGSTOP.

        The shell may have changed the terminal meanwhile, and other text may be on the screen.
        """
        self._hide()
        _say(self._screen, self._question)
