"""Asks directories: in threads, so many at once for each mount, and at the next address if one fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import TypeVar

from strongroom.lib.errors import UpstreamFailed
from strongroom.lib.ldap.connecting import Connecting
from strongroom.lib.ldap.directory import Directory
from strongroom.lib.ldap.errors import OutOfReach, TooSlow
from strongroom.lib.ldap.library import library
from strongroom.lib.ldap.session import Session
from strongroom.lib.outgoing import Breakers, Threads

T = TypeVar("T")


class Directories:
    """All directories of one process.

    A thread that waits for a directory has a place among those of its `lane`, until the thread ends.  So a directory
    that hangs takes no other one's places, and never more threads than its own.

    Args:
        at_once: how many requests of one lane are before a directory at the same time. waiting: how many may wait for
            that.
        connecting: makes connections.
        breakers: by which a directory that doesn't respond isn't asked again and again; none, and it always is.
    """

    def __init__(
        self,
        *,
        at_once: int = 8,
        waiting: int = 120,
        connecting: Connecting | None = None,
        breakers: Breakers | None = None,
    ) -> None:
        self._threads = Threads("the directory", at_once=at_once, waiting=waiting)
        self._connecting = connecting or Connecting()
        self._breakers = breakers

    @property
    def taken(self) -> int:
        """How many requests ask a directory or wait for it now."""
        return self._threads.taken

    @property
    def refused(self) -> int:
        """How many requests were refused so far, because too many waited."""
        return self._threads.refused

    def check(self, lane: str, directory: Directory) -> None:
        """Raise `Unreachable` if a directory isn't asked just now, because it doesn't respond."""
        if self._breakers:
            self._breakers.check(_name(lane, directory))

    async def ask(self, lane: str, directory: Directory, work: Callable[[Session], T], *, repeats: bool = True) -> T:
        """Do some work with a directory.

        Args:
            lane: whose places it takes: a mount's.
            work: blocks; it may run again, with another address, when one dies. repeats: whether it may.

        Raises: what `work` raises; `RateLimited` if too many wait; `OutOfReach`; `TooSlow`.
        """
        with self._breakers.call(_name(lane, directory)) if self._breakers else nullcontext():
            deadline = time.monotonic() + directory.request_s
            try:
                return await self._threads.run(
                    lane,
                    lambda: _anywhere(self._connecting, directory, deadline, work, repeats),
                    within_s=directory.request_s + 0.5,
                )
            except TimeoutError as error:
                raise TooSlow("the directory did not answer in time") from error


def _name(lane: str, directory: Directory) -> str:
    return f"{lane} {directory!r}"


def _anywhere(
    connecting: Connecting, directory: Directory, deadline: float, work: Callable[[Session], T], repeats: bool
) -> T:
    """Do the work with the first address that can."""
    library()  # before anything is connected: it may be missing
    last: UpstreamFailed = OutOfReach("the directory cannot be reached")
    connect_by = min(deadline, time.monotonic() + directory.connect_s)
    for address in connecting.addresses(directory):
        try:
            session = Session(connecting.connect(address, directory, connect_by), directory, deadline)
        except OutOfReach as error:
            last = error
            continue
        try:
            result = work(session)
        except OutOfReach as error:  # not for a wrong password, which two directories would count
            connecting.dead.add(address)
            last = error
            if not repeats:
                raise
            continue
        except TooSlow:  # the next login begins elsewhere
            connecting.dead.add(address)
            raise
        finally:
            session.close()
        connecting.dead.remove(address)
        return result
    raise last
