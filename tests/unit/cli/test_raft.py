"""The command that tells what is used in place of raft's."""

from __future__ import annotations

import pytest

from tests.unit.cli.answering import answering
from tests.unit.cli.test_lease_search import run


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["list-peers"], 'operator members"'),
        (["join", "https://one.example"], "started on the same store"),
        ([], "There is no raft here"),
    ],
)
def test_raft_commands_name_what_does_their_work(words: list[str], told: str) -> None:
    """A script that relies on one fails, with a sentence that helps; the server isn't asked."""
    with answering({}) as server:
        done = run(server, "operator", "raft", *words)
    assert (done.returncode, server.asked) == (1, [])
    assert told in done.stderr
