"""A node whose store is its memory: ending the process would end the store, so nothing ends it."""

from __future__ import annotations

from pathlib import Path

from tests.conformance.processes.node import CONFIG, Node, running

IN_MEMORY = CONFIG.replace('storage "sqlite" {\n  path = "{directory}/store"\n}', 'storage "inmem" {}')


def test_initialising_and_sealing_keep_what_is_in_memory(tmp_path: Path) -> None:
    """The same worker goes on after the initialisation and after a sealing, and what was written is still there."""
    with running(Node(tmp_path, config=IN_MEMORY)) as node:
        node.start()
        node.init(3, 2)
        node.unseal()
        before = node.workers()
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        node.ok("POST", "kv/a", {"value": "kept"})
        assert node.seal().status == 204
        assert node.call("GET", "kv/a").status == 503
        node.unseal()
        assert node.ok("GET", "kv/a").data["value"] == "kept"
        assert node.workers() == before
        assert len(before) == 1
