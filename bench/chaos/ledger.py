"""What clients were told, and what of it turned out to be wrong."""

from __future__ import annotations

import itertools
import threading
import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Register:
    """A secret that one client writes, with growing numbers."""

    path: str
    acknowledged: int = 0
    """The last number whose write was answered with success."""
    attempted: int = 0
    """The last number that was sent."""
    unanswered: set[int] = field(default_factory=set)
    """Numbers whose writes were not answered with success.

    Each may yet take place, once: a node that stood still carries out what it was sent before, after what another of
    its workers has taken meanwhile.
    """
    late: dict[int, int] = field(default_factory=dict)
    """Of those, the ones that were read though later ones were acknowledged: what had been attempted by then."""


@dataclass(slots=True)
class Ledger:
    """The claims of all clients.  Its methods may be called from any thread."""

    registers: list[Register]
    revoked: list[str] = field(default_factory=list, repr=False)
    """Tokens whose revocation was answered with success."""
    wrong: list[str] = field(default_factory=list)
    successes: dict[str, list[float]] = field(default_factory=dict)
    """When each node answered with success, by its name."""
    failures: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def succeeded(self, node: str) -> None:
        """A node has answered as it should."""
        with self._lock:
            self.successes.setdefault(node, []).append(time.monotonic())

    def failed(self, reason: str) -> None:
        """A request came to nothing: nobody was promised anything."""
        with self._lock:
            self.failures[reason] = self.failures.get(reason, 0) + 1

    def found_wrong(self, what: str) -> None:
        """An answer contradicts an earlier one."""
        with self._lock:
            self.wrong.append(what)

    def seen(self, node: str, register: Register, least: int, number: int) -> None:
        """A read that began when `least` was acknowledged has shown `number`."""
        if least <= number <= register.attempted:
            return
        with self._lock:
            # What took its place since is not replaced by it a second time.
            if number in register.unanswered and least <= register.late.setdefault(number, register.attempted):
                return
        self.found_wrong(f"{node}: {register.path} is {number}, not from {least} to {register.attempted}")

    def longest_gap(self, node: str, since: float, until: float) -> float:
        """The longest time without a success of a node in a period, in seconds."""
        with self._lock:
            times = [at for at in self.successes.get(node, []) if since <= at <= until]
        edges = [since, *times, until]
        return max(after - before for before, after in itertools.pairwise(edges))
