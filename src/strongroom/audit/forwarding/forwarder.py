"""Delivers a node's whole spool: finds its devices, and gives each to the outlet of its target."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

from strongroom.audit.forwarding.opening import UnknownTarget, open_target, shown
from strongroom.audit.forwarding.outlet import Outlet
from strongroom.audit.forwarding.reader import SpoolReader
from strongroom.audit.forwarding.target import Target
from strongroom.audit.spool.place import Place, try_lock
from strongroom.audit.spool.spool import places
from strongroom.lib.fault import where
from strongroom.lib.seldom import Seldom

LOOK_EVERY_S = 0.1
_LOCK = "forwarder"

_Aim = tuple[str, frozenset[tuple[str, str]]]
"""A target and its options.

Devices with the same target and options share one outlet, so that their lines don't mix.
"""

log = structlog.get_logger("audit")


class Forwarder:
    """Delivers the entries of a spool, in its own threads.

    An entry is delivered at least once.  If the process is killed during a delivery, the entry is sent again, after a
    newline that ends the incomplete line.

    Args:
        directory: the spool's directory. make: opens a target by its name and options.
    """

    def __init__(self, directory: Path, make: Callable[[str, Mapping[str, str]], Target] = open_target) -> None:
        self._directory = directory
        self._make = make
        self._outlets: dict[_Aim, Outlet] = {}
        self._known: set[str] = set()
        self._told = Seldom()
        self._lock = -1
        self._waits = False

    def look(self) -> None:
        """Find new devices.  One thread must call this every `LOOK_EVERY_S`."""
        if not self._alone():
            return
        for outlet in self._outlets.values():
            self._known.difference_update(outlet.gone())
        for place in places(self._directory):
            name = place.directory.name
            if name in self._known:
                continue
            try:
                target = place.target
                if not target:
                    continue  # a worker is still creating it
                outlet = self._outlet(target, place.options)
                reader = SpoolReader(place)
            except (OSError, UnknownTarget) as error:
                self._say(place, str(error))
                continue
            except Exception as error:  # a fault of ours
                self._say(place, where(error))
                continue
            self._known.add(name)
            outlet.add(reader)

    def _outlet(self, target: str, options: Mapping[str, str]) -> Outlet:
        aim = (target, frozenset(options.items()))
        if aim not in self._outlets:
            self._outlets[aim] = Outlet(shown(target, options), self._make(target, options))
        return self._outlets[aim]

    def _say(self, place: Place, reason: str) -> None:
        """Log a failure once in a while, because the attempt is repeated all the time."""
        if self._told.due(f"{place.directory} {reason}"):
            log.error("an audit spool cannot be forwarded", place=str(place.directory), reason=reason)

    def _alone(self) -> bool:
        """Whether no other forwarder uses this spool.  One that is just ending may still do so."""
        if self._lock >= 0:
            return True
        try:
            descriptor = os.open(self._directory / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except FileNotFoundError:
            return False  # no device needs a spool so far
        if try_lock(descriptor, fcntl.LOCK_EX):
            self._lock = descriptor
            return True
        os.close(descriptor)
        if not self._waits:
            self._waits = True
            log.warning("another process forwards this audit spool", place=str(self._directory))
        return False

    def drain(self, patience_s: float) -> None:
        """Deliver the waiting entries, and end.

        Args:
            patience_s: how long to wait for a target that blocks.  The remaining entries stay in the spool.
        """
        self.look()
        deadline = time.monotonic() + patience_s
        for outlet in self._outlets.values():
            outlet.drain()
        for (name, _), outlet in self._outlets.items():
            outlet.thread.join(max(0.0, deadline - time.monotonic()))
            if outlet.thread.is_alive():
                log.warning("audit entries stay in the spool: nobody reads them", target=name)
