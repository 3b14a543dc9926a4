"""`login -no-print` shows the token nowhere, and a token that nobody keeps is no success."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import IO

import pytest

from tests.conformance.program import OURS, forked
from tests.unit.cli.answering import answering

TOKEN = "hvs.canary-of-the-login"
ANSWER = {
    "auth": {"client_token": TOKEN, "accessor": "acc", "policies": ["default"], "lease_duration": 60, "renewable": True}
}
HELPERS = {
    "fails": "#!/bin/sh\nexit 3\n",
    "repeats its input": "#!/bin/sh\ncat >&2\nexit 3\n",
    "says bytes": "#!/bin/sh\nprintf '\\377' >&2\nexit 3\n",
}
FLAGS = ("", "-format=json", "-format=yaml", "-field=token", "-format=json -field=token")


def login(home: Path, words: str, stdout: int | IO[str] = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    """Log in by a name and a password."""
    with answering({"PUT /v1/auth/userpass/login/eva": ANSWER}) as server:
        return subprocess.run(
            [
                forked(OURS),
                "login",
                "-method=userpass",
                f"-address={server.address}",
                *words.split(),
                "username=eva",
                "password=p",
            ],
            env={"PATH": os.environ["PATH"], "HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            check=False,
        )


def _helper(home: Path, text: str) -> None:
    program = home / "helper"
    program.write_text(text)
    program.chmod(0o755)
    (home / ".vault").write_text(f'token_helper = "{program}"\n')


@pytest.mark.parametrize("flags", FLAGS)
@pytest.mark.parametrize("helper", HELPERS)
def test_a_token_that_was_not_kept_is_not_printed(tmp_path: Path, helper: str, flags: str) -> None:
    """With -no-print and a helper that fails, the login fails, says why, and shows the token in no format."""
    _helper(tmp_path, HELPERS[helper])
    done = login(tmp_path, f"-no-print {flags}")
    assert done.returncode == 2
    assert "Error storing token: " in done.stderr
    assert "nobody has it" in done.stderr
    assert done.stdout == ""
    assert TOKEN not in done.stderr


def test_a_file_that_cannot_be_written_is_the_same(tmp_path: Path) -> None:
    """With -no-print and a token file in no directory, nothing is printed and the login fails."""
    done = login(tmp_path / "nowhere", "-no-print")
    assert (done.returncode, done.stdout) == (2, "")
    assert TOKEN not in done.stderr


@pytest.mark.parametrize("flags", FLAGS)
def test_a_token_that_was_kept_is_not_printed(tmp_path: Path, flags: str) -> None:
    """With -no-print, a login that went well keeps the token and prints nothing."""
    done = login(tmp_path, f"-no-print {flags}")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / ".vault-token").read_text() == TOKEN


def test_a_login_that_prints_nothing_needs_no_output(tmp_path: Path) -> None:
    """With -no-print, a standard output that takes nothing keeps nobody from logging in."""
    with Path("/dev/full").open("w") as full:
        done = login(tmp_path, "-no-print", full)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / ".vault-token").read_text() == TOKEN


def test_without_it_a_token_that_was_not_kept_is_shown_once(tmp_path: Path) -> None:
    """Without -no-print the login still fails, and the token is shown: on standard output alone."""
    _helper(tmp_path, HELPERS["repeats its input"])
    done = login(tmp_path, "")
    assert done.returncode == 2
    assert done.stdout.count(TOKEN) == 1
    assert TOKEN not in done.stderr


def test_a_token_that_looks_like_a_file_is_a_token(tmp_path: Path) -> None:
    """A token from standard input is never taken for the name of a file, nor repeated by an error."""
    done = subprocess.run(
        [forked(OURS), "login", "-address=http://127.0.0.1:1", "-no-print", "-", "a=@/nonexistent"],
        env={"HOME": str(tmp_path)},
        input=f"@{TOKEN}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "a=@/nonexistent" in done.stderr
    assert TOKEN not in done.stderr
