"""What becomes of acknowledged writes, of revocations and of answers while nodes and databases die.

    python -m bench.chaos [--seconds 600] [--seed 1]

Run it in the project's directory, as root or as a user who may run PostgreSQL's programs.  Three nodes of two workers
each work on a PostgreSQL with a synchronous standby.  Clients are spread over all nodes.  Nodes are killed and stopped
at random, the database is restarted, crashes, and fails over once.  The exit code is 1 if anything that was
acknowledged is lost, or anything that was revoked is served.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.chaos.clients import Client, Reader, Revoker, Writer
from bench.chaos.cluster import Cluster, Event, running_cluster
from bench.chaos.ledger import Ledger, Register

_WRITERS, _READERS, _REVOKERS = 2, 1, 1  # of each node
_REST_S = 6.0
"""Between two events."""


def _start_clients(cluster: Cluster, stop: threading.Event, seed: int) -> tuple[Ledger, list[Client]]:
    registers = [Register(f"kv/register-{number}") for number in range(_WRITERS * len(cluster.nodes))]
    ledger, left = Ledger(registers), list(registers)
    clients: list[Client] = []
    for node in cluster.nodes.values():
        kinds: list[type[Client]] = [Writer] * _WRITERS + [Reader] * _READERS + [Revoker] * _REVOKERS
        for kind in kinds:
            client = kind(node, cluster.nodes, ledger, stop, seed + len(clients))
            if isinstance(client, Writer):
                client.register = left.pop()
            clients.append(client)
    for client in clients:
        client.start()
    return ledger, clients


def _befall(cluster: Cluster, seconds: float, chance: random.Random) -> None:
    """Let things happen until the time is over."""
    began = time.monotonic()
    planned: list[tuple[float, Callable[[], None]]] = [
        (0.25, cluster.restart),
        (0.5, cluster.crash),
        (0.75, cluster.fail_over),
    ]
    while (done := (time.monotonic() - began) / seconds) < 1:
        if planned and done >= planned[0][0]:
            planned.pop(0)[1]()
        else:
            name = chance.choice(sorted(cluster.nodes))
            (cluster.pause if chance.random() < 0.25 else cluster.kill)(name)
        time.sleep(_REST_S)
    for _, event in planned:  # a short run, too, has all three
        event()
        time.sleep(_REST_S)


def _check_at_the_end(cluster: Cluster, ledger: Ledger) -> None:
    """Read everything once more, on each node."""
    for name, node in cluster.nodes.items():
        for register in ledger.registers:
            answer = node.call("GET", register.path)
            number = answer.data["n"] if answer.status == 200 else 0
            ledger.seen(name, register, register.acknowledged, number)
        for token in ledger.revoked:
            if node.call("GET", "auth/token/lookup-self", token=token).status != 403:
                ledger.found_wrong(f"{name}: a revoked token is taken in the end")


def _gap(event: Event, ledger: Ledger, names: list[str]) -> tuple[float, str]:
    """The longest time without a success of a node that the event didn't take away, and the node."""
    others = [name for name in names if name not in event.out]
    return max((ledger.longest_gap(name, event.at - 1, event.until + _REST_S), name) for name in others)


def _report(cluster: Cluster, ledger: Ledger) -> int:
    names = sorted(cluster.nodes)
    print(f"\n{'event':36}{'took':>8}  longest time without a success on another node")
    worst: dict[str, float] = {}
    for event in cluster.events:
        gap, name = _gap(event, ledger, names)
        kind = event.what.partition(" ")[0] if event.out else event.what
        worst[kind] = max(worst.get(kind, 0.0), gap)
        print(f"{event.what:36}{event.until - event.at:7.1f}s  {gap:.2f}s ({name})")
    print("\nworst: " + ", ".join(f"{kind} {gap:.2f}s" for kind, gap in sorted(worst.items())))
    acknowledged = sum(register.acknowledged for register in ledger.registers)
    answers = sum(len(times) for times in ledger.successes.values())
    print(f"{answers} answers, {acknowledged} writes acknowledged at most, {len(ledger.revoked)} tokens revoked")
    print("requests that came to nothing:", dict(sorted(ledger.failures.items())) or "none")
    for what in ledger.wrong[:20]:
        print("WRONG:", what)
    print("nothing acknowledged was lost, nothing revoked was served" if not ledger.wrong else "FAILED")
    return 1 if ledger.wrong else 0


def main() -> int:
    """Run it.  Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.chaos")
    parser.add_argument("--seconds", type=float, default=600.0, help="for how long things happen")
    parser.add_argument("--seed", type=int, default=1, help="of what happens to whom")
    wanted = parser.parse_args()
    stop = threading.Event()
    with tempfile.TemporaryDirectory() as home, running_cluster(Path(home)) as cluster:
        ledger, clients = _start_clients(cluster, stop, wanted.seed)
        time.sleep(_REST_S)
        _befall(cluster, wanted.seconds, random.Random(wanted.seed))  # noqa: S311 - no secret
        stop.set()
        for client in clients:
            client.join()
        _check_at_the_end(cluster, ledger)
        return _report(cluster, ledger)


if __name__ == "__main__":
    sys.exit(main())
