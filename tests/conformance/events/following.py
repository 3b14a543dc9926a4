"""A subscriber that comes back with its cursor whenever its connection is cut: server-sent events over a socket."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

from tests.conformance.processes.node import Node


class Follower:
    """Follows events in a thread until told to stop.

    Attributes:
        seen: key and version of each change, in the order in which they came.
        resumed: how often it had to come back.
    """

    def __init__(self, node: Node, cursor: str = "now") -> None:
        self._node = node
        self._stop = threading.Event()
        self._cursor = cursor
        self.ready = threading.Event()
        self.seen: list[tuple[str, int]] = []
        self.resumed = 0
        self.refused: list[str] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        """Hang up."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                for fields in self._stream():
                    self._take(fields)
                    if self._stop.is_set():
                        return
            except OSError:
                self.resumed += 1

    def _take(self, fields: dict[str, str]) -> None:
        self._cursor = fields.get("id", self._cursor)
        self.ready.set()
        if "event" in fields:
            self.refused.append(fields["data"])
        elif "data" in fields:
            told: dict[str, Any] = json.loads(fields["data"])["data"]["event"]["metadata"]
            self.seen.append((told["path"], int(told["current_version"])))

    def _stream(self) -> Iterator[dict[str, str]]:
        host, port = self._node.address.split(":")
        with socket.create_connection((host, int(port)), timeout=1.0) as sock:
            query = f"cursor={self._cursor}"
            sock.sendall(
                f"GET /v1/sys/events/subscribe/kv-v2/data-write?{query} HTTP/1.0\r\nhost: {host}\r\n"
                f"x-vault-token: {self._node.token}\r\naccept: text/event-stream\r\n\r\n".encode()
            )
            file = sock.makefile("rb")
            status = file.readline()
            if not status:
                raise ConnectionResetError
            if b" 200 " not in status:
                self.refused.append(status.decode() + file.read().decode())
                self._stop.set()
                return
            while file.readline() not in (b"\r\n", b""):
                pass
            yield from self._events(file)
        raise ConnectionResetError

    def _events(self, file: Any) -> Iterator[dict[str, str]]:
        fields: dict[str, str] = {}
        while not self._stop.is_set():
            try:
                line = file.readline()
            except TimeoutError:
                return  # quiet for a second, which a buffered file doesn't survive: come back with the cursor
            if not line:
                return
            if line == b"\n":
                yield fields
                fields = {}
            else:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                fields[name] = value
