"""A server with a pki mount that speaks ACME, and the name server that it asks."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.conformance.servers import Server, start_ours
from tests.flow.engines.pki.acme.hosts import NameServer

HOST = f"127.0.9.{1 + int(os.environ.get('PYTEST_XDIST_WORKER', 'gw0').removeprefix('gw'))}"
"""Where the clients of these tests serve what proves a name: each process of tests has low ports of its own."""


@dataclass
class Mount:
    """A mount, asked by HTTP."""

    server: Server
    names: NameServer

    def call(self, verb: str, place: str, **fields: Any) -> dict[str, Any]:
        """What a request to the server is answered.  Fails the test for an error."""
        answer = requests.request(
            verb, f"{self.server.url}/v1/{place}", json=fields, headers={"X-Vault-Token": self.server.token}, timeout=30
        )
        assert answer.ok, answer.text
        return dict(answer.json()) if answer.content else {}

    @property
    def directory(self) -> str:
        """The directory of the mount."""
        return f"{self.server.url}/v1/pki/acme/directory"


@contextlib.contextmanager
def served(directory: Path, **config: Any) -> Iterator[Mount]:
    """A server whose mount has a root and serves ACME until the block ends.

    Args:
        config: settings of `config/acme`.
    """
    with NameServer(HOST).running() as names, start_ours(directory) as server:
        mount = Mount(server, names)
        mount.call("POST", "sys/mounts/pki", type="pki")
        mount.call("POST", "pki/root/generate/internal", common_name="Root", key_type="ec", ttl="8760h")
        mount.call("POST", "pki/config/cluster", path=f"{server.url}/v1/pki")
        usual = {"dns_resolver": names.resolver, "challenge_permitted_ip_ranges": "127.0.0.0/8"}
        mount.call("POST", "pki/config/acme", enabled=True, **{**usual, **config})
        yield mount


def program(name: str) -> str:
    """The path of a program; the test is skipped without it."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed (make packages)")
    return found
