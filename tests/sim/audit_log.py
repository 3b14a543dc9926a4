"""Audit logs as a device would have them, and what a check finds in them."""

from __future__ import annotations

from collections.abc import Iterable

from strongroom.audit.chain import Chain
from strongroom.audit.strand import ChainKey
from strongroom.audit.verification import Verification


class Written:
    """The lines of one writer."""

    def __init__(self, key: bytes, writer: str = "a", prefix: bytes = b"") -> None:
        self._prefix = prefix
        self._count = 0
        self.chain = Chain(key, writer)
        self.lines: list[bytes] = []
        """What the device has taken."""

    def write(self, count: int, taken: int | None = None, *, apart: bool = False) -> None:
        """Write entries together.

        Args:
            taken: how many the device takes; None for all. apart: whether each has a MAC of its own.
        """
        entries = [b'{"n":%d}' % number for number in range(self._count, self._count + count)]
        batch = self.chain.apart(entries) if apart else self.chain.together(entries)
        taken = count if taken is None else taken
        self.chain.take(batch, taken)
        self._count += taken
        self.lines += [self._prefix + line for line in batch.lines[:taken]]


def faults(key: bytes, *files: Iterable[bytes], prefix: bytes = b"") -> list[str]:
    """What is wrong with the files of a log, of whose ends the store knows nothing."""
    checking = Verification([ChainKey(key, prefix, {})])
    found = [f"{fault.line}: {fault.problem}" for file in files for fault in checking.file(file)]
    return [*found, *checking.finish().faults]
