"""The API as the preparation uses it: one request on a connection of its own."""

from __future__ import annotations

import http.client
import json
import ssl
import time
from dataclasses import dataclass
from typing import Any

_TIMEOUT_S = 300.0


class Refused(Exception):
    """An answer that tells of a failure."""


@dataclass(frozen=True, slots=True)
class Api:
    """Where requests go, and with which token."""

    address: str
    token: str = ""
    tls: bool = False

    def open(self) -> http.client.HTTPConnection:
        """A connection; any certificate is trusted, because it is the benchmark's own."""
        if not self.tls:
            return http.client.HTTPConnection(self.address, timeout=_TIMEOUT_S)
        context = ssl._create_unverified_context()  # noqa: S323
        return http.client.HTTPSConnection(self.address, timeout=_TIMEOUT_S, context=context)

    def raw(self, method: str, path: str, body: object = None) -> bytes:
        """The bytes of an answer.  Raises `Refused` for a failure, `OSError` when nobody answers."""
        headers = {"X-Vault-Token": self.token} if self.token else {}
        connection = self.open()
        try:
            connection.request(method, f"/v1/{path}", None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            content = answer.read()
        except http.client.HTTPException as error:
            raise ConnectionError(f"{method} {path}: {error!r}") from error
        finally:
            connection.close()
        if answer.status >= 300:
            raise Refused(f"{method} {path}: {answer.status} {content[:300]!r}")
        return content

    def __call__(self, method: str, path: str, body: object = None) -> Any:
        """The decoded answer; an empty dictionary for none.  Raises as `raw` does."""
        content = self.raw(method, path, body)
        return json.loads(content) if content else {}

    def when_ready(self, method: str, path: str, body: object = None, *, timeout_s: float = 60.0) -> Any:
        """The decoded answer, after as many attempts as it takes.  Raises the last failure when time is up."""
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                return self(method, path, body)
            except (OSError, Refused):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
