"""Standard output and standard error that take nothing: full, closed, or a pipe that nobody reads."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.processes.disks import small_disk
from tests.unit.cli.answering import Answering, answering

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
def server() -> Iterator[Answering]:
    """A server that says little."""
    with answering({}, otherwise={"type": "shamir", "data": {"keys": ["a"], "x": "y"}}) as made:
        yield made


def run(words: str, redirect: str, server: Answering) -> subprocess.CompletedProcess[str]:
    """Run the program in a shell, with its streams redirected; its exit code is the shell's."""
    return subprocess.run(
        ["bash", "-c", f"{PROGRAM} {words} {redirect}; exit ${{PIPESTATUS[0]}}"],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "VAULT_ADDR": server.address, "VAULT_TOKEN": "t"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("words", COMMANDS)
def test_output_that_is_lost_is_an_error_in_one_line(words: str, server: Answering) -> None:
    """On a full device and on a closed descriptor, each command says so in a line and fails."""
    for redirect, reason in ((">/dev/full", "no space left on device"), (">&-", "bad file descriptor")):
        done = run(words, redirect, server)
        assert done.returncode == 1
        assert done.stderr.startswith(f"Error writing output: write /dev/stdout: {reason}")
        assert done.stderr.count("\n") == 1
        assert run(words, f"{redirect} 2>&1", server).returncode == 1


@pytest.mark.parametrize("words", COMMANDS)
def test_a_standard_error_that_takes_nothing_costs_no_result(words: str, server: Answering) -> None:
    """Without standard error, or with a full one, the result still comes, and the exit code stays."""
    expected = run(words, "", server)
    assert expected.stdout
    for redirect in ("2>/dev/full", "2>&-"):
        done = run(words, redirect, server)
        assert (done.returncode, done.stdout) == (0, expected.stdout)


@pytest.mark.parametrize("words", COMMANDS)
def test_a_pipe_that_nobody_reads_ends_the_program_without_a_word(words: str, server: Answering) -> None:
    """As a signal would end it: 141, and nothing on standard error."""
    reading, writing = os.pipe()
    os.close(reading)
    environment = {"VAULT_ADDR": server.address, "VAULT_TOKEN": "t", "HOME": "/nonexistent"}
    lost = subprocess.run(
        [PROGRAM, *words.split()], stdout=writing, stderr=subprocess.PIPE, env=environment, check=False
    )
    os.close(writing)
    assert (lost.returncode, lost.stderr) == (141, b"")


@pytest.mark.parametrize("words", ["nosuch", "read", "read x -x", "kv nosuch"])
@pytest.mark.parametrize("redirect", ["2>/dev/full", "2>&-", ">&- 2>&-", ">/dev/full 2>&1"])
def test_an_error_that_nobody_reads_keeps_its_exit_code(words: str, redirect: str, server: Answering) -> None:
    """A failure stays the failure that it is, when nothing can be said about it."""
    assert run(words, redirect, server).returncode == run(words, "", server).returncode


@pytest.mark.parametrize("words", FINAL)
def test_what_is_given_once_is_not_asked_for_when_nothing_can_be_written(words: str, server: Answering) -> None:
    """Key shares, tokens and credentials aren't made for an output that is known to be lost."""
    for redirect in (">/dev/full", ">&-"):
        done = run(words, redirect, server)
        assert (done.returncode, "nothing was sent to the server" in done.stderr) == (1, True)
    reading, writing = os.pipe()
    os.close(reading)
    environment = {"VAULT_ADDR": server.address, "VAULT_TOKEN": "t", "HOME": "/nonexistent"}
    lost = subprocess.run(
        [PROGRAM, *words.split()], stdout=writing, stderr=subprocess.PIPE, env=environment, check=False
    )
    os.close(writing)
    assert (lost.returncode, lost.stderr) == (141, b"")
    assert server.asked == []


def test_what_is_given_once_is_not_asked_for_when_the_disk_of_its_file_is_full(
    tmp_path: Path, server: Answering
) -> None:
    """A file can be opened on a disk that has no room for what would be written to it."""
    with small_disk(tmp_path / "disk", 128) as disk:
        assert run("token create", f"> {disk.place}/before", server).returncode == 0
        server.asked.clear()
        (disk.place / "other").write_bytes(bytes(100 * 1024))
        done = run("token create", f"> {disk.place}/after", server)
        assert (done.returncode, server.asked) == (1, [])
        assert done.stderr.endswith("no space left on device; nothing was sent to the server\n")


def test_a_descriptor_that_was_closed_is_not_the_connections(server: Answering) -> None:
    """With all three streams closed, what the program prints never goes into its connection to the server."""
    assert run("status", "<&- >&- 2>&-", server).returncode == 1
    assert server.asked in (["GET /v1/sys/seal-status", "GET /v1/sys/leader"], ["GET /v1/sys/seal-status"])


def test_a_full_disk_keeps_a_policy_file_as_it_was(tmp_path: Path, server: Answering) -> None:
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
