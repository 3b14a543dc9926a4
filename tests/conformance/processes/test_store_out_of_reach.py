"""A store that hangs, is down or has gone: 503 with `Retry-After`, a health that says so, a node that comes back."""

from __future__ import annotations

import contextlib
import fcntl
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests import stopping
from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.conformance.processes.node import CONFIG, Node, children, running, wait_until
from tests.conformance.processes.wire import Answer

__all__ = ["postgresql_server"]

POSTGRESQL = """
workers = {workers}
storage "postgresql" {
  connection_url = "URL"
  table          = "out_of_reach"
  timeout        = "2s"
}
listener "tcp" {
  address     = "{address}"
  tls_disable = true
  telemetry {
    unauthenticated_metrics_access = true
  }
}
"""
PATIENCE_S = 60.0
ASKED = [
    ("GET", "kv/a", None),
    ("LIST", "kv", None),
    ("POST", "kv/b", {"value": 2}),
    ("DELETE", "kv/a", None),
    ("GET", "auth/token/lookup-self", None),
    ("POST", "auth/userpass/login/nobody", {"password": "x"}),
]


@pytest.fixture(scope="module")
def node(postgresql_server: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """An unsealed node on PostgreSQL, with a secret."""
    config = POSTGRESQL.replace("URL", postgresql_server.url)
    with running(Node(tmp_path_factory.mktemp("node"), config, workers_wanted=2)) as node:
        node.ready()
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
        node.ok("POST", "kv/a", {"value": 1})
        yield node


def assert_out_of_reach(node: Node) -> None:
    """Everything that needs the store is 503, health and metrics say why, and nothing is a 500."""
    seen = [False]

    def seen_by_each() -> bool:
        # Each worker asks for itself, and a connection may lead to any: so many in a row were answered by each.
        seen.append(node.call("GET", "sys/health").status == 503)
        return all(seen[-16:])

    wait_until(seen_by_each, "health does not see it", PATIENCE_S)
    for method, path, body in ASKED:
        refused(node.call(method, path, body))
    refused(node.call("GET", "sys/seal-status"))
    for _ in range(10):
        health = node.call("GET", "sys/health")
        assert health.status == 503
        assert (health.json["storage_state"], health.json["sealed"]) == ("unreachable", False)
    assert node.call("GET", "sys/health?unavailablecode=299").status == 299
    gauges = {gauge["Name"]: gauge["Value"] for gauge in json.loads(node.call("GET", "sys/metrics").body)["Gauges"]}
    assert gauges["vault.storage.reachable"] == 0
    assert gauges["vault.core.unsealed"] == 1


def refused(answer: Answer) -> None:
    """It is 503, and says when to ask again."""
    assert answer.status == 503, answer
    assert int(answer.headers["retry-after"]) >= 1, answer


def assert_back(node: Node, value: int = 1) -> None:
    """All works again by itself."""
    wait_until(lambda: node.call("GET", "sys/health").status == 200, "health does not see it", PATIENCE_S)
    wait_until(lambda: node.call("GET", "kv/a").status == 200, "reads do not come back", PATIENCE_S)
    wait_until(lambda: node.call("POST", "kv/c", {"value": 3}).status == 204, "writes do not come back", PATIENCE_S)
    assert node.ok("GET", "kv/a").data["value"] == value


@contextlib.contextmanager
def stopped(server: PostgresqlServer) -> Iterator[None]:
    """The server accepts connections and doesn't answer: all its processes are stopped."""
    postmaster = int((server.directory / "data" / "postmaster.pid").read_text().split()[0])
    held = [postmaster]
    stopping.stop(postmaster)
    try:
        for child in children(postmaster):
            stopping.stop(child)
            held.append(child)
        yield
    finally:
        for process in held:
            stopping.go_on(process)


@contextlib.contextmanager
def down(server: PostgresqlServer) -> Iterator[None]:
    """The server refuses connections."""
    server.stop()
    try:
        yield
    finally:
        server.start()


@contextlib.contextmanager
def read_only(server: PostgresqlServer) -> Iterator[None]:
    """The server takes no writes, as a standby doesn't."""
    with psycopg.connect(server.url, autocommit=True) as other:
        other.execute("SET default_transaction_read_only = off")
        other.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        other.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            other.execute("SET default_transaction_read_only = off")
            other.execute("ALTER SYSTEM RESET default_transaction_read_only")
            other.execute("SELECT pg_reload_conf()")


@contextlib.contextmanager
def crowded(server: PostgresqlServer) -> Iterator[None]:
    """Every connection of the server is taken by others."""
    theirs = "FROM pg_stat_activity WHERE application_name = 'strongroom'"
    with psycopg.connect(server.url, autocommit=True) as other, contextlib.ExitStack() as taken:
        clean = 0
        while clean < 3:  # one that is being made has no name yet
            ended = other.execute(f"SELECT pg_terminate_backend(pid) {theirs}".encode()).fetchall()
            clean = 0 if ended else clean + 1
            with contextlib.suppress(psycopg.OperationalError):
                while True:
                    taken.enter_context(psycopg.connect(server.url, autocommit=True))
            other.execute("SELECT pg_sleep(0.3)")
        yield


@pytest.mark.parametrize("trouble", [stopped, down, read_only, crowded])
def test_a_database_out_of_reach_is_503_and_comes_back(
    node: Node,
    postgresql_server: PostgresqlServer,
    trouble: Callable[[PostgresqlServer], contextlib.AbstractContextManager[None]],
) -> None:
    """Whether it hangs, refuses, takes no writes or has no connection left; no restart is needed, nothing is lost."""
    before = node.log_text().count("the store is out of reach")
    with trouble(postgresql_server):
        assert_out_of_reach(node)
        told = node.log_text().count("the store is out of reach") - before
        assert 1 <= told <= node.workers_wanted
    assert_back(node)


def test_a_sealed_node_answers_while_its_database_hangs(tmp_path: Path, postgresql_server: PostgresqlServer) -> None:
    """Its health says that the store is out of reach, and later again that it is sealed."""
    config = POSTGRESQL.replace("URL", postgresql_server.url).replace("out_of_reach", "sealed_one")
    with running(Node(tmp_path, config, workers_wanted=1)) as node:
        node.start()
        assert node.call("GET", "sys/health").status == 501
        node.init()
        wait_until(lambda: node.call("GET", "sys/health").json["initialized"], "it is not initialised", PATIENCE_S)
        with stopped(postgresql_server):
            wait_until(
                lambda: node.call("GET", "sys/health").json.get("storage_state") == "unreachable", "no sign", PATIENCE_S
            )
            health = node.call("GET", "sys/health")
            assert (health.status, health.json["initialized"], health.json["sealed"]) == (503, True, True)
            refused(node.call("GET", "sys/seal-status"))
            refused(node.call("GET", "sys/init"))
        wait_until(lambda: "storage_state" not in node.call("GET", "sys/health").json, "it stays so", PATIENCE_S)
        node.unseal()


def test_a_database_file_that_has_gone_is_503(tmp_path: Path) -> None:
    """SQLite's file was moved away beneath the server: nothing is answered from it, and health says so."""
    with running(Node(tmp_path, CONFIG, workers_wanted=1)) as node:
        node.ready()
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        node.ok("POST", "kv/a", {"value": 1})
        file = tmp_path / "store" / "strongroom.db"
        file.rename(tmp_path / "moved")
        wait_until(
            lambda: node.call("GET", "sys/health").json.get("storage_state") == "unreachable", "no sign", PATIENCE_S
        )
        for method, path, body in ASKED:
            refused(node.call(method, path, body))
        (tmp_path / "moved").rename(file)
        wait_until(lambda: node.call("GET", "sys/health").status == 200, "health does not see it", PATIENCE_S)
        assert node.ok("GET", "kv/a").data["value"] == 1


def test_a_commit_lock_that_nobody_gives_back_is_503(tmp_path: Path) -> None:
    """Another process that was stopped while it wrote: writes are refused after a while, reads are answered."""
    config = CONFIG.replace('path = "{directory}/store"', 'path = "{directory}/store"\n  timeout = "1s"')
    with running(Node(tmp_path, config, workers_wanted=1)) as node:
        node.ready()
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        node.ok("POST", "kv/a", {"value": 1})
        with (tmp_path / "store" / "strongroom.lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            refused(node.call("POST", "kv/b", {"value": 2}))
            assert node.ok("GET", "kv/a").data["value"] == 1
            health = node.call("GET", "sys/health")
            assert (health.status, health.json["storage_state"]) == (503, "unwritable")
        wait_until(lambda: node.call("POST", "kv/b", {"value": 2}).status == 204, "no writes again", PATIENCE_S)
        wait_until(lambda: node.call("GET", "sys/health").status == 200, "health does not see it", PATIENCE_S)
