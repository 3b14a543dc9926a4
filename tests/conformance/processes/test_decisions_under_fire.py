"""Decisions that are remembered, used without pause on all processes while a right is taken away."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.conformance.processes.agreement import new_token, policy
from tests.conformance.processes.node import Node, running
from tests.conformance.processes.wire import Connection
from tests.conformance.program import wait_until

__all__ = ["postgresql_server"]

ON_POSTGRESQL = """
workers = {workers}
storage "postgresql" {
  connection_url = "URL"
}
listener "tcp" {
  address     = "{address}"
  tls_disable = true
}
"""
ROUNDS = 3
CONNECTIONS = 12
"""So many that both workers hold some of them."""
OFTEN = 5
"""The requests of each client before the change and after it.  The second of a kind is remembered."""


class Use(NamedTuple):
    """What clients ask for again and again."""

    method: str
    path: str
    body: Any
    token: str


Taken = Callable[[Node, str], tuple[Use, Callable[[], object]]]
"""Gives a right, by a name of its own; how it is used, and what takes it away."""


def with_mounts(node: Node) -> Node:
    """The node, with what the rights below are for."""
    node.ok("POST", "sys/mounts/kv", {"type": "kv"})
    node.ok("POST", "sys/mounts/transit", {"type": "transit"})
    node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    return node


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with two workers."""
    with running(Node(tmp_path_factory.mktemp("workers"), workers_wanted=2)) as node:
        yield with_mounts(node.ready())


@pytest.fixture(scope="module")
def nodes(postgresql_server: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, Node]]:
    """Two nodes of one worker each, on one PostgreSQL."""
    config = ON_POSTGRESQL.replace("URL", postgresql_server.url)
    one = Node(tmp_path_factory.mktemp("one"), config, workers_wanted=1)
    two = Node(tmp_path_factory.mktemp("two"), config, workers_wanted=1)
    with running(one), running(two):
        one.ready()
        two.join(one)
        yield with_mounts(one), two


class Client(threading.Thread):
    """Asks without pause on one connection, and notes when each request began."""

    def __init__(self, connection: Connection, use: Use) -> None:
        super().__init__()
        self.seen: list[tuple[float, int]] = []
        self.over = threading.Event()
        self._connection = connection
        self._use = use

    def run(self) -> None:
        """Ask until it is over."""
        while not self.over.is_set():
            began = time.monotonic()
            self.seen.append((began, self._connection.call(*self._use).status))

    def after(self, moment: float) -> list[int]:
        """The answers to what began after that."""
        return [status for began, status in self.seen if began > moment]


def revoked(node: Node, name: str) -> tuple[Use, Callable[[], object]]:
    """A token."""
    token = new_token(node, "default")
    return Use("GET", "auth/token/lookup-self", None, token), lambda: node.ok(
        "POST", "auth/token/revoke", {"token": token}
    )


def parent_revoked(node: Node, name: str) -> tuple[Use, Callable[[], object]]:
    """A batch token's parent."""
    parent = new_token(node, "root")
    wanted = {"policies": ["default"], "type": "batch", "ttl": "1h"}
    token = node.ok("POST", "auth/token/create", wanted, parent).json["auth"]["client_token"]
    return Use("GET", "auth/token/lookup-self", None, token), lambda: node.ok(
        "POST", "auth/token/revoke", {"token": parent}
    )


def tightened(node: Node, name: str) -> tuple[Use, Callable[[], object]]:
    """A policy."""
    node.ok("POST", f"kv/{name}", {"value": 1})
    node.ok("PUT", *policy(name, f"kv/{name}", "read"))
    token = new_token(node, name)
    return Use("GET", f"kv/{name}", None, token), lambda: node.ok("PUT", *policy(name, f"kv/{name}", "list"))


def made_conditional(node: Node, name: str) -> tuple[Use, Callable[[], object]]:
    """A policy that begins to ask for a parameter."""
    node.ok("PUT", *policy(name, "sys/tools/hash", "update"))
    token = new_token(node, name)
    rules = {"policy": 'path "sys/tools/hash" { capabilities = ["update"]\n required_parameters = ["format"] }'}
    use = Use("POST", "sys/tools/hash", {"input": "YQ=="}, token)
    return use, lambda: node.ok("PUT", f"sys/policies/acl/{name}", rules)


def key_deleted(node: Node, name: str) -> tuple[Use, Callable[[], object]]:
    """A transit key, whose users may not create one."""
    node.ok("POST", f"transit/keys/{name}", {})
    node.ok("POST", f"transit/keys/{name}/config", {"deletion_allowed": True})
    node.ok("PUT", *policy(name, f"transit/encrypt/{name}", "update"))
    token = new_token(node, name)
    use = Use("POST", f"transit/encrypt/{name}", {"plaintext": "YQ=="}, token)
    return use, lambda: node.ok("DELETE", f"transit/keys/{name}")


def mount_moved(node: Node, name: str) -> tuple[Use, Callable[[], object]]:
    """A mount."""
    node.ok("POST", f"sys/mounts/{name}", {"type": "kv"})
    node.ok("POST", f"{name}/a", {"value": 1})
    moved = {"from": name, "to": f"{name}-moved"}
    return Use("GET", f"{name}/a", None, node.token), lambda: node.ok("POST", "sys/remount", moved)


def entity_disabled(node: Node, name: str) -> tuple[Use, Callable[[], object]]:
    """An entity."""
    node.ok("POST", f"auth/userpass/users/{name}", {"password": "right"})
    auth = node.ok("POST", f"auth/userpass/login/{name}", {"password": "right"}).json["auth"]
    use = Use("GET", "auth/token/lookup-self", None, auth["client_token"])
    return use, lambda: node.ok("POST", f"identity/entity/id/{auth['entity_id']}", {"disabled": True})


def left_group(node: Node, name: str) -> tuple[Use, Callable[[], object]]:
    """A membership."""
    node.ok("POST", f"kv/{name}", {"value": 1})
    node.ok("PUT", *policy(name, f"kv/{name}", "read"))
    node.ok("POST", f"auth/userpass/users/{name}", {"password": "right"})
    auth = node.ok("POST", f"auth/userpass/login/{name}", {"password": "right"}).json["auth"]
    wanted = {"name": name, "policies": [name], "member_entity_ids": [auth["entity_id"]]}
    node.ok("POST", "identity/group", wanted)
    use = Use("GET", f"kv/{name}", None, auth["client_token"])
    return use, lambda: node.ok("POST", f"identity/group/name/{name}", {"member_entity_ids": []})


def namespace(node: Node, name: str, seal: bool = False) -> Use:
    """A secret in a namespace of its own."""
    stanza = {"seal": 'seal "shamir" {\n shares = 1\n threshold = 1\n}'} if seal else {}
    made = node.ok("POST", f"sys/namespaces/{name}", stanza)
    if seal:
        node.ok("POST", f"sys/namespaces/{name}/unseal", {"key": made.data["key_shares"][0]})
    node.ok("POST", f"{name}/sys/mounts/kv", {"type": "kv"})
    node.ok("POST", f"{name}/kv/a", {"value": 1})
    return Use("GET", f"{name}/kv/a", None, node.token)


def locked(node: Node, name: str) -> tuple[Use, Callable[[], object]]:
    """A namespace's API."""
    return namespace(node, name), lambda: node.ok("POST", f"sys/namespaces/api-lock/lock/{name}")


def sealed(node: Node, name: str) -> tuple[Use, Callable[[], object]]:
    """A namespace with a seal."""
    return namespace(node, name, seal=True), lambda: node.ok("POST", f"sys/namespaces/{name}/seal")


def namespace_deleted(node: Node, name: str) -> tuple[Use, Callable[[], object]]:
    """A namespace."""
    return namespace(node, name), lambda: node.ok("DELETE", f"sys/namespaces/{name}")


TAKEN: tuple[Taken, ...] = (
    revoked,
    parent_revoked,
    tightened,
    made_conditional,
    key_deleted,
    mount_moved,
    entity_disabled,
    left_group,
    locked,
    sealed,
    namespace_deleted,
)


def after_the_answer(changing: Node, used: Node, taken: Taken) -> None:
    """Check that what begins after the answer to the change is refused."""
    for number in range(ROUNDS):
        use, take = taken(changing, f"{taken.__name__.replace('_', '-')}-{number}")
        clients, answered = under_fire(used, use, take)
        assert {status for client in clients for _, status in client.seen[:OFTEN]} == {200}
        assert [status for client in clients for status in client.after(answered) if status < 400] == []


def under_fire(used: Node, use: Use, take: Callable[[], object]) -> tuple[list[Client], float]:
    """Take a right away while clients use it.  Returns them, and when the change had been answered."""
    with contextlib.ExitStack() as stack:
        clients = [Client(stack.enter_context(used.connect()), use) for _ in range(CONNECTIONS)]
        for client in clients:
            client.start()
        try:
            wait_until(lambda: all(len(client.seen) >= OFTEN for client in clients), "nobody is answered")
            take()
            answered = time.monotonic()
            wait_until(lambda: all(len(client.after(answered)) >= OFTEN for client in clients), "the answers end")
        finally:
            for client in clients:
                client.over.set()
            for client in clients:
                client.join()
    return clients, answered


@pytest.mark.parametrize("taken", TAKEN)
def test_no_request_succeeds_that_begins_after_the_answer(node: Node, taken: Taken) -> None:
    """Whichever worker made the change and whichever remembers."""
    after_the_answer(node, node, taken)


@pytest.mark.parametrize("taken", [taken for taken in TAKEN if taken is not sealed])  # a seal is a node's own
def test_nor_on_another_node(nodes: tuple[Node, Node], taken: Taken) -> None:
    """The other node has asked nobody but the store."""
    after_the_answer(*nodes, taken)
