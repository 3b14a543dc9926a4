"""One target and the thread that writes to it, so that a target that blocks delays no other target."""

from __future__ import annotations

import queue
import threading

import structlog

from strongroom.audit.forwarding.reader import SpoolReader
from strongroom.audit.forwarding.set_aside import set_aside
from strongroom.audit.forwarding.target import Target, Undeliverable
from strongroom.lib.fault import where

_SHORTEST_PAUSE_S = 0.005
_LONGEST_PAUSE_S = 0.1
"""How long an entry may wait after a time without entries."""
_LONGEST_RETRY_S = 1.0

log = structlog.get_logger("audit")


class Outlet:
    """Delivers the entries of all devices of one target.

    Args:
        name: the target's, for the log.
    """

    def __init__(self, name: str, target: Target) -> None:
        self._name = name
        self._target = target
        self._readers: list[SpoolReader] = []
        self._added: queue.SimpleQueue[SpoolReader] = queue.SimpleQueue()
        self._draining = threading.Event()
        self._failed = False
        """Whether this round failed.  The pauses then grow."""
        self._failing = False
        """Whether a failure was logged."""
        self._refusing = False
        """Whether it was logged that entries are set aside."""
        self._gone: queue.SimpleQueue[str] = queue.SimpleQueue()
        # A daemon thread, so that the process can end while a target blocks.  The waiting entries are on disk.
        self.thread = threading.Thread(target=self._run, name=f"audit to {name}", daemon=True)
        self.thread.start()

    def add(self, reader: SpoolReader) -> None:
        """Deliver the entries of this device too."""
        self._added.put(reader)

    def gone(self) -> list[str]:
        """The directories that were removed since the last call."""
        return [self._gone.get() for _ in range(self._gone.qsize())]

    def drain(self) -> None:
        """End the thread as soon as nothing waits."""
        self._draining.set()

    def _run(self) -> None:
        pause_s = _SHORTEST_PAUSE_S
        while True:
            last = self._draining.is_set()
            for _ in range(self._added.qsize()):
                self._readers.append(self._added.get())
            self._failed = False
            if sum(self._turn(reader, last=last) for reader in list(self._readers)):
                pause_s = _SHORTEST_PAUSE_S
            elif last:
                break  # entries that a target without a reader doesn't take stay in the spool
            else:
                self._draining.wait(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_RETRY_S if self._failed else _LONGEST_PAUSE_S)
        for reader in self._readers:
            reader.close()
        self._target.close()

    def _turn(self, reader: SpoolReader, *, last: bool) -> bool:
        """Deliver entries of one device.  Returns whether any was delivered."""
        try:
            if self._deliver(reader):
                return True
            # Remove the spool of a device that is no longer configured; at the end, any spool without a writer.
            gone = (last or reader.place.ended) and reader.try_remove()
        except OSError as error:
            gone = not reader.place.directory.exists()
            if not gone:
                self._say(str(error))
        except Exception as error:  # a bug of this server: the thread continues, and the entry stays in the spool
            gone = False
            self._say(where(error))
        if gone:
            self._drop(reader)
        return False

    def _drop(self, reader: SpoolReader) -> None:
        reader.close()
        self._readers.remove(reader)
        self._gone.put(reader.place.directory.name)
        if not self._readers:
            self._target.close()

    def _deliver(self, reader: SpoolReader) -> bool:
        """Deliver entries, or set one aside.

        Raises: `OSError` if the target doesn't take it now, the spool can't be read, or there is no space to set it
        aside.  The entry stays in the spool, and is sent again.
        """
        lines = reader.next(self._target.at_once)
        if not lines:
            return False
        reader.delivering()
        # A killed forwarder may have written a part of the line.  A newline separates that part from the whole line.
        sent = (b"\n" + lines[0], *lines[1:]) if reader.interrupted else lines
        try:
            taken = self._target.send(sent)
        except Undeliverable as error:
            set_aside(reader.place.undeliverable, lines[0])
            self._say_refused(reader, error)
            taken = 1
        else:
            self._refusing = False
        reader.delivered(taken)
        if self._failing:
            self._failing = False
            log.info("audit entries are delivered again", target=self._name)
        return True

    def _say_refused(self, reader: SpoolReader, error: Undeliverable) -> None:
        """Log a refusal once, until an entry is taken again."""
        if not self._refusing:
            self._refusing = True
            log.error(
                "audit entries are set aside: they can't be delivered",
                target=self._name,
                reason=str(error),
                place=str(reader.place.undeliverable),
            )

    def _say(self, reason: str) -> None:
        """Log a failure once, until the target works again."""
        self._failed = True
        if not self._failing:
            self._failing = True
            log.warning("audit entries wait in the spool", target=self._name, reason=reason)
