"""Secret ids on a node with several workers: so many uses are so many logins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.processes.agreement import everyone
from tests.conformance.processes.node import Node, running
from tests.conformance.processes.test_mfa_workers import at_once


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with two workers."""
    with running(Node(tmp_path_factory.mktemp("approle"), workers_wanted=2)) as node:
        node.ready()
        node.ok("POST", "sys/auth/approle", {"type": "approle"})
        yield node


@pytest.mark.parametrize("uses", [1, 7])
def test_so_many_uses_are_so_many_logins(node: Node, uses: int) -> None:
    """Twenty connections to both workers log in by one secret id at once."""
    role = f"auth/approle/role/of-{uses}"  # of its own: the logins that fail lock it
    node.ok("POST", role, {"role_id": f"of-{uses}"})
    made = node.ok("POST", f"{role}/secret-id", {"num_uses": uses}).json["data"]
    body: dict[str, object] = {"role_id": f"of-{uses}", "secret_id": made["secret_id"]}
    with everyone(node, 20) as readers:
        assert len(node.held_by(readers.connections)) == 2
        answers = at_once(readers.connections, "auth/approle/login", body)
    statuses = sorted(answer.status for answer in answers)
    assert statuses.count(200) == uses
    assert set(statuses) <= {200, 400, 403}
    assert len({answer.json["auth"]["accessor"] for answer in answers if answer.status == 200}) == uses
