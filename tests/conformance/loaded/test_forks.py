"""A fork of the program does what a start does, and ends when it has to."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.conformance.loaded.forks import loaded
from tests.conformance.program import OURS, Program, environment, served, wait_until
from tests.conformance.servers import Server, ours

__all__ = ["ours"]

DEV = ("server", "-dev", "-dev-listen-address=127.0.0.1:0", "-dev-no-store-token")
LINES = (
    "$P status -format=json",
    "$P policy read 'no such'",
    "$P read -nope x",
    "echo -n value | $P write -output-curl-string secret/data/x a=-",
    "$P kv get secret/none; echo $?",
    "TZ=Asia/Tokyo $P token lookup -format=json root | jq .data.ttl",
    "umask 027; $P operator validate-config -config=/none.hcl",
    "mkdir -p sub; cd sub; $P server -config=none.hcl",
    "LC_ALL=de_DE.ISO-8859-1 $P policy read no-such",
    "$P secrets list >&-; echo $?",
    "$P secrets list | head -1",
    "ulimit -n 20; $P status",
    "PYTHONPATH=/none $P status",
    "ln -sf $P vault; ./vault mounts | head -1",
)


def run(program: Path, line: str, server: Server, directory: Path) -> tuple[int, str, str]:
    """A line of a shell in which `$P` is the program."""
    extra = {"P": str(program), "BAO_ADDR": server.url, "BAO_TOKEN": server.token}
    done = subprocess.run(
        ["bash", "-c", line],
        env=environment(directory, extra),
        cwd=directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("line", LINES)
def test_a_fork_does_what_a_start_does(line: str, ours: Server, tmp_path: Path) -> None:
    """The same exit code and outputs as of the program itself."""
    assert run(loaded().program, line, ours, tmp_path) == run(OURS, line, ours, tmp_path)


def test_a_fork_ends_by_the_signal_that_its_program_gets(tmp_path: Path) -> None:
    """What takes part for the fork passes a signal on, and ends as the fork does."""
    program = Program.start([loaded().program, *DEV], tmp_path, tmp_path / "log")
    program.wait_for(lambda: "server started" in program.log_text())
    assert program.stop() == 0, program.log_text()


def test_a_signal_waits_for_the_fork(tmp_path: Path) -> None:
    """What comes while there is no fork yet is for the fork: it doesn't end what takes part for it alone."""

    def minds_signals() -> bool:
        caught = re.search(r"SigCgt:\s*(\w+)", Path(f"/proc/{program.pid}/status").read_text())
        return caught is not None and bool(int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)

    loaded().run(["version"], environment(tmp_path), tmp_path)
    os.kill(loaded().pid, signal.SIGSTOP)
    try:
        program = Program.start([loaded().program, *DEV], tmp_path, tmp_path / "log")
        program.wait_for(minds_signals)
        program.process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            program.wait(0.2)
    finally:
        os.kill(loaded().pid, signal.SIGCONT)
    assert program.wait() in (0, -signal.SIGTERM)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_of_a_test_ends(number: signal.Signals, tmp_path: Path) -> None:
    """It ends by a signal, with the status that a start would have."""
    program = Program.fork(DEV, tmp_path, tmp_path / "log")
    program.wait_for(lambda: "server started" in program.log_text())
    assert program.process.poll() is None
    os.kill(program.pid, number)
    assert program.wait() == (0 if number is signal.SIGTERM else -number)
    assert program.process.poll() == program.process.returncode


def test_no_fork_outlives_who_asked_for_it(tmp_path: Path) -> None:
    """A server ends when the program that takes part for it is killed."""
    others = _forks()
    program = Program.start([loaded().program, *DEV], tmp_path, tmp_path / "log")
    program.wait_for(lambda: "server started" in program.log_text())
    (server,) = _forks() - others
    program.kill()
    wait_until(lambda: server not in _forks(), "the server goes on")


def _forks() -> set[int]:
    """The forks of this test process."""
    parent = loaded().pid
    return {int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()}


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs the program setpriv")
def test_others_get_a_start(tmp_path: Path) -> None:
    """Whoever has other rights gets what the program is with those."""
    command = ["setpriv", "--no-new-privs", loaded().program, *DEV]
    with served(command, tmp_path, tmp_path / "log", lambda program: "server started" in program.log_text()) as server:
        assert str(OURS) in Path(f"/proc/{server.pid}/cmdline").read_text()


def test_what_is_refused_is_told(tmp_path: Path) -> None:
    """A test that asks for what only a start can be is told so."""
    with pytest.raises(RuntimeError, match="can be what was asked for"):
        loaded().run(["version"], {"PYTHONOPTIMIZE": "2"}, tmp_path)


def test_loading_has_no_threads() -> None:
    """A fork would lose them."""
    parent = loaded().pid
    assert len(list(Path(f"/proc/{parent}/task").iterdir())) == 1
