"""The state that the connections of one listener share."""

from __future__ import annotations

import asyncio
import itertools
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
from strongroom.http.turns import Turns


class Connection(Protocol):
    """The methods of a connection that a listener calls."""

    def sweep(self, now: float) -> None:
        """Enforce the limits on time; `now` in seconds of the monotonic clock."""
        ...

    def wind_down(self) -> None:
        """Close if the connection is idle, else after the response in progress."""
        ...

    def waiting_until(self) -> float | None:
        """When its time for the next request ends; None while a request is in progress."""
        ...

    def abort(self) -> None:
        """Close at once, and cancel the request in progress."""
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
"""Limits for all clients together, as the metrics name them."""


_settings = itertools.count()


@dataclass(slots=True)
class Listening:
    """The state of one listener, counters included.  It belongs to one event loop."""

    application: Application
    config: ListenerConfig
    loop: asyncio.AbstractEventLoop
    tls: SSL.Context | None
    now: float = 0.0
    """Seconds of the monotonic clock at the last sweep.

    A precision of a second isn't worth reading the clock for each request.
    """
    fixed_headers: bytes = b""
    """Header lines of every response: `date` and the configured ones."""
    draining: bool = False
    connections: Crowd[Connection] = field(default_factory=Crowd)
    in_flight: int = 0
    """Requests in progress, or whose response is being sent."""
    requests: int = 0
    """Requests handed to the application so far."""
    refused: int = 0
    """Requests that the listener refused itself so far."""
    refusals: dict[str, int] = field(default_factory=lambda: dict.fromkeys(REASONS, 0))
    """How often each limit for all clients together has refused a request so far."""
    statuses: dict[int, int] = field(default_factory=dict)
    """How many responses of each status code there were so far."""
    held: InFlight = field(default_factory=InFlight)
    readers: dict[Connection, float] = field(default_factory=dict)
    """Connections with a large unread response, and when it was made; the oldest first."""
    emptied: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while there is no connection, once `draining`."""
    turns: Turns = field(init=False)
    """Serves the requests that are complete."""
    settings: bytes = b""
    """Another text whenever the settings change that decide about responses."""

    def __post_init__(self) -> None:
        self.turns = Turns(self.loop, lambda: self.application)
        self.reconfigure(self.application, self.config)

    def reconfigure(self, application: Application, config: ListenerConfig) -> None:
        """Change to other settings."""
        self.application = application
        self.config = config
        self.settings = b"%d " % next(_settings)

    def tls_layer(self) -> TlsLayer | None:
        """The TLS of a new connection."""
        if self.tls is None:
            return None
        proofs = self.config.tls.proofs if self.config.tls is not None else None
        return TlsLayer(self.tls) if proofs is None else ProvingLayer(self.tls, proofs)

    def deadline(self, after_s: float) -> float:
        """The end of a time that begins now.

        `now` may be one interval old, so the interval is added.  Otherwise a limit could take effect too early.
        """
        return self.now + self.config.limits.sweep_interval_s + after_s

    def first_deadline(self, after_s: float) -> float:
        """When a new connection without a request is closed.

        The event loop may report an accepted connection only after draining has begun.  Its request is served if it has
        arrived already, and nothing else is waited for.
        """
        return self.deadline(0 if self.draining else after_s)

    def tick(self, now: float, epoch: float) -> None:
        """Set the time, of the monotonic clock and in seconds since the epoch."""
        self.now = now
        self.fixed_headers = date_line(epoch) + self.config.default_headers

    def has_room(self, answer_bytes: int) -> bool:
        """Whether another large response may be held.  If that helps, connections that read theirs slowly are closed.

        A single response is always allowed, so that even the largest secret can be read.
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

    def count(self, status: int) -> None:
        """Count a response."""
        self.statuses[status] = self.statuses.get(status, 0) + 1

    def forget(self, connection: Connection) -> None:
        """Remove a closed connection without a request in progress."""
        self.connections.remove(connection)
        if self.draining and not self.connections:
            self.emptied.set()
