"""Servers as they run in production: from a configuration, with a store on disk, sealed at first."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from tests.conformance.servers import Server, start_ours, start_peer
from tests.ports import free_port

LISTENER = 'listener "tcp" {\n  address = "{address}"\n  tls_disable = true\n}\n'
SQLITE = 'storage "sqlite" {\n  path = "{directory}/store"\n}\n'
RAFT = 'storage "raft" {\n  path = "{directory}/store"\n  node_id = "one"\n}\n'
"""The reference server's store on one machine's disk."""


def start_configured_ours(directory: Path) -> AbstractContextManager[Server]:
    """Run our server with its store in `directory`."""
    return start_ours(directory, LISTENER + SQLITE)


def start_configured_peer(directory: Path) -> AbstractContextManager[Server]:
    """Run the reference server with its store in `directory`."""
    (directory / "store").mkdir(exist_ok=True)
    own = f'api_addr = "http://{{address}}"\ncluster_addr = "https://127.0.0.1:{free_port()}"\n'
    return start_peer(directory, LISTENER + RAFT + own)
