"""Claims about servers that share a store: what one acknowledged, the next request on any other obeys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.conformance.processes.node import Node, running
from tests.conformance.processes.wire import Answer, Connection

CONNECTIONS = 40
"""With four workers, the chance that one of them holds none of these is below one in ten thousand."""


class Everyone:
    """Keep-alive connections that between them reach every worker."""

    def __init__(self, connections: list[Connection], token: str) -> None:
        self.connections = connections
        self._token = token

    def ask(self, method: str, path: str, token: str = "") -> list[Answer]:
        """Every worker's answer, sent one after the other."""
        return [connection.call(method, path, None, token or self._token) for connection in self.connections]


@contextmanager
def everyone(node: Node, count: int = CONNECTIONS) -> Iterator[Everyone]:
    """Connections to all workers of a node."""
    with ExitStack() as stack:
        yield Everyone([stack.enter_context(node.connect()) for _ in range(count)], node.token)


def policy(name: str, path: str, *capabilities: str) -> tuple[str, dict[str, str]]:
    """Path and body that write a policy for one path."""
    listed = ", ".join(f'"{capability}"' for capability in capabilities)
    return f"sys/policies/acl/{name}", {"policy": f'path "{path}" {{ capabilities = [{listed}] }}'}


def new_token(node: Node, *policies: str, parent: str = "") -> str:
    """A token with these policies, a child of `parent` or of the root token."""
    body = {"policies": list(policies), "ttl": "1h"}
    token: str = node.ok("POST", "auth/token/create", body, parent or None).json["auth"]["client_token"]
    return token


def statuses(answers: list[Answer]) -> set[int]:
    """The different statuses."""
    return {answer.status for answer in answers}


def written_values_are_seen(writer: Node, readers: Everyone) -> None:
    """Each value that was acknowledged is what every other process reads next, and so is its removal."""
    for value in range(5):
        writer.ok("POST", "kv/seen", {"value": value})
        assert {answer.data["value"] for answer in readers.ask("GET", "kv/seen")} == {value}
    writer.ok("DELETE", "kv/seen")
    assert statuses(readers.ask("GET", "kv/seen")) == {404}
    assert statuses(readers.ask("LIST", "kv/")) == {404}
    writer.ok("POST", "kv/seen", {"value": 0})
    assert [answer.data["keys"] for answer in readers.ask("LIST", "kv/")] == [["seen"]] * len(readers.connections)
    writer.ok("DELETE", "kv/seen")


def revoked_tokens_are_dead(revoker: Node, readers: Everyone) -> None:
    """A token, its child and its grandchild end with it, also where they were in use a moment ago."""
    parent = new_token(revoker, "root")
    child = new_token(revoker, "root", parent=parent)
    grandchild = new_token(revoker, "default", parent=child)
    family = (parent, child, grandchild)
    for token in family:
        assert statuses(readers.ask("GET", "auth/token/lookup-self", token)) == {200}
    revoker.ok("POST", "auth/token/revoke", {"token": parent})
    for token in family:
        assert statuses(readers.ask("GET", "auth/token/lookup-self", token)) == {403}


def changed_policies_count(changer: Node, readers: Everyone) -> None:
    """What a policy grants, and no longer grants, counts at once for tokens that exist."""
    changer.ok("POST", "kv/guarded", {"value": 1})
    changer.ok("PUT", *policy("guard", "kv/guarded", "read"))
    token = new_token(changer, "guard")
    for _ in range(2):
        assert statuses(readers.ask("GET", "kv/guarded", token)) == {200}
        changer.ok("PUT", *policy("guard", "kv/guarded", "deny"))
        assert statuses(readers.ask("GET", "kv/guarded", token)) == {403}
        changer.ok("PUT", *policy("guard", "kv/guarded", "read"))
    changer.ok("DELETE", "sys/policies/acl/guard")
    assert statuses(readers.ask("GET", "kv/guarded", token)) == {403}


def disabled_mounts_are_gone(changer: Node, readers: Everyone) -> None:
    """A mount that was disabled answers nowhere, and one that was made in its place is empty everywhere."""
    for value in range(2):
        changer.ok("POST", "sys/mounts/passing", {"type": "kv"})
        assert statuses(readers.ask("GET", "passing/a")) == {404}
        changer.ok("POST", "passing/a", {"value": value})
        assert statuses(readers.ask("GET", "passing/a")) == {200}
        changer.ok("DELETE", "sys/mounts/passing")
        gone = readers.ask("GET", "passing/a")
        assert statuses(gone) == {404}
        assert all("no handler" in answer.json["errors"][0] for answer in gone)


CLAIMS: tuple[Callable[[Node, Everyone], None], ...] = (
    written_values_are_seen,
    revoked_tokens_are_dead,
    changed_policies_count,
    disabled_mounts_are_gone,
)


@contextmanager
def two_nodes(directory: Path, config: str) -> Iterator[tuple[Node, Node]]:
    """Two unsealed nodes on one store that is new; the first has initialised it, and mounted secrets at `kv`."""
    one, two = (Node(directory / name, config, workers_wanted=1) for name in ("one", "two"))
    with running(one), running(two):
        one.ready(3, 2)
        two.join(one)
        one.ok("POST", "sys/mounts/kv", {"type": "kv", "options": {"version": "2"}})
        yield one, two


def what_one_answers_the_other_obeys(one: Node, two: Node) -> dict[str, object]:
    """Secrets, policies, tokens and their end, in both directions; what is at `kv/a/b` then."""
    value: dict[str, object] = {}
    for writer, reader in ((one, two), (two, one)):
        for number in range(5):
            value = {"by": writer.address, "n": number}
            writer.ok("POST", "kv/data/a/b", {"data": value})
            assert reader.ok("GET", "kv/data/a/b").data["data"] == value
        writer.ok("POST", *policy("of-kv", "kv/data/*", "read"))
        token = new_token(writer, "of-kv")
        assert reader.call("GET", "kv/data/a/b", token=token).status == 200
        writer.ok("DELETE", "sys/policies/acl/of-kv")
        assert reader.call("GET", "kv/data/a/b", token=token).status == 403
        writer.ok("POST", "auth/token/revoke", {"token": token})
        assert reader.call("GET", "auth/token/lookup-self", token=token).status == 403
        assert reader.ok("LIST", "kv/metadata/").data["keys"] == ["a/"]
    return value
