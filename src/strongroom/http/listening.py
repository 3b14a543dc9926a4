"""What the connections of one listener share."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final, Protocol

from OpenSSL import SSL

from strongroom.http.challenge import ProvingLayer
from strongroom.http.crowd import Crowd
from strongroom.http.held import InFlight
from strongroom.http.message import Application
from strongroom.http.response_head import date_line
from strongroom.http.settings import ListenerConfig
from strongroom.http.tls import TlsLayer


class Connection(Protocol):
    """What a listener does with a connection."""

    def sweep(self, now: float) -> None:
        """Enforce the limits on time; `now` in seconds of the monotonic clock."""
        ...

    def wind_down(self) -> None:
        """Close if nothing is being done, else after the answer that is being made."""
        ...

    def waiting_until(self) -> float | None:
        """When its time for the next request runs out; None while something is being done for it."""
        ...

    def abort(self) -> None:
        """Close at once and cancel what is being done."""
        ...


REASONS: Final = (
    "answer_memory",
    "body_memory",
    "connections",
    "connections_per_address",
    "slow_reader",
    "unauthenticated_request_size",
    "waiting_connection",
)
"""Limits on what all clients take together, as the metrics name them."""


@dataclass(slots=True)
class Listening:
    """The state of one listener, counters included.  It belongs to one event loop."""

    application: Application
    config: ListenerConfig
    loop: asyncio.AbstractEventLoop
    tls: SSL.Context | None
    now: float = 0.0
    """Seconds of the monotonic clock at the last sweep.  Reading the clock for each request would cost more than
    precision to the second is worth."""
    fixed_headers: bytes = b""
    """Lines that every answer has: `date` and those of the configuration."""
    draining: bool = False
    connections: Crowd[Connection] = field(default_factory=Crowd)
    in_flight: int = 0
    """Requests that the application works on or that are being delivered."""
    requests: int = 0
    """Requests handed to the application so far."""
    refused: int = 0
    """Requests answered by the listener itself so far."""
    refusals: dict[str, int] = field(default_factory=lambda: dict.fromkeys(REASONS, 0))
    """How often a limit on what all clients take together has struck so far."""
    held: InFlight = field(default_factory=InFlight)
    readers: dict[Connection, float] = field(default_factory=dict)
    """Connections whose large answer isn't read yet, and when it was made: the oldest first."""
    emptied: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while there is no connection, once `draining`."""

    def tls_layer(self) -> TlsLayer | None:
        """The TLS of a new connection."""
        if self.tls is None or self.config.tls is None:
            return None
        proofs = self.config.tls.proofs
        return TlsLayer(self.tls) if proofs is None else ProvingLayer(self.tls, proofs)

    def deadline(self, after_s: float) -> float:
        """When a time that begins now ends.

        `now` may be one interval old; without adding it, a limit could strike too early.
        """
        return self.now + self.config.limits.sweep_interval_s + after_s

    def first_deadline(self, after_s: float) -> float:
        """When a new connection that says nothing ends.

        The loop may have accepted some that it only tells of once the others were told to close: what they have sent
        is answered, and nothing else is waited for.
        """
        return self.deadline(0 if self.draining else after_s)

    def tick(self, now: float, epoch: float) -> None:
        """Take a new time, of the monotonic clock and in seconds since the epoch."""
        self.now = now
        self.fixed_headers = date_line(epoch) + self.config.default_headers

    def has_room(self, answer_bytes: int) -> bool:
        """Whether another large answer may be held; ends connections that read theirs slowly, if that makes room.

        One that waits alone has room always: a secret isn't unreadable for its size.
        """
        limits = self.config.limits
        allowed = limits.max_inflight_memory
        while self.held.answers and self.held.total + answer_bytes > allowed:
            slowest = next(iter(self.readers), None)
            if slowest is None or self.readers[slowest] + limits.reading_time_s > self.now:
                self.refusals["answer_memory"] += 1
                return False
            self.refusals["slow_reader"] += 1
            slowest.abort()
        return True

    def forget(self, connection: Connection) -> None:
        """A connection is gone, and nothing is done for it any more."""
        self.connections.remove(connection)
        if self.draining and not self.connections:
            self.emptied.set()
