"""Requests that a request makes: each is served like one of its own, by the whole pipeline."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from strongroom.services.exchange import ApiRequest


class Inner(msgspec.Struct, frozen=True, kw_only=True):
    """One request that another one makes."""

    method: str
    """`GET`, `LIST` or `SCAN`."""
    path: str
    """Below `/v1/` and the namespace of the outer request."""
    query: dict[str, str] = {}


class Served(msgspec.Struct, frozen=True):
    """The answer to it, as a client would get it."""

    status: int
    content_type: str
    body: bytes
    is_stream: bool = False
    """Whether there would be more than `body`; it isn't sent."""

    def __repr__(self) -> str:
        return f"Served({self.status})"


Serve = Callable[[ApiRequest, Inner], Awaitable[Served]]
"""Serves a request with the token and the address of an outer one: authenticated, authorised, counted and audited by
itself."""


@dataclass(slots=True)
class Reentry:
    """The way back into the pipeline.  The application sets it, because services know nothing above them."""

    serve: Serve | None = None

    async def __call__(self, outer: ApiRequest, inner: Inner) -> Served:
        """Serve a request."""
        if self.serve is None:
            raise RuntimeError("no application serves these services")
        return await self.serve(outer, inner)


def text_of(value: Any) -> str:
    """A parameter as a query has it."""
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
