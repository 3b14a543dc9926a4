"""Standard output and standard error that take nothing: full, closed, or a pipe that nobody reads."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).parent / "strongroom"
COMMANDS = (
    "version",
    "-h",
    "kv -h",
    "kv get -h",
    "status",
    "status -format=json",
    "status -format=yaml",
    "status -field=type",
    "read cubbyhole/x",
    "read -format=raw cubbyhole/x",
    "kv get -format=yaml -mount=cubbyhole x",
    "list cubbyhole",
    "completion bash",
)
FINAL = ("operator init", "unwrap s.x", "token create", "read database/creds/x", "login -no-store s.x", "write -f a/b")
"""Commands whose answer the server gives once."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """A server that says little, and counts what it was asked."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.server.asked.append(f"{self.command} {self.path}")  # type: ignore[attr-defined]
            body = b'{"type":"shamir","data":{"keys":["a"],"x":"y"}}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_PUT = do_POST = do_GET

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as made:
        made.asked = []  # type: ignore[attr-defined]
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


def run(words: str, redirect: str, server: ThreadingHTTPServer) -> subprocess.CompletedProcess[str]:
    """Run the program in a shell, with its streams redirected; its exit code is the shell's."""
    address = f"http://127.0.0.1:{server.server_port}"
    return subprocess.run(
        ["bash", "-c", f"{PROGRAM} {words} {redirect}; exit ${{PIPESTATUS[0]}}"],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "VAULT_ADDR": address, "VAULT_TOKEN": "t"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("words", COMMANDS)
def test_output_that_is_lost_is_an_error_in_one_line(words: str, server: ThreadingHTTPServer) -> None:
    """On a full device and on a closed descriptor, each command says so in a line and fails."""
    for redirect, reason in ((">/dev/full", "no space left on device"), (">&-", "bad file descriptor")):
        done = run(words, redirect, server)
        assert done.returncode == 1
        assert done.stderr.startswith(f"Error writing output: write /dev/stdout: {reason}")
        assert done.stderr.count("\n") == 1
        assert run(words, f"{redirect} 2>&1", server).returncode == 1


@pytest.mark.parametrize("words", COMMANDS)
def test_a_standard_error_that_takes_nothing_costs_no_result(words: str, server: ThreadingHTTPServer) -> None:
    """Without standard error, or with a full one, the result still comes, and the exit code stays."""
    expected = run(words, "", server)
    assert expected.stdout
    for redirect in ("2>/dev/full", "2>&-"):
        done = run(words, redirect, server)
        assert (done.returncode, done.stdout) == (0, expected.stdout)


@pytest.mark.parametrize("words", COMMANDS)
def test_a_pipe_that_nobody_reads_ends_the_program_without_a_word(words: str, server: ThreadingHTTPServer) -> None:
    """As a signal would end it: 141, and nothing on standard error."""
    reading, writing = os.pipe()
    os.close(reading)
    environment = {"VAULT_ADDR": f"http://127.0.0.1:{server.server_port}", "VAULT_TOKEN": "t", "HOME": "/nonexistent"}
    lost = subprocess.run(
        [PROGRAM, *words.split()], stdout=writing, stderr=subprocess.PIPE, env=environment, check=False
    )
    os.close(writing)
    assert (lost.returncode, lost.stderr) == (141, b"")


@pytest.mark.parametrize("words", ["nosuch", "read", "read x -x", "kv nosuch"])
@pytest.mark.parametrize("redirect", ["2>/dev/full", "2>&-", ">&- 2>&-", ">/dev/full 2>&1"])
def test_an_error_that_nobody_reads_keeps_its_exit_code(words: str, redirect: str, server: ThreadingHTTPServer) -> None:
    """A failure stays the failure that it is, when nothing can be said about it."""
    assert run(words, redirect, server).returncode == run(words, "", server).returncode


@pytest.mark.parametrize("words", FINAL)
def test_what_is_given_once_is_not_asked_for_when_nothing_can_be_written(
    words: str, server: ThreadingHTTPServer
) -> None:
    """Key shares, tokens and credentials aren't made for an output that is known to be lost."""
    for redirect in (">/dev/full", ">&-"):
        done = run(words, redirect, server)
        assert (done.returncode, "nothing was sent to the server" in done.stderr) == (1, True)
    reading, writing = os.pipe()
    os.close(reading)
    environment = {"VAULT_ADDR": f"http://127.0.0.1:{server.server_port}", "VAULT_TOKEN": "t", "HOME": "/nonexistent"}
    lost = subprocess.run(
        [PROGRAM, *words.split()], stdout=writing, stderr=subprocess.PIPE, env=environment, check=False
    )
    os.close(writing)
    assert (lost.returncode, lost.stderr) == (141, b"")
    assert server.asked == []  # type: ignore[attr-defined]


def test_a_descriptor_that_was_closed_is_not_the_connections(server: ThreadingHTTPServer) -> None:
    """With all three streams closed, what the program prints never goes into its connection to the server."""
    assert run("status", "<&- >&- 2>&-", server).returncode == 1
    assert server.asked in (["GET /v1/sys/seal-status", "GET /v1/sys/leader"], ["GET /v1/sys/seal-status"])  # type: ignore[attr-defined]


def test_a_full_disk_keeps_a_policy_file_as_it_was(tmp_path: Path, server: ThreadingHTTPServer) -> None:
    """`policy fmt` that can't write leaves the file whole, with its permissions."""
    rules = tmp_path / "p.hcl"
    text = 'path "a" {\ncapabilities=["read"]\n}\n' + "# filler\n" * 2000
    rules.write_text(text)
    rules.chmod(0o640)
    limited = f"-h > /dev/null; trap '' XFSZ; ulimit -f 1; PYTHONDONTWRITEBYTECODE=1 {PROGRAM} policy fmt {rules}"
    assert run(limited, "", server).returncode == 1
    assert rules.read_text() == text
    assert run(f"policy fmt {rules}", "", server).returncode == 0
    assert rules.read_text() != text
    assert rules.stat().st_mode & 0o777 == 0o640
