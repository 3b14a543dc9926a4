"""Requests to either server, with nothing of the importer between, so that what it says is checked by other means."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.conformance.servers import Server


@dataclass(frozen=True, slots=True)
class Side:
    """A server, in one namespace of it."""

    server: Server
    namespace: str = ""
    token: str = "root"

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        """Status and answer of a request."""
        headers = {"X-Vault-Token": self.token}
        if self.namespace:
            headers["X-Vault-Namespace"] = self.namespace
        data = None if body is None else json.dumps(body).encode()
        url = f"{self.server.url}/v1/{quote(path, safe='/?=&')}"
        request = urllib.request.Request(url, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, json.loads(response.read() or b"{}")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"{}")

    def write(self, path: str, body: Any = None) -> dict[str, Any]:
        """Write, which has to succeed; the data of the answer."""
        status, answer = self.ask("POST", path, {} if body is None else body)
        assert status < 300, (path, status, answer)
        return answer.get("data") or {}

    def read(self, path: str) -> Any:
        """The data at a path, also of a version that is deleted; None if nothing is there."""
        return self.ask("GET", path)[1].get("data")

    def names(self, path: str) -> list[str]:
        """What is listed at a path."""
        return list((self.read(f"{path}?list=true") or {}).get("keys") or ())

    def within(self, namespace: str) -> Side:
        """The same server, in another namespace."""
        return Side(self.server, namespace, self.token)
