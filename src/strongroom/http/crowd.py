"""Decides which connections end when there are too many.

An idle connection is worth less than a new one.  Otherwise a client that opens thousands of connections and sends
nothing would lock all others out.  So the new connection is accepted, and the longest idle ones are closed.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import nsmallest
from typing import Final, Generic, Protocol, TypeVar

_AT_ONCE: Final = 64
"""The part of all connections that is closed at a time, because finding them needs a pass over all."""
_IPV6_PREFIX: Final = 64
"""The smallest network of one customer.  Source: RFC 6177."""


class Waiting(Protocol):
    """The parts of a connection that this module needs."""

    def waiting_until(self) -> float | None:
        """When its time for the next request ends; None while a request is in progress."""
        ...

    def abort(self) -> None:
        """Close at once."""
        ...


W = TypeVar("W", bound=Waiting)


def origin(address: str) -> str:
    """The origin that a connection counts for: its IPv4 address, or its IPv6 network.

    Args:
        address: empty for a Unix socket, whose clients aren't counted.
    """
    if ":" not in address:
        return address
    return str(ipaddress.ip_network((address.partition("%")[0], _IPV6_PREFIX), strict=False))


class Crowd(Generic[W]):
    """All connections, and the number of each origin's."""

    __slots__ = ("_connections", "_origins")

    def __init__(self) -> None:
        # Each connection's origin; empty if it isn't counted.
        self._connections: dict[W, str] = {}
        self._origins: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._connections)

    def __iter__(self) -> Iterator[W]:
        return iter(self._connections)

    def add(self, connection: W) -> None:
        """Add a new connection, whose origin isn't known yet."""
        self._connections[connection] = ""

    def place(self, connection: W, origin_: str) -> None:
        """Set the origin of a connection."""
        self._forget_origin(connection)
        self._connections[connection] = origin_
        if origin_:
            self._origins[origin_] += 1

    def remove(self, connection: W) -> None:
        """Remove a closed connection."""
        self._forget_origin(connection)
        self._connections.pop(connection, None)

    def _forget_origin(self, connection: W) -> None:
        before = self._connections.get(connection)
        if before:
            self._origins[before] -= 1
            if not self._origins[before]:
                del self._origins[before]

    def of(self, origin_: str) -> int:
        """The number of connections of one origin."""
        return self._origins[origin_]

    def make_room(self, newcomer: W, origin_: str = "") -> int:
        """Close the longest idle connections.

        It closes several at once, so that the next new connections need no new search.

        Args:
            origin_: close only connections of this origin.

        Returns: the number of closed connections; 0 if none is idle.
        """
        found = nsmallest(_AT_ONCE, self._waiting(newcomer, origin_), key=lambda each: each[0])
        # At least one, but only a part of a small number: a limit of three must not become a limit of zero.
        found = found[: max(1, len(self) // _AT_ONCE)]
        for _, _, connection in found:
            self.remove(connection)
            connection.abort()
        return len(found)

    def _waiting(self, newcomer: W, origin_: str) -> Iterable[tuple[float, int, W]]:
        for connection, found in self._connections.items():
            until = connection.waiting_until()
            if until is not None and connection is not newcomer and (not origin_ or found == origin_):
                yield until, id(connection), connection
