"""The nodes, the database and its standby, and what befalls them."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.conformance.postgres import PostgresqlServer, running_postgresql
from tests.conformance.processes.node import Node, running
from tests.conformance.replication import asked, make_synchronous, paused, running_standby

_CONFIG: Final = """
workers = {workers}
storage "postgresql" {
  connection_url = "URL"
  timeout        = "2s"
}
listener "tcp" {
  address     = "{address}"
  tls_disable = true
}
"""
PAUSE_S: Final = 15.0
"""Longer than any role's lock is held without being prolonged."""


@dataclass(slots=True)
class Event:
    """Something that befell the cluster."""

    what: str
    at: float
    until: float = 0.0
    """When it was over: the node serves again, or the database takes connections."""
    out: frozenset[str] = frozenset()
    """Nodes that can't answer because of it."""


@dataclass(slots=True)
class Cluster:
    """Three nodes on a primary with a synchronous standby."""

    nodes: dict[str, Node]
    primary: PostgresqlServer
    standby: PostgresqlServer
    events: list[Event] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def _event(self, what: str, *out: str) -> Iterator[None]:
        event = Event(what, time.monotonic(), out=frozenset(out))
        with self._lock:
            self.events.append(event)
        print(f"  {what}", flush=True)
        yield
        event.until = time.monotonic()

    def kill(self, name: str) -> None:
        """A node dies at once, and is started and unsealed again."""
        node = self.nodes[name]
        with self._event(f"kill {name}", name):
            node.kill()
            node.start()
            node.unseal()

    def pause(self, name: str) -> None:
        """A node stands still for longer than its locks last, and goes on as if nothing had happened."""
        node = self.nodes[name]
        with self._event(f"pause {name}", name), paused(node.pid, *node.workers()):
            time.sleep(PAUSE_S)

    def restart(self) -> None:
        """The primary is stopped and started."""
        with self._event("restart the database"):
            self.primary.stop()
            self.primary.start()

    def crash(self) -> None:
        """All of the primary's processes are killed, and it is started again."""
        with self._event("crash of the database"):
            self.primary.kill()
            self.primary.start()

    def fail_over(self) -> None:
        """The primary dies, and the standby takes its place."""
        with self._event("fail over"):
            self.primary.kill()
            self.standby.promote()
        self.primary, self.standby = self.standby, self.primary


@contextlib.contextmanager
def running_cluster(home: Path) -> Iterator[Cluster]:
    """Start everything, unsealed."""
    with contextlib.ExitStack() as stack:
        primary = stack.enter_context(running_postgresql())
        standby = stack.enter_context(running_standby(primary))
        # By default it waits for five seconds before it asks a primary again that was away.
        asked(standby, "ALTER SYSTEM SET wal_retrieve_retry_interval = '100ms'", "SELECT pg_reload_conf()")
        make_synchronous(primary)
        url = primary.url.replace(f":{primary.port}/", f":{primary.port},127.0.0.1:{standby.port}/")
        nodes: dict[str, Node] = {}
        for name in ("one", "two", "three"):
            nodes[name] = stack.enter_context(running(Node(home / name, _CONFIG.replace("URL", url), workers_wanted=2)))
        first = nodes["one"].ready()
        for node in list(nodes.values())[1:]:
            node.keys, node.threshold, node.token = first.keys, first.threshold, first.token
            node.start()
            node.unseal()
        first.ok("POST", "sys/mounts/kv", {"type": "kv"})
        yield Cluster(nodes, primary, standby)
