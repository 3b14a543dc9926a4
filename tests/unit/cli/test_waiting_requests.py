"""An answer that is wrapped though nobody asked for that: its request waits for approval."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.conformance.program import OURS, forked
from tests.unit.cli.answering import answering

WRAP = {"token": "hvs.x", "accessor": "the-accessor", "ttl": 60, "creation_time": "2026-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("read a/b", True),
        ("write a/b c=d", True),
        ("delete a/b", True),
        ("unwrap hvs.y", True),
        ("read -wrap-ttl=60s a/b", False),
        ("read -format=json a/b", False),
        ("read -field=wrapping_token a/b", False),
        ("write sys/wrapping/rewrap token=x", False),
    ],
)
def test_what_to_do_next_is_told(words: str, told: bool) -> None:
    """People are told the approvers' command with the accessor, on standard error; programs aren't."""
    with answering({}, otherwise={"wrap_info": WRAP | {"creation_path": "a/b"}}) as server:
        done = subprocess.run(
            [forked(OURS), *words.split()],
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "VAULT_ADDR": server.address, "VAULT_TOKEN": "t"},
            capture_output=True,
            text=True,
            check=True,
        )
    assert ("sys/control-group/authorize accessor=the-accessor" in done.stderr) is told
    assert "Note:" not in done.stdout


@pytest.mark.parametrize(("words", "told"), [("-field=sum", True), ("-field=sum -wrap-ttl=60s", False)])
def test_a_field_of_a_waiting_request_is_no_missing_field(words: str, told: bool) -> None:
    """Whoever asks for one field learns why it isn't there: the wrapping token, which isn't printed, is lost."""
    with answering({}, otherwise={"wrap_info": WRAP | {"creation_path": "a/b"}}) as server:
        done = subprocess.run(
            [forked(OURS), "read", *words.split(), "a/b"],
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "VAULT_ADDR": server.address, "VAULT_TOKEN": "t"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert ("waits for the approval of others. Ask again without -field" in done.stderr) is told
