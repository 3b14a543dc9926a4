"""Events as clients of others get them, and what remains of them when a worker is killed."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.conformance.events.following import Follower
from tests.conformance.events.messages import decoded
from tests.conformance.processes.node import Node, running, wait_until
from tests.conformance.program import OURS, forked


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node of two workers."""
    with running(Node(tmp_path_factory.mktemp("events"), workers_wanted=2)) as node:
        node.ready()
        node.ok("POST", "sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
        yield node


def subscribe(node: Node, what: str, token: str = "") -> ClientConnection:
    """A WebSocket on which events come."""
    return connect(
        f"ws://{node.address}/v1/sys/events/subscribe/{what}",
        additional_headers={"X-Vault-Token": token or node.token},
        proxy=None,
    )


def test_a_websocket_gets_protobuf_unless_it_asks_for_json(node: Node) -> None:
    """The same change, as a binary frame of protobuf and as a text frame of a CloudEvent; the ids are the same."""
    with subscribe(node, "kv-v2/data-*") as binary, subscribe(node, "kv-v2/data-*?json=true&cursor=now") as text:
        node.ok("POST", "secret/data/app", {"data": {"a": "canary"}})
        frame, told = binary.recv(20), json.loads(text.recv(20))
    assert isinstance(frame, bytes)
    found = decoded(frame)
    assert b"canary" not in frame
    assert found["event_type"] == told["data"]["event_type"] == "kv-v2/data-write"
    assert found["event"] == told["data"]["event"]
    assert found["plugin_info"] == told["data"]["plugin_info"]
    assert told["cursor"]


def test_pings_are_answered_and_the_end_is_clean(node: Node) -> None:
    """A ping gets its pong while nothing happens, and the client's close is answered."""
    with subscribe(node, "*") as client:
        assert client.ping(b"here").wait(20)
        client.close()
        assert client.close_code == 1000


def test_the_end_of_the_token_closes_the_socket(node: Node) -> None:
    """A revoked token ends its subscription with a reason, before another event is told."""
    token = node.ok("POST", "auth/token/create", {"policies": ["root"]}).json["auth"]["client_token"]
    with subscribe(node, "*", token) as client:
        node.ok("POST", "auth/token/revoke", {"token": token})
        node.ok("POST", "secret/data/app", {"data": {}})
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(20)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "the token has ended")


def test_who_may_not_is_refused_before_the_upgrade(node: Node) -> None:
    """Without a right, there is no WebSocket but a status."""
    with pytest.raises(InvalidStatus) as refused:
        subscribe(node, "*", "hvs.nonsense")
    assert refused.value.response.status_code == 403


def test_the_command_line_prints_one_event_in_a_line(node: Node) -> None:
    """`events subscribe` prints each event as JSON, and ends after its time."""
    environment = {"PATH": os.environ["PATH"], "VAULT_TOKEN": node.token, "VAULT_ADDR": f"http://{node.address}"}
    command = [forked(OURS), "events", "subscribe", "-timeout=4s", "kv-v2/data-*"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        wait_until(lambda: _readers(node) > 0, lambda: "nobody subscribes", 3)
        node.ok("POST", "secret/data/app", {"data": {}})
        told = json.loads(process.stdout.readline())
        assert told["data"]["event"]["metadata"]["path"] == "secret/data/app"
        assert process.wait(30) == 0


def _readers(node: Node) -> float:
    """The subscribers of the processes that answer."""
    gauges = node.ok("GET", "sys/metrics").json["Gauges"]
    return float(max(each["Value"] for each in gauges if each["Name"] == "vault.events.subscribers"))


def test_a_node_that_is_stopped_ends_its_sockets(tmp_path: Path) -> None:
    """SIGTERM closes a subscription with a reason, and nothing waits for it."""
    with running(Node(tmp_path / "stopped", workers_wanted=1)) as node:
        node.ready()
        with subscribe(node, "*") as client:
            assert node.stop() == 0
            with pytest.raises(ConnectionClosed) as closed:
                client.recv(20)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1001


def test_each_change_is_told_once_in_order_over_kills(node: Node) -> None:
    """Workers are killed at random while four clients write and twelve follow, each with its cursor.  Everybody sees
    each version of each secret exactly once, and those of a secret in their order."""
    followers = [Follower(node) for _ in range(12)]
    assert all(follower.ready.wait(30) for follower in followers)
    stop = threading.Event()

    def write(name: str) -> None:
        for number in itertools.count():
            if stop.is_set():
                return
            try:
                node.call("POST", f"secret/data/{name}", {"data": {"n": number}})
            except OSError:
                continue  # it may have been stored all the same: the versions tell

    writers = [threading.Thread(target=write, args=(f"k{number}",)) for number in range(4)]
    for writer in writers:
        writer.start()
    chance = random.Random(15)
    for replaced in (1, 2):
        stop.wait(0.7)
        os.kill(chance.choice(node.workers()), signal.SIGKILL)
        node.settle(replaced)
    stop.set()
    for writer in writers:
        writer.join()
    made = {f"k{number}": _versions(node, f"k{number}") for number in range(4)}
    total = sum(made.values())
    try:
        wait_until(
            lambda: all(len(follower.seen) >= total for follower in followers),
            lambda: str([(len(follower.seen), total, follower.refused) for follower in followers]),
            30,
        )
    finally:
        for follower in followers:
            follower.stop()
    for follower in followers:
        assert follower.refused == []
        for name, last in made.items():
            of_key = [version for path, version in follower.seen if path == f"secret/data/{name}"]
            assert of_key == list(range(1, last + 1))
    assert sum(follower.resumed for follower in followers) >= 1


def _versions(node: Node, name: str) -> int:
    found: int = node.ok("GET", f"secret/metadata/{name}").data["current_version"]
    return found
