"""Nodes on DynamoDB and on S3: they serve everything, see each other's writes at once, and come back with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.diagnose.test_diagnose import diagnosed
from tests.conformance.processes.agreement import two_nodes, what_one_answers_the_other_obeys
from tests.conformance.processes.node import Node, running
from tests.sim.aws import moto
from tests.sim.aws.moto import Moto

LISTENER = """
workers = 1
listener "tcp" {
  address     = "{address}"
  tls_disable = true
}
"""
KEYS = """
  access_key = "AKIAOFTHENODE"
  secret_key = "canary-of-the-node"
"""


@pytest.fixture(scope="module")
def service() -> Iterator[Moto]:
    """One stand-in for both."""
    with moto.running() as server:
        yield server


def test_two_nodes_on_dynamodb(service: Moto, tmp_path: Path) -> None:
    """Secrets, policies and tokens are obeyed at once by the other node, and are there after a restart."""
    options = f'  endpoint = "{service.url}"\n  table = "of-nodes"\n  ha_enabled = "true"\n  timeout = "20s"\n'
    config = f'storage "dynamodb" {{\n{options}{KEYS}}}\n' + LISTENER
    _, found = diagnosed(Node(tmp_path / "before", config).configure())
    assert "no table of-nodes" in found["Check DynamoDB"]["message"]
    with two_nodes(tmp_path, config) as (one, two):
        value = what_one_answers_the_other_obeys(one, two)
        shown = one.ok("GET", "sys/metrics").json
        assert "vault.storage.throttled_total" in {each["Name"] for each in shown["Gauges"] + shown["Counters"]}
        two.stop()
        one.stop()
        one.start()
        one.unseal()
        assert one.ok("GET", "kv/data/a/b").data["data"] == value
        _, found = diagnosed(one.configure())
        assert found["Check Storage Access"]["status"] in {"ok", "warn"}
        assert "protection" in str(found["Check DynamoDB"])
    assert 'ha_enabled in storage "dynamodb" has no effect' in one.log_text()
    assert "canary-of-the-node" not in one.log_text() + two.log_text()


def test_a_node_on_s3_comes_back(service: Moto, tmp_path: Path) -> None:
    """Initialised, written, started again, read."""
    service.client("s3").create_bucket(Bucket="of-a-node")
    options = f'  endpoint = "{service.url}"\n  bucket = "of-a-node"\n  timeout = "20s"\n'
    node = Node(tmp_path / "node", f'storage "s3" {{\n{options}{KEYS}}}\n' + LISTENER, workers_wanted=1)
    _, found = diagnosed(node.configure())
    assert "holds no store yet" in found["Check S3"]["message"]
    with running(node):
        node.ready(3, 2)
        node.ok("POST", "sys/mounts/kv", {"type": "kv", "options": {"version": "2"}})
        node.ok("POST", "kv/data/a", {"data": {"kept": "yes"}})
        node.stop()
        node.start()
        node.unseal()
        assert node.ok("GET", "kv/data/a").data["data"] == {"kept": "yes"}
        _, found = diagnosed(node.configure())
        assert found["Check S3"]["status"] == "ok"
    assert "canary-of-the-node" not in node.log_text()
