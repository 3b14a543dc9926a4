"""A follower that is killed while it takes over, over a slow link: what it serves is always of one moment."""

from __future__ import annotations

import random
import time

from tests.conformance.processes.wire import ConnectionBroken
from tests.conformance.program import wait_until
from tests.conformance.regions.pair import Pair, applied

from bench.regions.rows import put
from bench.regions.watching import Watching

_ROUNDS = 8
_SLOW_BYTES_PER_S = 2 << 20
_NAMES = tuple(f"kv/in-order-{number}" for number in range(10))


class Reader(Watching):
    """Reads secrets at the follower that the first region changes in order: no later one is ever ahead."""

    def __init__(self, both: Pair) -> None:
        super().__init__()
        self._both = both
        self.counts = {"one moment": 0, "nothing": 0}
        self.mixtures: list[list[int]] = []

    def _look(self) -> None:
        node = self._both.second.node
        while not self._stop.is_set():
            try:
                # Against the order in which they are written: time can only make the next one newer.
                answers = [node.call("GET", name) for name in reversed(_NAMES)]
            except (OSError, ConnectionBroken):
                self.counts["nothing"] += 1
                time.sleep(0.05)
                continue
            if any(answer.status != 200 for answer in answers):
                self.counts["nothing"] += 1
                continue
            self.counts["one moment"] += 1
            values = [int(answer.json["data"]["value"]) for answer in answers]
            if values != sorted(values):
                self.mixtures.append(values)


def change(both: Pair, number: int, rows: int) -> None:
    """Change the secrets in their order, between the rows that make the change a large one."""
    put(both.first, rows // 2)
    for name in _NAMES:
        both.first.node.ok("POST", name, {"value": str(number)})
    put(both.first, rows)


def faults(both: Pair, rows: int) -> None:
    """Kill the follower in each round at other moments, and start it again.  Raises `AssertionError` for a mixture."""
    both.first.node.ok("POST", "sys/mounts/kv", {"type": "kv"})
    change(both, 0, 1)
    put(both.first, rows)
    both.follow()
    both.switch.bytes_per_s = _SLOW_BYTES_PER_S
    dice = random.Random(1)  # noqa: S311 - when to kill
    for number in range(1, _ROUNDS + 1):
        change(both, number, rows)
        wanted = both.first.head()
        with Reader(both) as reader:
            for _ in range(2):
                time.sleep(dice.uniform(0.3, 4))
                both.second.node.kill()
                both.second.node.start()
                both.second.node.unseal()
            wait_until(lambda wanted=wanted: applied(both.second) >= wanted, both.trouble, 300)  # type: ignore[misc]
        assert both.second.node.ok("GET", _NAMES[-1]).json["data"] == {"value": str(number)}
        print(f"round {number}: killed twice; {reader.counts}, mixtures: {len(reader.mixtures)}", flush=True)
        assert not reader.mixtures, reader.mixtures
