"""One-time passwords on a node with several workers: each code counts once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.processes.agreement import everyone
from tests.conformance.processes.node import Node, running
from tests.conformance.processes.test_mfa_workers import at_once


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with two workers."""
    with running(Node(tmp_path_factory.mktemp("totp"), workers_wanted=2)) as node:
        node.ready()
        node.ok("POST", "sys/mounts/totp", {"type": "totp"})
        yield node


def test_one_of_many_verifications_succeeds(node: Node) -> None:
    """Twenty connections to both workers send the same code at once, and again."""
    node.ok("POST", "totp/keys/k", {"key": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "period": "12h"})
    code = node.ok("GET", "totp/code/k").json["data"]["code"]
    with everyone(node, 20) as readers:
        assert len(node.held_by(readers.connections)) == 2
        answers = at_once(readers.connections, "totp/code/k", {"code": code}, node.token)
        assert [answer.json["data"] for answer in answers if answer.status == 200] == [{"valid": True}]
        again = at_once(readers.connections, "totp/code/k", {"code": code}, node.token)
    for answer in [*(answer for answer in answers if answer.status != 200), *again]:
        assert (answer.status, answer.json["errors"]) == (
            400,
            ["code already used; wait until the next time period"],
        )
