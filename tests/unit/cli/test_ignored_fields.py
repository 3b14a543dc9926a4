"""What the server says of fields that nothing reads is on standard error, whatever is printed."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from tests.conformance.program import OURS, forked
from tests.unit.cli.answering import answering

IGNORED = "Endpoint ignored these unrecognized parameters: [token_polices]"
MEANT = 'Did you mean "token_policies" instead of "token_polices"?'
OTHER = "TTL of 9h exceeded the system max"


@pytest.mark.parametrize("data", [None, {"name": "x"}], ids=["no data", "data"])
@pytest.mark.parametrize("command", ["write a/b", "patch a/b", "delete a/b", "kv put -mount=a b"])
@pytest.mark.parametrize("flags", ["", "-format=json", "-format=yaml", "-field=name", "-format=json -field=name"])
def test_a_field_that_nothing_reads_is_told(data: dict[str, str] | None, command: str, flags: str) -> None:
    """In every format, and when one field only is printed, the warning and the right name are on standard error."""
    verb, *rest = command.split()
    words = [*([verb, rest.pop(0)] if verb == "kv" else [verb]), *flags.split(), *rest, "token_polices=x"]
    answer = {"data": data, "warnings": [IGNORED, MEANT, OTHER]}
    with answering({}, otherwise=answer) as server:
        done = subprocess.run(
            [forked(OURS), *words],
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "VAULT_ADDR": server.address, "VAULT_TOKEN": "t"},
            capture_output=True,
            text=True,
            check=False,
        )
    said = " ".join(done.stderr.split())
    assert said.count(IGNORED) == 1
    assert said.count(MEANT) == 1
    if "-format=json" in flags and "field" not in flags:
        assert json.loads(done.stdout)["warnings"] == [IGNORED, MEANT, OTHER]
        assert OTHER not in said
