"""Who may stay when there are too many connections.

A connection on which nothing is being done is worth less than a new one: whoever opens thousands and says nothing would
shut everybody else out.  So the newcomer is let in, and those go that have waited longest.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import nsmallest
from typing import Final, Generic, Protocol, TypeVar

_AT_ONCE: Final = 64
"""How many go at a time: looking for them takes a look at all."""
_IPV6_PREFIX: Final = 64
"""What one customer has at least.  Source: RFC 6177."""


class Waiting(Protocol):
    """A connection, as far as it matters here."""

    def waiting_until(self) -> float | None:
        """When its time for the next request runs out; None while something is being done for it."""
        ...

    def abort(self) -> None:
        """Close at once."""
        ...


W = TypeVar("W", bound=Waiting)


def origin(address: str) -> str:
    """Whose connections count together: an address, or the network that it stands for in IPv6.

    Args:
        address: empty for a Unix socket, whose clients nobody counts.
    """
    if ":" not in address:
        return address
    return str(ipaddress.ip_network((address.partition("%")[0], _IPV6_PREFIX), strict=False))


class Crowd(Generic[W]):
    """All connections, and how many each origin has."""

    __slots__ = ("_connections", "_origins")

    def __init__(self) -> None:
        # With their origins; empty where none counts.
        self._connections: dict[W, str] = {}
        self._origins: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._connections)

    def __iter__(self) -> Iterator[W]:
        return iter(self._connections)

    def add(self, connection: W) -> None:
        """One has come, from where nobody knows yet."""
        self._connections[connection] = ""

    def place(self, connection: W, origin_: str) -> None:
        """It is known now where one comes from."""
        self._forget_origin(connection)
        self._connections[connection] = origin_
        if origin_:
            self._origins[origin_] += 1

    def remove(self, connection: W) -> None:
        """One has gone."""
        self._forget_origin(connection)
        self._connections.pop(connection, None)

    def _forget_origin(self, connection: W) -> None:
        before = self._connections.get(connection)
        if before:
            self._origins[before] -= 1
            if not self._origins[before]:
                del self._origins[before]

    def of(self, origin_: str) -> int:
        """How many there are of one origin."""
        return self._origins[origin_]

    def make_room(self, newcomer: W, origin_: str = "") -> int:
        """End those that have waited longest; a part of them, so that the next newcomers needn't look again.

        Args:
            origin_: end only connections of this one.

        Returns: how many were ended; 0 if something is being done for each.
        """
        found = nsmallest(_AT_ONCE, self._waiting(newcomer, origin_), key=lambda each: each[0])
        # At most a part of a small crowd: a limit of three isn't one of none.
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
