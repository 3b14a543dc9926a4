"""The prompt on a real terminal: who answers at once, who types ahead, and how every end leaves the terminal."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).parent / "strongroom"
ANSWER = b"correct-horse"
QUESTIONS = {
    ("login", "-method=userpass", "-output-curl-string", "username=eva"): b"Password (will be hidden): ",
    ("login", "-method=kubernetes", "-output-curl-string", "role=web"): b"JWT (will be hidden): ",
    ("login", "-method=github", "-output-curl-string"): b"GitHub Personal Access Token (will be hidden): ",
    ("login", "-method=okta", "-output-curl-string", "username=eva"): b"Password (will be hidden): ",
    ("operator", "unseal", "-output-curl-string"): b"Unseal Key (will be hidden): ",
}
LOGIN = next(iter(QUESTIONS))
_PATIENCE_S = 30.0


def _take_terminal() -> None:
    """Make standard input the session's terminal, so that its keys send signals."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Session:
    """The program on a terminal of its own, which is its session's; standard output goes to a pipe if it may."""

    def __init__(self, *, ahead: bytes = b"") -> None:
        self.master, self._slave = os.openpty()
        self.before = termios.tcgetattr(self._slave)
        self.shown = b""
        self.program: subprocess.Popen[bytes] | None = None
        os.write(self.master, ahead)

    def start(self, words: tuple[str, ...]) -> subprocess.Popen[bytes]:
        """Start the program; what it asks on standard output is for the terminal too."""
        self.program = subprocess.Popen(
            [PROGRAM, *words],
            stdin=self._slave,
            stdout=self._slave if words[0] == "operator" else subprocess.PIPE,
            stderr=self._slave,
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"},
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509 - no thread holds a lock that this needs
        )
        return self.program

    def wait_for(self, text: bytes, times: int = 1) -> None:
        """Read the screen byte by byte, and return with the last one of `text`."""
        end = time.monotonic() + _PATIENCE_S
        while self.shown.count(text) < times:
            assert select.select([self.master], [], [], max(end - time.monotonic(), 0))[0], self.shown
            self.shown += os.read(self.master, 1)

    def finish(self) -> tuple[int, bytes]:
        """Wait for the program's end; its exit code and what the pipe got."""
        program = self.program
        assert program is not None
        out, _ = program.communicate(timeout=_PATIENCE_S)
        while select.select([self.master], [], [], 0)[0]:
            self.shown += os.read(self.master, 4096)
        return program.returncode, out or self.shown

    def close(self) -> None:
        """End what still runs, and give the terminal back."""
        if self.program is not None and self.program.poll() is None:
            self.program.kill()
            self.program.communicate()
        os.close(self.master)
        os.close(self._slave)

    def restored(self) -> bool:
        """Whether the terminal's settings are those of the start."""
        return termios.tcgetattr(self._slave) == self.before


@pytest.fixture
def session() -> Iterator[Session]:
    """A terminal."""
    made = Session()
    yield made
    made.close()


@pytest.mark.parametrize("words", QUESTIONS, ids=lambda words: " ".join(words[:2]))
def test_an_answer_sent_at_once_is_taken_and_not_shown(words: tuple[str, ...]) -> None:
    """Sent as the question's last byte arrives, an answer is never echoed and never lost: ten times of ten."""
    for _ in range(10):
        session = Session()
        try:
            session.start(words)
            session.wait_for(QUESTIONS[words])
            os.write(session.master, ANSWER + b"\n")
            code, out = session.finish()
            screen = session.shown.partition(b"curl ")[0]
            assert (code, ANSWER in out, ANSWER in screen) == (0, True, False)
            assert session.restored()
        finally:
            session.close()


def test_what_was_typed_before_the_program_started_is_the_answer() -> None:
    """A line that waits when the program starts is its answer, and the line behind it is left to who reads next."""
    session = Session(ahead=ANSWER + b"\nnext line\n")
    try:
        session.start(LOGIN)
        code, out = session.finish()
        assert (code, ANSWER in out) == (0, True)
        assert os.read(session._slave, 100) == b"next line\n"
    finally:
        session.close()


@pytest.mark.parametrize(
    ("key", "code"), [(b"\x03", 130), (b"\x1c", -signal.SIGQUIT)], ids=["ctrl-c", "ctrl-backslash"]
)
def test_a_key_that_ends_the_program_gives_the_echo_back(session: Session, key: bytes, code: int) -> None:
    """Ctrl-C and Ctrl-backslash at the question end the program, and the terminal is as it was."""
    session.start(LOGIN)
    session.wait_for(b": ")
    os.write(session.master, key)
    assert session.finish()[0] == code
    assert session.restored()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_the_program_gives_the_echo_back(session: Session, number: signal.Signals) -> None:
    """`kill` at the question ends the program by that signal, and the terminal is as it was."""
    program = session.start(LOGIN)
    session.wait_for(b": ")
    program.send_signal(number)
    assert session.finish()[0] == -number
    assert session.restored()


def test_the_end_of_input_is_no_answer(session: Session) -> None:
    """Ctrl-D is told as an end, not taken for an empty password."""
    session.start(LOGIN)
    session.wait_for(b": ")
    os.write(session.master, b"\x04")
    assert session.finish()[0] == 2
    assert b"EOF" in session.shown
    assert session.restored()


def test_a_program_that_stood_still_asks_again_and_hides_the_answer(session: Session) -> None:
    """After SIGSTOP, which nobody can catch, and a shell that turned echo on, the answer still isn't shown."""
    program = session.start(LOGIN)
    session.wait_for(b": ")
    program.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, program.pid, os.WSTOPPED | os.WNOWAIT)
    termios.tcsetattr(session._slave, termios.TCSANOW, session.before)
    program.send_signal(signal.SIGCONT)
    session.wait_for(b": ", times=2)
    os.write(session.master, ANSWER + b"\n")
    code, out = session.finish()
    assert (code, ANSWER in out, ANSWER in session.shown) == (0, True, False)
    assert session.restored()


_DEAF = """
import signal, threading, time
from strongroom.cli.prompt import ask_hidden
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCONT})
print(len(ask_hidden("Password: ")))
"""
"""A thread takes the signal, so the call that waits for the answer isn't interrupted by it."""


def test_a_signal_that_interrupts_no_call_is_reacted_to(session: Session) -> None:
    """As one is that comes just before the program begins to wait: it asks again now, not after the next key."""
    session.program = subprocess.Popen(
        [sys.executable, "-c", _DEAF],
        stdin=session._slave,
        stdout=subprocess.PIPE,
        stderr=session._slave,
        start_new_session=True,
        preexec_fn=_take_terminal,  # noqa: PLW1509 - no thread holds a lock that this needs
    )
    session.wait_for(b": ")
    session.program.send_signal(signal.SIGCONT)
    session.wait_for(b": ", times=2)
    os.write(session.master, ANSWER + b"\n")
    assert session.finish() == (0, b"%d\n" % len(ANSWER))
    assert session.restored()


_JOB = f"""set -m
{PROGRAM} login -method=userpass -output-curl-string username=eva
stty -a | grep -o '.echo '
fg > /dev/null
"""


def test_ctrl_z_gives_the_echo_back_until_fg(session: Session) -> None:
    """Ctrl-Z stops the program with echo on; `fg` brings the question and the silence back."""
    session.program = subprocess.Popen(
        # Without `-i`: a shell that talks to a person sets the terminal itself, and would hide what is tested.
        ["bash", "--norc", "--noprofile", "-c", _JOB],
        stdin=session._slave,
        stdout=session._slave,
        stderr=session._slave,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"},
        start_new_session=True,
        preexec_fn=_take_terminal,  # noqa: PLW1509 - no thread holds a lock that this needs
    )
    session.wait_for(b"hidden): ")
    os.write(session.master, b"\x1a")
    session.wait_for(b" echo ")
    session.wait_for(b"hidden): ", times=2)
    os.write(session.master, ANSWER + b"\n")
    session.wait_for(b"curl ")
    assert ANSWER not in session.shown
    session.finish()
    assert session.restored()


def test_without_a_terminal_nobody_is_asked() -> None:
    """Standard input that is no terminal, or closed, gives an error at once."""
    for redirect in ("< /dev/null", "<&-"):
        done = subprocess.run(
            ["bash", "-c", f"{PROGRAM} login -method=userpass username=eva {redirect}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE_S,
        )
        assert done.returncode == 2
        assert "file descriptor 0 is not a terminal" in done.stderr


@pytest.mark.parametrize("words", ["operator unseal", "login -method=userpass username=eva"])
def test_non_interactive_asks_nobody(session: Session, words: str) -> None:
    """`-non-interactive` asks nothing, though there is a terminal."""
    before, _, after = words.partition(" ")
    session.start(
        (before, *(["unseal", "-non-interactive"] if before == "operator" else ["-non-interactive", *after.split()]))
    )
    code, _ = session.finish()
    assert code in {1, 2}
    assert b"hidden" not in session.shown
