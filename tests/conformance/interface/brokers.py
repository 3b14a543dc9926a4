"""Leases for browser tests: an engine that makes users in a message broker, which can go away."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import quote

from tests.conformance.interface.world import World

MOUNT: Final = "brokers"
"""Where a team's administrator may look through the leases, and end them."""
_ROLE: Final = {"vhosts": json.dumps({"/": {"write": ".*", "read": ".*", "configure": ""}})}


class _Broker(BaseHTTPRequestHandler):
    """What the engine asks of RabbitMQ's management: every change is made, and no user is there yet."""

    def do_GET(self) -> None:
        self._answer(404)

    def do_PUT(self) -> None:
        self._answer(201)

    def do_DELETE(self) -> None:
        self._answer(503 if self.server.is_away else 204)  # type: ignore[attr-defined]

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def _answer(self, status: int) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()


@dataclass
class Brokers:
    """The engine, and the broker that it works with."""

    world: World
    server: ThreadingHTTPServer
    mount: str
    roles: set[str] = field(default_factory=set)

    def lease(self, role: str, count: int = 1) -> list[str]:
        """The ids of new leases."""
        mount = quote(self.mount)
        if role not in self.roles:
            self.world.ask("POST", f"{mount}/roles/{role}", _ROLE)
            self.roles.add(role)
        return [self.world.ask("GET", f"{mount}/creds/{role}")["lease_id"] for _ in range(count)]

    def count(self, role: str) -> dict[str, int]:
        """How many leases of a role there are, by state."""
        found = self.world.ask("GET", f"sys/leases/revoke-prefix/{quote(self.mount)}/creds/{role}")["data"]["leases"]
        return {state: n for state, n in found.items() if n}

    @contextmanager
    def away(self) -> Iterator[None]:
        """The broker refuses to delete users until the block ends."""
        self.server.is_away = True  # type: ignore[attr-defined]
        try:
            yield
        finally:
            self.server.is_away = False  # type: ignore[attr-defined]


@contextmanager
def brokers(world: World, mount: str = MOUNT) -> Iterator[Brokers]:
    """The engine, until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Broker)
    server.is_away = False  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    place = quote(mount)
    world.ask("POST", f"sys/mounts/{place}", {"type": "rabbitmq"})
    uri = f"http://127.0.0.1:{server.server_port}"
    connection = {"connection_uri": uri, "username": "strongroom", "password": "unused", "verify_connection": False}
    world.ask("POST", f"{place}/config/connection", connection)
    try:
        yield Brokers(world, server, mount)
    finally:
        world.ask("POST", f"sys/leases/revoke-force/{place}", {})
        world.ask("DELETE", f"sys/mounts/{place}")
        server.shutdown()
        thread.join()
        server.server_close()
