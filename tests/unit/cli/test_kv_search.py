"""The command that searches for secrets."""

from __future__ import annotations

import json

from tests.unit.cli.answering import answering
from tests.unit.cli.test_lease_search import run


def test_a_search_sends_what_was_given_and_goes_on() -> None:
    """Each option under its name; pages until the limit, or until the server has no more."""
    page = {"data": {"keys": ["kv/a"], "key_info": {"kv/a": {"name": "a"}}, "after": "[1]"}}
    with answering({}, otherwise=page) as server:
        words = ["-mount=kv", "-metadata=owner=ann", "-limit=1", "-format=json", "-detailed"]
        done = run(server, "kv", "search", *words, "bill")
        assert json.loads(done.stdout) == {"kv/a": {"name": "a"}}
        assert server.asked == ["PUT /v1/sys/search"]
        sent = {"text": "bill", "metadata": {"owner": "ann"}, "mount": ["kv"], "after": "", "limit": 1}
        assert server.bodies == [sent]
    with answering({}, otherwise={"data": {"keys": [], "key_info": {}, "after": ""}}) as server:
        done = run(server, "kv", "search", "bill")
        assert (done.returncode, "No secret found" in done.stderr) == (2, True)
