"""Worker processes: what each adds."""

from __future__ import annotations

from bench.curves.curve import Chart, CurveKind, Run
from bench.load.requests import Wanted
from bench.operations.prepared import SECRETS, VALUE, prepare
from bench.servers import usage
from bench.servers.server import OURS
from bench.servers.settings import ServerSettings

_STEPS = (1, 2, 3, 4)


def _run(run: Run) -> None:
    with run.server(OURS) as at:
        token = prepare(at).token
        for count in run.steps(*_STEPS, kind=OURS):
            at.stop()
            at.settings = ServerSettings(workers=count)
            at.start()
            at.unseal()
            at.settle()
            run.measure(at, Wanted("GET", "kv2/data/app/{n}", token=token, numbers=SECRETS), count, "reads")
            write = Wanted("POST", "kv2/data/app/{n}", {"data": VALUE}, token, SECRETS)
            run.measure(at, write, count, "writes")
            run.add(count, "memory, MiB", OURS, usage.memory_mib(at.group))


WORKERS = CurveKind(
    "workers",
    "Workers",
    "worker processes",
    _run,
    (
        Chart("reads/s", "Reads a second"),
        Chart("writes/s", "Writes a second"),
        Chart("memory, MiB", "Memory of all processes, in MiB"),
    ),
    40,
)
