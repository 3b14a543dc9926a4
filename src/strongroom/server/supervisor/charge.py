"""What a supervisor is in charge of (values only)."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass

from strongroom.server.build import Build
from strongroom.server.messages.to_worker import Reload, Start
from strongroom.server.supervisor.companion import Companion


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """The parts of one node.

    Attributes:
        sockets: per worker, one listening socket for each listener.
        start: what every worker is told first.
        build: what this process runs, and all others have to run.
        worker_timeout_s: for how long a worker may be silent; 0 for ever.
        drain_delay_s: for how long the node goes on serving after it was told to stop.
        on_ready: called once, when the first workers listen.
        reload: called on SIGHUP, before the workers are told; what it returns, they are told.
        companions: processes that run beside the workers, once the first of these listen.
        proven: workers have served with this configuration: what keeps them from it now is waited out.
    """

    sockets: list[list[socket.socket]]
    start: Start
    build: Build
    worker_timeout_s: float
    on_ready: Callable[[], None]
    reload: Callable[[], Reload]
    drain_delay_s: float = 0.0
    companions: tuple[Companion, ...] = ()
    proven: bool = False
