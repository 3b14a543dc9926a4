"""Entries on their way to the devices: those of one turn are written together, with one write for each device."""

from __future__ import annotations

import itertools
import time
from typing import Final

from strongroom.audit.channel import Channel
from strongroom.audit.counts import AuditCounts
from strongroom.audit.standing import Standing
from strongroom.lib.errors import Internal

REFUSED: Final = "failed to audit request, cannot continue"
_FAILED: Final = "no audit device took the entry"
_MOST_BYTES: Final = 1024 * 1024
"""What waits is written when it is more than this: entries of large secrets must not fill the memory."""


class Entry:
    """One entry, of a request or of a response, for all devices.

    Args:
        rescue: whether its request may make room, and was allowed.
        response: whether it is the entry of a response.
    """

    __slots__ = ("fault", "is_taken", "is_written", "rescue", "response")

    def __init__(self, *, rescue: bool, response: bool = False) -> None:
        self.rescue = rescue
        self.response = response
        self.is_written = False
        """Whether it was given to every device."""
        self.is_taken = False
        """Whether a device took it."""
        self.fault: Exception | None = None
        """A bug of this server in a device: that another one took the entry must not hide it."""

    def check(self) -> None:
        """Raise `Internal` if no device took it, or the exception that nobody foresaw."""
        if self.fault is not None:
            raise self.fault
        if not self.is_taken:
            raise Internal(REFUSED, detail=_FAILED)


_FIRST: Final = Entry(rescue=False)
"""Stands for the first of two lines that are one entry.  Nobody asks what became of it."""


class Gathering:
    """Entries that wait for the end of the turn.

    Args:
        standing: whether each device took its last entry.
    """

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._waiting: dict[Channel, list[tuple[bytes, Entry]]] = {}
        self._bytes = 0
        self.counts = AuditCounts()

    def add(self, entry: Entry, lines: list[tuple[Channel, bytes]]) -> None:
        """Have an entry written with the next ones.

        Args:
            lines: the entry as each device writes it.  Without devices, nothing has to take it.
        """
        if not lines:
            entry.is_written = entry.is_taken = True
            return
        for channel, line in lines:
            self._waiting.setdefault(channel, []).append((line, entry))
            self._bytes += len(line)
        if self._bytes > _MOST_BYTES:
            self.write()

    def add_both(self, entry: Entry, lines: list[tuple[Channel, bytes, bytes]]) -> None:
        """Have two lines written with the next ones, of a request and of its response.

        Args:
            entry: of both.  It is taken when the second one is, because devices take lines in their order.
        """
        if not lines:
            entry.is_written = entry.is_taken = True
            return
        for channel, request, response in lines:
            waiting = self._waiting.setdefault(channel, [])
            waiting.append((request, _FIRST))
            waiting.append((response, entry))
            self._bytes += len(request) + len(response)
        if self._bytes > _MOST_BYTES:
            self.write()

    def require(self, entry: Entry) -> None:
        """Write what waits, if the entry is part of it.

        Raises: `Internal` if no device took the entry; an exception that nobody foresaw.
        """
        if not entry.is_written:
            self.write()
        entry.check()

    def write(self) -> None:
        """Give every device what waits for it, whatever became of that at another one."""
        if not self._waiting:
            return
        waiting, self._waiting, self._bytes = self._waiting, {}, 0
        for channel, lines in waiting.items():
            # The last parts of the reserve are only for requests that may free space.  Nothing is moved: a request that
            # was allowed only when it ran again has its first entry among those of the others.
            for rescue, part in itertools.groupby(lines, key=lambda line: line[1].rescue):
                self._give(channel, list(part), rescue=rescue)
            for _, entry in lines:
                entry.is_written = True
        if self._standing.failing:
            self._count_lost(waiting)
        _FIRST.fault = None  # it would hold the lines for ever

    def _count_lost(self, waiting: dict[Channel, list[tuple[bytes, Entry]]]) -> None:
        for entry in {entry for lines in waiting.values() for _, entry in lines if entry is not _FIRST}:
            if not entry.is_taken:
                self.counts.lost(response=entry.response)

    def _give(self, channel: Channel, lines: list[tuple[bytes, Entry]], *, rescue: bool) -> None:
        taken = 0

        def write() -> None:
            """Write what the device hasn't taken yet.  Called again when there is room for more."""
            nonlocal taken
            while taken < len(lines):
                taken += channel.write([line for line, _ in lines[taken:]])

        begun = time.perf_counter()
        try:
            self._standing.take(channel.record, write, rescue=rescue)
        except Exception as error:  # a bug in one device must not keep the others from taking their entries
            for _, entry in lines[taken:]:
                entry.fault = error
        self.counts.written(channel.record.path, time.perf_counter() - begun, taken=taken == len(lines))
        for _, entry in lines[:taken]:
            entry.is_taken = True
