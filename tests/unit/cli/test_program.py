"""The program as a process: what it imports, what it does with a closed pipe, what it says without a command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from strongroom.__about__ import API_LEVEL, __version__

PROGRAM = Path(sys.executable).parent / "strongroom"


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program with nothing in its environment but these variables."""
    return subprocess.run(
        [PROGRAM, *words],
        env={"PATH": os.environ["PATH"], **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_cold_start_imports_next_to_nothing() -> None:
    """A command that asks one question loads neither TLS nor the server, its libraries, or other commands."""
    script = (
        "import sys; from strongroom.cli.main import main; main(['status', '-address=http://127.0.0.1:1']); "
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    slow = {"ssl", "http.client", "email", "msgspec", "asyncio", "cryptography", "structlog", "pathlib", "subprocess"}
    assert not loaded & slow
    assert {name for name in loaded if name.startswith("strongroom.") and name.count(".") == 1} == {
        "strongroom.cli",
        "strongroom.client",
    }
    assert "strongroom.cli.kv.data" not in loaded


def test_a_closed_pipe_is_no_error() -> None:
    """When the reader of the output has gone, the program ends without a word."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([PROGRAM, "kv", "get", "-h"], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize(
    ("words", "code", "stream"),
    [
        ([], 127, "stderr"),
        (["nosuch"], 127, "stderr"),
        (["-h"], 0, "stdout"),
        (["kv"], 1, "stderr"),
        (["kv", "-h"], 0, "stdout"),
        (["kv", "nosuch"], 1, "stderr"),
        (["kv", "nosuch", "-h"], 0, "stdout"),
        (["-h", "read"], 0, "stdout"),
        (["read", "x", "-help"], 0, "stdout"),
        (["-format=json", "read", "x"], 1, "stderr"),
        (["auth", "lst"], 1, "stderr"),
    ],
)
def test_help(words: list[str], code: int, stream: str) -> None:
    """Help that was asked for is a result; help instead of a result is an error."""
    done = run(*words)
    assert done.returncode == code
    assert "Usage: strongroom" in getattr(done, stream)
    assert not getattr(done, "stdout" if stream == "stderr" else "stderr")


@pytest.mark.parametrize("word", ["version", "-v", "-version", "--version"])
def test_version(word: str) -> None:
    """The version is asked for in four ways."""
    assert run(word).stdout.startswith("Strongroom v")


@pytest.mark.parametrize("word", ["version", "-v", "-version", "--version"])
def test_version_of_vault(tmp_path: Path, word: str) -> None:
    """Under the name `vault`, the second word is the release of Vault whose API this is, as scripts read it there."""
    link = tmp_path / "vault"
    link.symlink_to(PROGRAM)
    done = subprocess.run([link, word], capture_output=True, text=True, check=True)
    assert done.stdout == f"Vault v{API_LEVEL} (Strongroom v{__version__})\n"


def test_an_old_command_names_its_successor(tmp_path: Path) -> None:
    """A command of 2016 says on standard error, in one line, what it is called now, and then does it."""
    done = run("mounts", "-output-curl-string", "-address=http://127.0.0.1:1", HOME=str(tmp_path))
    assert done.stderr == 'Note: "strongroom mounts" is now "strongroom secrets list"\n'
    assert done.stdout.startswith("curl ")
    assert done.returncode == 0


def test_the_servers_flags_reach_it_as_one_value() -> None:
    """What the command line says about a server arrives with its defaults filled in."""
    from strongroom.server.arguments import DEV_LISTEN_ADDRESS, ServeArguments

    arguments = ServeArguments(dev=True, dev_root_token_id="s.secret")
    assert arguments.dev_listen_address == DEV_LISTEN_ADDRESS
    assert "s.secret" not in repr(arguments)
