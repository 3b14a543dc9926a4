"""`policy lint`: what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.cli.answering import answering
from tests.unit.cli.policies.test_explain import run


def test_warnings_are_printed_and_counted_in_the_exit_code(tmp_path: Path) -> None:
    """With warnings the program ends with 2, without any with 0, in both forms."""
    file = tmp_path / "p.hcl"
    file.write_text("rules")
    with answering({}, otherwise={"data": {"warnings": ["one", "two"]}}) as server:
        done = run(server, "lint", str(file))
        assert (done.returncode, done.stdout) == (2, "one\n\ntwo\n")
        assert (server.asked, server.bodies) == (["POST /v1/sys/policies/lint"], [{"policy": "rules"}])
        assert json.loads(run(server, "lint", "-format=json", str(file)).stdout) == ["one", "two"]
    with answering({}, otherwise={"data": {"warnings": []}}) as server:
        done = run(server, "lint", str(file))
        assert (done.returncode, done.stdout) == (0, "Nothing to warn of.\n")
