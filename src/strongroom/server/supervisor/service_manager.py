"""Tells the service manager how the node is, by its protocol of datagrams.

Source: https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping

import structlog

log = structlog.get_logger("supervisor")

_SOCKET = "NOTIFY_SOCKET"
_WATCHDOG = "WATCHDOG_USEC"
_WATCHDOG_PID = "WATCHDOG_PID"
VARIABLES = frozenset({_SOCKET, _WATCHDOG, _WATCHDOG_PID})
"""For the main process alone."""


class ServiceManager:
    """The service manager that started this process.  Without one, nothing is sent.

    Args:
        environment: of the process.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = _address(environment.get(_SOCKET, ""))
        self._every_s = _watchdog_s(environment)
        self._due_at = 0.0
        self._status = ""
        self._failed = False

    def ready(self) -> None:
        """The listeners answer, or answer again after a reload."""
        self._tell("READY=1")

    def reloading(self) -> None:
        """The configuration is read again; `ready` says when that is done."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The node ends."""
        self._tell("STOPPING=1")

    def status(self, text: str) -> None:
        """Say in a line how the node is, if that has changed."""
        if text != self._status:
            self._status = text
            self._tell(f"STATUS={text}")

    def alive(self, now: float) -> None:
        """Say that this process goes on, when it is time to.

        Args:
            now: on a monotonic clock.
        """
        if self._every_s and now >= self._due_at:
            self._due_at = now + self._every_s
            self._tell("WATCHDOG=1")

    def _tell(self, text: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
                # A manager that doesn't read must not stop what it manages.
                sock.sendto(text.encode(), socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL, self._address)
        except OSError as error:
            if not self._failed:
                log.warning("the service manager cannot be notified", address=self._address, reason=error.strerror)
            self._failed = True
        else:
            self._failed = False


def _address(given: str) -> str:
    """Where it listens: a path, or with `@` a name without a file; other forms mean machines of its own."""
    if given.startswith("@"):
        return "\0" + given[1:]
    return given if given.startswith("/") else ""


def _watchdog_s(environment: Mapping[str, str]) -> float:
    """How often it wants to hear that this process goes on: twice within its limit; 0 for never."""
    limit, whose = environment.get(_WATCHDOG, ""), environment.get(_WATCHDOG_PID, "")
    if not limit.isdecimal() or (whose and whose != str(os.getpid())):
        return 0.0
    return int(limit) / 1_000_000 / 2
