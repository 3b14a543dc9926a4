"""`operator region join` takes its token from where no other user of the machine sees it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.program import OURS, forked
from tests.unit.cli.answering import answering

TOKEN = "srr.canary-of-an-enrolment"
JOINED = {"data": {"seals": True}}


def process_list() -> bytes:
    """Arguments and environment of all processes that this user may look at."""
    found = bytearray()
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            for part in ("cmdline", "environ"):
                try:
                    found += (process / part).read_bytes()
                except OSError:  # it has ended, or is another user's
                    continue
    return bytes(found)


class Looking(dict[str, Any]):
    """Answers, and what the process list had while the command waited for one."""

    seen = b""

    def get(self, line: str, otherwise: Any = None) -> Any:
        """One answer."""
        self.seen = process_list()
        return super().get(line, otherwise)


def join(address: str, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Type the command, with something at its standard input."""
    return subprocess.run(
        [forked(OURS), "operator", "region", "join", f"-address={address}", *words],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "VAULT_TOKEN": "t"},
        input=typed,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_token_is_in_no_process_list(tmp_path: Path) -> None:
    """By standard input and by a file it reaches the server, and nobody else while that is asked."""
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    answers = Looking({"PUT /v1/sys/region/join": JOINED})
    with answering(answers) as server:
        for done in (
            join(server.address, "-", typed=f"{TOKEN}\n"),
            join(server.address, "-replace", f"-token-file={file}"),
        ):
            assert done.returncode == 0, done.stderr
            assert TOKEN not in done.stdout + done.stderr
            assert b"region\0join" in answers.seen
            assert TOKEN.encode() not in answers.seen
        assert server.bodies == [{"token": TOKEN, "replace": False}, {"token": TOKEN, "replace": True}]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ([TOKEN], "Every user of this machine sees the arguments"),
        (["-token-file=/dev/null", "-"], "not by both"),
        (["-token-file=/nonexistent/file"], "Error reading the enrolment token: /nonexistent/file: No such file"),
        ([], "There is no terminal to ask for the enrolment token at"),
    ],
)
def test_a_token_that_is_given_in_another_way_is_not_sent(words: list[str], error: str) -> None:
    """The command says how to give it, doesn't repeat it, and asks no server."""
    with answering({}, otherwise=JOINED) as server:
        done = join(server.address, *words)
        assert (done.returncode, server.asked) == (1, [])
        assert error in " ".join(done.stderr.split())
        assert TOKEN not in done.stdout + done.stderr
