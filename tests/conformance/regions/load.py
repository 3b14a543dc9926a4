"""Clients that write to a region, and what they were told."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.conformance.regions.pair import Region

WRITERS = 4


@dataclass(slots=True)
class Log:
    """What the clients were told: which of their writes were acknowledged, in each one's order."""

    acknowledged: dict[int, list[int]] = field(default_factory=lambda: {each: [] for each in range(WRITERS)})
    begun: dict[int, int] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)

    def counts(self) -> dict[int, int]:
        """How many writes of each client were acknowledged so far."""
        return {each: len(done) for each, done in self.acknowledged.items()}

    def unsure(self) -> set[str]:
        """The names of what was sent without an acknowledgement: the region may have it."""
        return {f"{each}-{number}" for each, number in self.begun.items() if number not in self.acknowledged[each]}

    def write(self, region: Region, client: int) -> None:
        """Write secrets one after the other until told to stop."""
        number = 0
        with region.node.connect() as connection:
            while not self.stop.is_set():
                number += 1
                self.begun[client] = number
                headers = {"X-Vault-Token": region.node.token}
                answer = connection.call("POST", f"kv/{client}-{number}", {"value": str(number)}, headers=headers)
                if answer.status == 204:
                    self.acknowledged[client].append(number)


@contextlib.contextmanager
def writing(region: Region) -> Iterator[Log]:
    """Clients that write until the end of the block."""
    log = Log()
    threads = [threading.Thread(target=log.write, args=(region, each)) for each in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        yield log
    finally:
        log.stop.set()
        for thread in threads:
            thread.join()
