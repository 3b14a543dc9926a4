"""Two servers with a transit mount each, which are asked the same way."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from tests.conformance.servers import Server

MESSAGE = base64.b64encode(b"the quick brown fox").decode()
CONTEXT = base64.b64encode(b"row 7").decode()


@dataclass(frozen=True, slots=True)
class Side:
    """A server's mount `transit/`."""

    server: Server

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """The status, and what the answer says."""
        request = urllib.request.Request(
            f"{self.server.url}/v1/{path}",
            method=method,
            headers={"X-Vault-Token": self.server.token, "Content-Type": "application/json"},
            data=None if body is None else json.dumps(body).encode(),
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                raw, status = answer.read(), answer.status
        except urllib.error.HTTPError as error:
            raw, status = error.read(), error.code
        return status, json.loads(raw) if raw else {}

    def mount(self) -> None:
        """Mount the engine."""
        status, answer = self.ask("POST", "sys/mounts/transit", {"type": "transit"})
        assert status == 204, answer

    def write(self, path: str, **body: Any) -> dict[str, Any]:
        """What a write in the mount answers; it has to succeed."""
        status, answer = self.ask("POST", f"transit/{path}", body)
        assert status in (200, 204), (self.server.name, path, answer)
        return answer.get("data") or {}

    def read(self, path: str) -> dict[str, Any]:
        """What a read in the mount answers; it has to succeed."""
        status, answer = self.ask("GET", f"transit/{path}")
        assert status == 200, (self.server.name, path, answer)
        data: dict[str, Any] = answer["data"]
        return data
