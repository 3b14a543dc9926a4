"""One exchange over a connection of its own."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """Status, headers and body of an answer."""

    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)

    @property
    def errors(self) -> list[str]:
        """The texts of an error."""
        return list(self.json["errors"])


def ask(
    address: str,
    path: str,
    method: str = "GET",
    body: object = None,
    token: str = "",
    headers: dict[str, str] | None = None,
) -> Answer:
    """Send one request, its body as JSON unless it is bytes, and read the answer."""
    sent = dict(headers or {})
    if token:
        sent["X-Vault-Token"] = token
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    connection = http.client.HTTPConnection(address, timeout=60)
    try:
        connection.request(method, path, body=data, headers=sent)
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): text for name, text in response.getheaders()}, response.read())
    finally:
        connection.close()
