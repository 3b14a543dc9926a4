"""A client's request on its way to the server (pure)."""

from __future__ import annotations

from posixpath import normpath
from urllib.parse import unquote

import msgspec

NAMESPACE = "x-vault-namespace"


class Question(msgspec.Struct, frozen=True):
    """A request without what belongs to the client's connection."""

    method: str
    path: str
    """As the client sent it, percent-encoded."""
    query: str
    headers: dict[str, str]
    """Names in lower case; without the token."""
    body: bytes
    token: str
    """Empty for none."""

    def __repr__(self) -> str:
        return f"Question({self.method} {self.path})"

    @property
    def namespace(self) -> str:
        """The namespace that the header names, without slashes around it; empty for root."""
        return self.headers.get(NAMESPACE, "").strip("/")

    @property
    def is_relative(self) -> bool:
        """Whether the path goes up: where the server is below a path of somebody else's, that would lead to others."""
        return ".." in unquote(self.path).split("/")

    @property
    def place(self) -> str:
        """What is asked for: the path below `/v1/`, decoded and without empty or relative parts."""
        return normpath(f"/{unquote(self.path)}").lstrip("/").removeprefix("v1/")


def below(place: str, name: str) -> str | None:
    """What follows a path of the API, in whatever namespace it is asked for; None if it is another path.

    Args:
        place: of a question. name: such as `sys/leases/revoke-prefix`.
    """
    padded = f"/{place}/"
    at = padded.find(f"/{name}/")
    return None if at < 0 else padded[at + len(name) + 2 :].strip("/")
