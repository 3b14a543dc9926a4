"""The tail of reads beside each job."""

from __future__ import annotations

from bench.client import percentile
from bench.curves.curve import Chart, CurveKind, Run
from bench.curves.tail.jobs import JOBS, prepare_jobs
from bench.curves.tail.reads import during


def _run(run: Run) -> None:
    for kind in run.kinds:
        with run.server(kind) as at:
            prepared = prepare_jobs(at, run.most)
            for number in run.steps(*range(len(JOBS)), kind=kind):
                job = JOBS[number]
                with run.noting(f"{kind}, {job.name}"):
                    took = during(job, prepared, max(2.0, 2 * run.load.seconds))
                    for name, part in (("median", 0.5), ("p99", 0.99)):
                        run.add(number, f"{name} of reads, ms", kind, percentile(took, part))
                    run.add(number, "longest read, ms", kind, max(took) * 1000)


TAIL = CurveKind(
    "tail",
    "Reads while something long runs",
    "what runs meanwhile",
    _run,
    (Chart("p99 of reads, ms", "The slowest of a hundred reads while something else runs, in milliseconds"),),
    360,
    tuple(job.name for job in JOBS),
)
