"""A process that runs beside the workers of a node, for work that belongs neither to them nor to the supervisor."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import subprocess
import time
from collections.abc import Callable
from typing import Any

import msgspec
import structlog

from strongroom.server import child
from strongroom.server.protocol import Framing, Message, pack

log = structlog.get_logger("supervisor")

_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
_SETTLED_S = 60.0
"""One that ends sooner counts as a failed start: the next one waits longer."""
_RECEIVE_BYTES = 65536


class Companion:
    """One such process, from `start` to `end`; whenever it ends by itself, another takes its place.

    Args:
        name: for the log.
        module: what it runs.
        header: what it is told first.
        wanted: whether there is work for it yet; it isn't started before.
        finishing_s: how long it may go on after the last worker, from the moment when its control socket is closed.
            Without that it holds nothing that has to be finished, and is killed before the workers end.
    """

    def __init__(
        self,
        name: str,
        module: str,
        header: dict[str, Any],
        *,
        wanted: Callable[[], bool] = lambda: True,
        finishing_s: float = 0.0,
    ) -> None:
        self.name = name
        self.finishing_s = finishing_s
        self._wanted = wanted
        self._module = module
        self._header = header
        self._selector: selectors.BaseSelector | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._framing = Framing()
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
                return
            log.error("a process ended by itself", name=self.name, pid=self._process.pid, status=status)
            self._hang_up()
            self._process = None
            self._failures = 1 if now - self._started_at > _SETTLED_S else self._failures + 1
            self._due_at = now + min(_PAUSE_S * 2**self._failures, _LONGEST_PAUSE_S)
        if now < self._due_at or not self._wanted():
            return
        try:
            self._process, self._control = child.start(self._module, ())
        except OSError as error:
            log.error("a process cannot be started", name=self.name, reason=error.strerror)
            self._due_at = now + _LONGEST_PAUSE_S
            return
        self._started_at = now
        self._framing = Framing()
        self._selector.register(self._control, selectors.EVENT_READ, self)
        self._send(Message("start", body={**self._header, "supervisor": os.getpid()}), 0)

    def send(self, message: Message) -> None:
        """Tell it something; one that doesn't run isn't told."""
        # Without waiting: it may be busy for minutes, and the supervisor must not be.
        self._send(message, socket.MSG_DONTWAIT)

    def _send(self, message: Message, flags: int) -> None:
        if self._control is None:
            return
        try:
            self._control.sendall(pack(message), flags)
        except OSError as error:
            # Half a message may have gone, so nothing that follows would be understood.
            log.error("a process is ended: it does not listen", name=self.name, reason=error.strerror)
            self._give_up()

    def receive(self) -> list[Message]:
        """What it says, once its socket is readable."""
        if self._control is None:
            return []
        try:
            data = self._control.recv(_RECEIVE_BYTES)
            if data:
                return self._framing.feed(data)
        except OSError as error:
            log.error("a process is not heard", name=self.name, reason=error.strerror)
        except (ValueError, msgspec.MsgspecError) as error:
            log.error("a process is killed: what it says makes no sense", name=self.name, reason=str(error))
        # It says no more, so it is of no more use.
        self._give_up()
        return []

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
        if self._control is None:
            return
        if self._selector is not None:
            self._selector.unregister(self._control)
        self._control.close()
        self._control = None
