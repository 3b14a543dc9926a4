"""What clients without tokens cost: the longest wait for `sys/health`, and the memory of the workers.

    python -m bench.strangers [--clients 10] [--workers 2] [--rounds 1]

Run it in the project's directory.  A server of its own is started in a directory that is removed afterwards.  Bodies of
more than twenty shapes are sent, huge ones and such as are just allowed.  The first line is what this machine takes
without any.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.conformance.processes.node import Node, running
from tests.conformance.processes.strangers import ALLOWED_BYTES, HUGE_BYTES, SHAPES, attack, resident_bytes

_MIB = 1024 * 1024


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1)
    wanted = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as home,
        running(Node(Path(home) / "node", workers_wanted=wanted.workers)) as node,
    ):
        node.ready()
        node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
        workers = node.workers()
        idle = resident_bytes(workers)
        print(f"{len(SHAPES)} shapes, {wanted.clients} clients, {wanted.workers} workers")
        for name, sizes in (("nothing", ()), ("huge", (HUGE_BYTES,)), ("allowed", (ALLOWED_BYTES,))):
            outcome = attack(node.address, sizes * wanted.rounds, wanted.clients, at_least_s=2.0)
            probes = sorted(outcome.probes)
            print(
                f"{name:8} answers {dict(outcome.statuses)}; {len(probes)} probes, {len(outcome.failures)} failed, "
                f"median {probes[len(probes) // 2] * 1000:.1f} ms, longest {probes[-1] * 1000:.1f} ms"
            )
        peak = resident_bytes(workers, "VmHWM")
        print(f"workers hold {idle / _MIB:.0f} MiB idle, {peak / _MIB:.0f} MiB at most ({peak / idle:.2f} times)")


if __name__ == "__main__":
    main()
