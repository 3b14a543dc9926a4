"""A second region on this machine: its lag, its pauses, and what it costs the first one.

    python -m bench.regions [--rows 50000] [--rate 200] [--seconds 10] [--faults]

Run it in the project's directory.  Two nodes with two workers each work on SQLite in a directory that is removed
afterwards.  With `--faults` nothing is measured: the follower is killed again and again while it takes over, over a
slow link, and whatever it serves has to be of one moment.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from pathlib import Path

from tests.conformance.processes.node import running
from tests.conformance.program import wait_until
from tests.conformance.regions.pair import Pair, Region, applied, join, region
from tests.conformance.regions.switch import Switch

from bench.client import percentile
from bench.regions.faults import faults
from bench.regions.rows import put
from bench.regions.watching import Watching

_WRITERS = 4


def writes_per_second(first: Region, seconds: float) -> float:
    """How many secrets a second some clients write, each as fast as it can."""
    until, counts = time.monotonic() + seconds, [0] * _WRITERS

    def write(client: int) -> None:
        with first.node.connect() as connection:
            while time.monotonic() < until:
                body, token = {"value": str(counts[client])}, {"X-Vault-Token": first.node.token}
                answer = connection.call("POST", f"kv/load-{client}-{counts[client] % 100}", body, headers=token)
                assert answer.status == 204, answer
                counts[client] += 1

    threads = [threading.Thread(target=write, args=(client,)) for client in range(_WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def lags(both: Pair, rate: float, seconds: float) -> list[float]:
    """How long single secrets take to be served by the follower, while others are written at a rate."""
    stop, found, written = threading.Event(), list[float](), 0

    def load() -> None:
        nonlocal written
        began = time.monotonic()
        with both.first.node.connect() as connection:
            while not stop.is_set():
                headers = {"X-Vault-Token": both.first.node.token}
                connection.call("POST", f"kv/paced-{written % 500}", {"value": "x" * 200}, headers=headers)
                written += 1
                time.sleep(max(0.0, began + written / rate - time.monotonic()))

    thread = threading.Thread(target=load)
    thread.start()
    began = time.monotonic()
    with both.second.node.connect() as there:
        for number in range(10_000):
            if time.monotonic() - began > seconds:
                break
            both.first.node.ok("POST", f"kv/mark-{number}", {"value": "1"})
            since = time.monotonic()
            while (
                there.call("GET", f"kv/mark-{number}", headers={"X-Vault-Token": both.first.node.token}).status != 200
            ):
                time.sleep(0.001)
            found.append(time.monotonic() - since)
    stop.set()
    thread.join()
    print(f"     {written / (time.monotonic() - began):.0f} writes/s")
    return found


class Watch(Watching):
    """Reads one secret at the follower again and again; the longest time for which it wasn't served."""

    def __init__(self, watched: Region) -> None:
        super().__init__()
        self._region = watched
        self.refused_s = 0.0

    def _look(self) -> None:
        since = 0.0
        with self._region.node.connect() as connection:
            while not self._stop.is_set():
                answer = connection.call("GET", "kv/before", headers={"X-Vault-Token": self._region.node.token})
                now = time.monotonic()
                if answer.status == 200:
                    self.refused_s, since = max(self.refused_s, now - since if since else 0.0), 0.0
                elif not since:
                    since = now
                time.sleep(0.002)


def measure(both: Pair, rows: int, rate: float, seconds: float) -> None:
    """All of it, one after the other."""
    first, second = both.first, both.second
    first.node.ok("POST", "sys/mounts/kv", {"type": "kv"})
    first.node.ok("POST", "kv/before", {"value": "1"})
    writes_per_second(first, 2)  # what is done for the first time takes longer
    alone = writes_per_second(first, seconds)
    token = first.token(f"127.0.0.1:{both.switch.port}")
    print(f"{alone:7.0f} writes/s alone, {writes_per_second(first, seconds):.0f} as a first region without a follower")
    put(first, rows)
    wanted, began = first.head(), time.monotonic()
    join(second, token, first.node.token)
    wait_until(lambda: applied(second) >= wanted, both.trouble, 300)
    print(f"{time.monotonic() - began:7.1f} s from joining to having all {rows} rows")
    print(f"{writes_per_second(first, seconds):7.0f} writes/s with a follower")
    both.level()
    found = lags(both, rate, seconds)
    print(
        f"{percentile(found, 0.5):7.0f} ms until a write is served by the follower, "
        f"p95 {percentile(found, 0.95):.0f} ms, worst {max(found) * 1000:.0f} ms of {len(found)}"
    )
    both.level()
    both.switch.cut()
    put(first, rows)
    wanted = first.head()
    with Watch(second) as watch:
        began = time.monotonic()
        both.switch.mend()
        wait_until(lambda: applied(second) >= wanted, both.trouble, 300)
        taken = time.monotonic() - began
    print(f"{taken:7.1f} s to take over {rows} changed rows, of which it served nothing for {watch.refused_s:.2f} s")
    both.switch.cut()
    with Watch(second) as watch:
        began = time.monotonic()
        second.node.ok("PUT", "sys/region/promote")
        second.node.ok("POST", "kv/after", {"value": "1"})
        taken = time.monotonic() - began
    print(f"{taken * 1000:7.0f} ms from the promotion to the first write; reads refused for {watch.refused_s:.2f} s")


def main() -> None:
    """Measure, or try faults."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--faults", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="regions-") as name:
        first, second = region(Path(name) / "first", workers=2), region(Path(name) / "second", workers=2)
        with running(first.node), running(second.node), Switch(first.port) as switch:
            first.node.ready(3, 2)
            second.node.ready(3, 2)
            both = Pair(first, second, switch)
            if given.faults:
                faults(both, given.rows)
            else:
                measure(both, given.rows, given.rate, given.seconds)


if __name__ == "__main__":
    main()
