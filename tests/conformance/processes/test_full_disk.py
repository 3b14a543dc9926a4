"""A disk without room: under the store, and under the audit log."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.processes.disks import SmallDisk, small_disk
from tests.conformance.processes.node import Node, running, wait_until

STORE_KIB = 48 * 1024
VALUE = "v" * 200_000
MOST_VALUES = 400


@pytest.fixture
def full(tmp_path: Path) -> Iterator[tuple[Node, SmallDisk, dict[str, int], list[str]]]:
    """A node whose store has no room left, the disk, what was acknowledged, and tokens made before."""
    with small_disk(tmp_path / "store", STORE_KIB) as disk, running(Node(tmp_path, workers_wanted=2)) as node:
        node.ready()
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        tokens = [
            node.ok("POST", "auth/token/create", {"policies": ["root"]}).json["auth"]["client_token"] for _ in range(6)
        ]
        kept = {}
        for number in range(MOST_VALUES):
            answer = node.call("POST", f"kv/{number}", {"value": VALUE, "number": number})
            if answer.status != 204:
                break
            kept[str(number)] = number
        assert answer.status == 507, answer
        assert "full" in answer.json["errors"][0]
        yield node, disk, kept, tokens


def test_a_full_store_serves_reads_and_takes_revocations(
    full: tuple[Node, SmallDisk, dict[str, int], list[str]],
) -> None:
    """Writes get 507, reads go on, tokens can be revoked and secrets deleted, and with room all is as before.

    What was deleted makes room for as much, and for no more.
    """
    node, disk, kept, tokens = full
    for name in list(kept)[::20]:
        assert node.ok("GET", f"kv/{name}").data["number"] == kept[name]
    for token in tokens[:3]:
        node.ok("POST", "auth/token/revoke", {"token": token})
        assert node.call("GET", "auth/token/lookup-self", token=token).status == 403
    gone = list(kept)[:3]
    for name in gone:
        node.ok("DELETE", f"kv/{name}")
        del kept[name]
        assert node.call("GET", f"kv/{name}").status == 404
    assert node.call("POST", "kv/more", {"value": VALUE * 5}).status == 507
    health = node.call("GET", "sys/health")
    assert (health.status, health.json["storage_state"]) == (200, "full")

    disk.resize(STORE_KIB * 3)
    wait_until(lambda: node.call("POST", "kv/more", {"value": VALUE}).status == 204, "no writes with room again")
    node.restart()
    node.unseal()
    for name, number in kept.items():
        assert node.ok("GET", f"kv/{name}").data == {"value": VALUE, "number": number}
    assert node.call("GET", "auth/token/lookup-self", token=tokens[0]).status == 403
    node.ok("GET", "auth/token/lookup-self", token=tokens[-1])


def test_a_full_store_can_be_opened(full: tuple[Node, SmallDisk, dict[str, int], list[str]]) -> None:
    """A node that is killed while its disk is full starts, is unsealed and serves what it has."""
    node, _, kept, tokens = full
    node.kill()
    node.start()
    node.unseal()
    name = max(kept, key=int)
    assert node.ok("GET", f"kv/{name}").data["number"] == kept[name]
    node.ok("POST", "auth/token/revoke", {"token": tokens[0]})
    assert node.call("GET", "auth/token/lookup-self", token=tokens[0]).status == 403


def test_requests_are_refused_while_no_device_takes_them(tmp_path: Path) -> None:
    """With its only audit file on a full disk a node answers nothing; with room again it does, each answer logged."""
    with small_disk(tmp_path / "audit", 64) as disk, running(Node(tmp_path, workers_wanted=2)) as node:
        node.ready()
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        file = disk.place / "audit.log"
        node.ok("PUT", "sys/audit/file", {"type": "file", "options": {"file_path": str(file)}})
        node.ok("POST", "kv/before", {"value": "secret-of-before"})
        for _ in range(200):
            answer = node.call("GET", "kv/before")
            if answer.status != 200:
                break
        assert answer.status == 500
        for _ in range(20):
            refused = node.call("GET", "kv/before")
            assert refused.status == 500
            assert b"secret-of-before" not in refused.body
        assert node.call("POST", "kv/refused", {"value": 1}).status == 500
        health = node.call("GET", "sys/health")
        assert (health.status, health.json["audit_state"]) == (503, "unwritable")
        assert node.call("GET", "sys/health?unavailablecode=299").status == 299
        assert node.ok("GET", "sys/seal-status").json["audit_state"] == "unwritable"
        disk.resize(4096)
        wait_until(lambda: node.call("GET", "sys/health").status == 200, "health does not see it by itself")
        answered = [node.ok("GET", "kv/before").json["request_id"] for _ in range(10)]
        assert node.call("GET", "kv/refused").status == 404
        audited, torn = _entries(file)
        assert set(answered) <= audited
        assert torn <= 4  # at most what each process had begun when the disk became full
        os.kill(node.pid, signal.SIGHUP)
        node.ok("GET", "kv/before")


def _entries(file: Path) -> tuple[set[str], int]:
    """Ids of the responses that are logged whole, and how many lines aren't."""
    found, torn = set(), 0
    for line in file.read_text().splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            torn += 1
            continue
        if entry["type"] == "response":
            found.add(entry["request"]["id"])
    return found, torn
