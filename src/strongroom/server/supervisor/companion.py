"""A process that runs beside the workers of a node, for work that belongs neither to them nor to the supervisor."""

from __future__ import annotations

import contextlib
import selectors
import subprocess
import time
from collections.abc import Callable
from signal import Signals

import structlog

from strongroom.server import build
from strongroom.server.build import Build
from strongroom.server.messages.companions import FromCompanion, ToCompanion
from strongroom.server.messages.framing import Garbled
from strongroom.server.supervisor import child
from strongroom.server.supervisor.channel import Channel

log = structlog.get_logger("supervisor")

_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
_SETTLED_S = 60.0
"""One that ends sooner counts as a failed start: the next one waits longer."""


class Companion:
    """One such process, from `start` to `end`; whenever it ends by itself, another takes its place.

    Args:
        name: for the log.
        module: what it runs.
        start: what it is told first.
        running: the build of the supervisor, which has to be its as well.
        wanted: whether there is work for it yet; it isn't started before.
        finishing_s: how long it may go on after the last worker, from the moment when its control socket is closed.
            Without that it holds nothing that has to be finished, and is killed before the workers end.
    """

    def __init__(
        self,
        name: str,
        module: str,
        start: ToCompanion,
        running: Build,
        *,
        wanted: Callable[[], bool] = lambda: True,
        finishing_s: float = 0.0,
    ) -> None:
        self.name = name
        self.finishing_s = finishing_s
        self._wanted = wanted
        self._module = module
        self._start = start
        self._running = running
        self._selector: selectors.BaseSelector | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel[FromCompanion] | None = None
        self._started_at = 0.0
        self._failures = 0
        self._due_at = 0.0

    def start(self, selector: selectors.BaseSelector) -> None:
        """Run it from now on.  `selector` tells who has to call `receive`, with this object as its data."""
        self._selector = selector
        self._due_at = 0.0
        self.tick()

    def tick(self) -> None:
        """Notice that it has ended, and start it when it is time to."""
        if self._selector is None:
            return
        now = time.monotonic()
        if self._process is not None:
            status = self._process.poll()
            if status is None:
                self._flush()
                return
            log.error("a process ended by itself", name=self.name, pid=self._process.pid, status=status)
            self._hang_up()
            self._process = None
            self._failures = 1 if now - self._started_at > _SETTLED_S else self._failures + 1
            self._due_at = now + min(_PAUSE_S * 2**self._failures, _LONGEST_PAUSE_S)
        if now >= self._due_at and self._wanted() and not self._replaced(now):
            self._run(now)

    def _replaced(self, now: float) -> bool:
        """Whether the package isn't the one that the supervisor runs: then it waits."""
        found = build.installed()
        if found.digest == self._running.digest:
            return False
        log.error(build.refusal(self._running, found.version), name=self.name)
        self._due_at = now + _LONGEST_PAUSE_S
        return True

    def _run(self, now: float) -> None:
        try:
            self._process, control = child.start(self._module, self._running.digest, ())
        except OSError as error:
            log.error("a process cannot be started", name=self.name, reason=error.strerror)
            self._due_at = now + _LONGEST_PAUSE_S
            return
        self._started_at = now
        self._channel = Channel(control, FromCompanion)
        if self._selector is not None:
            self._selector.register(control, selectors.EVENT_READ, self)
        self.send(self._start)

    def send(self, message: ToCompanion) -> None:
        """Tell it something, without waiting; one that doesn't run isn't told."""
        if self._channel is None:
            return
        try:
            self._channel.send(message)
        except OSError as error:
            log.error("a process is ended: it does not listen", name=self.name, reason=str(error))
            self._give_up()

    def _flush(self) -> None:
        if self._channel is not None:
            # One that has gone is noticed by its process id.
            with contextlib.suppress(OSError):
                self._channel.flush()

    @property
    def pid(self) -> int:
        """Its process id; 0 while it doesn't run."""
        return self._process.pid if self._process is not None else 0

    def signal(self, number: Signals) -> None:
        """Send it a signal; one that doesn't run isn't sent it."""
        if self._process is not None:
            self._process.send_signal(number)

    def receive(self) -> list[FromCompanion]:
        """What it says, once its socket is readable."""
        if self._channel is None:
            return []
        try:
            messages = self._channel.receive()
        except Garbled as error:
            log.error("a process is killed: it sent an invalid message", name=self.name, reason=str(error))
            messages = None
        if messages is None:  # it says no more, so it is of no more use
            self._give_up()
        return messages or []

    def _give_up(self) -> None:
        """End it; `tick` notices, and starts another."""
        self._hang_up()
        if self._process is not None:
            self._process.kill()

    def end(self, patience_s: float = 0.0) -> None:
        """End it for good.

        Args:
            patience_s: for how long it may finish.
        """
        self._hang_up()
        self._selector = None
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                if patience_s:
                    self._process.wait(patience_s)
            self._process.kill()
            self._process.wait()
            self._process = None

    def _hang_up(self) -> None:
        if self._channel is None:
            return
        if self._selector is not None:
            self._selector.unregister(self._channel.sock)
        self._channel.sock.close()
        self._channel = None
