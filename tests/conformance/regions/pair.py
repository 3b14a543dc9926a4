"""Two regions on this machine: a first one, and one that follows it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conformance.processes.node import Node, running
from tests.conformance.program import wait_until
from tests.conformance.regions.switch import Switch
from tests.ports import free_port

CONFIG = """
workers = {workers}
api_addr = "http://{address}"
storage "sqlite" {
  path = "{directory}/store"
}
listener "tcp" {
  address     = "{address}"
  tls_disable = true
}
region {
  address = "127.0.0.1:REGION_PORT"
}
"""


@dataclass(slots=True)
class Region:
    """A region of one node."""

    node: Node
    port: int
    """Where other regions reach it."""

    def status(self) -> dict[str, Any]:
        """What it says of itself."""
        return dict(self.node.ok("GET", "sys/region/status").json["data"])

    def token(self, address: str, name: str = "second") -> str:
        """A token by which another one may follow, at this address."""
        self.node.ok("PUT", "sys/region/enable", {"address": address})
        return str(self.node.ok("PUT", "sys/region/token", {"name": name}).json["data"]["token"])

    def head(self) -> int:
        """The number of its newest commit."""
        return int(self.node.ok("GET", "sys/replication/performance/status").json["data"]["last_wal"])


def region(directory: Path, config: str = CONFIG, workers: int = 1) -> Region:
    """A region that isn't started."""
    port = free_port()
    node = Node(directory, config=config.replace("REGION_PORT", str(port)), workers_wanted=workers)
    return Region(node, port)


@dataclass(slots=True)
class Pair:
    """Both regions, and what is between them."""

    first: Region
    second: Region
    switch: Switch

    def follow(self) -> None:
        """Have the second one follow, and wait until it has everything."""
        join(self.second, self.first.token(f"127.0.0.1:{self.switch.port}"), self.first.node.token)
        self.level()

    def level(self) -> None:
        """Wait until the second one has what the first one has now."""
        wanted = self.first.head()
        wait_until(lambda: applied(self.second) >= wanted, self.trouble, 30)

    def trouble(self) -> str:
        """The ends of both logs."""
        return "\n".join(each.node.log_text()[-3000:] for each in (self.first, self.second))


def join(follower: Region, token: str, first_token: str, *, replace: bool = False) -> None:
    """Have a region follow, and unseal it by its own shares.  From then on it knows the first region's tokens."""
    node = follower.node
    if node.ok("PUT", "sys/region/join", {"token": token, "replace": replace}).json["data"]["seals"]:
        wait_until(lambda: health(node).get("sealed") is True, lambda: node.log_text()[-3000:], 30)
        node.unseal()
    node.token = first_token


def health(node: Node) -> dict[str, Any]:
    """What the node says of its state, whatever that is; nothing while it doesn't answer."""
    try:
        return dict(node.call("GET", "sys/health").json)
    except (OSError, ValueError):
        return {}


def applied(follower: Region) -> int:
    """The first region's commit that it has; -1 while it serves nothing."""
    answer = follower.node.call("GET", "sys/region/status")
    return int(answer.json["data"].get("applied_revision", -1)) if answer.status == 200 else -1


@contextlib.contextmanager
def pair(directory: Path, first: str = CONFIG, second: str = CONFIG) -> Iterator[Pair]:
    """Both, started and unsealed; nobody follows yet.  The second one has two workers, of which one takes over."""
    directory.mkdir(exist_ok=True)
    one, other = region(directory / "first", first), region(directory / "second", second, workers=2)
    with running(one.node), running(other.node), Switch(one.port) as switch:
        one.node.ready(3, 2)
        other.node.ready(3, 2)
        yield Pair(one, other, switch)
