"""Requests as bytes (pure).

A number may stand in the path, in place of `{n}`, so that one description is as many requests as there are secrets.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

_NUMBER = "{n}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request, or as many as there are numbers.

    Attributes:
        path: below `/v1/`; `{n}` in it stands for a number from 0, if there are `numbers`.
        body: is sent as JSON.
        token: empty for none.
        numbers: how many numbers there are, each as often as another; 0 for one request without a number.
    """

    method: str
    path: str
    body: object = None
    token: str = ""
    numbers: int = 0

    def around(self) -> tuple[str, str]:
        """The bytes of a request before and after the number."""
        content = "" if self.body is None else json.dumps(self.body, separators=(",", ":"))
        lines = ["Host: bench"]
        if self.token:
            lines.append(f"X-Vault-Token: {self.token}")
        if content:
            lines += ["Content-Type: application/json", f"Content-Length: {len(content.encode())}"]
        head = "".join(f"{line}\r\n" for line in lines)
        first, _, rest = self.path.partition(_NUMBER) if self.numbers else (self.path, "", "")
        return f"{self.method} /v1/{first}", f"{rest} HTTP/1.1\r\n{head}\r\n{content}"

    def bytes(self, number: int = 0) -> bytes:
        """One request, with a number if there are any."""
        before, after = self.around()
        return f"{before}{number if self.numbers else ''}{after}".encode()


@dataclass(frozen=True, slots=True)
class Mix:
    """Two kinds of requests: of the second, so many in a hundred."""

    most: Wanted
    some: Wanted | None = None
    share: float = 0.0
