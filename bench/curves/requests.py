"""What requests look like: the size of a value, the number of connections, the share of writes, TLS."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bench.curves.curve import Chart, CurveKind, Run
from bench.load.requests import Mix, Wanted
from bench.operations.prepared import SECRETS, VALUE, Prepared, prepare
from bench.servers.settings import ServerSettings

_SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
_CONNECTIONS = (1, 4, 16, 64, 256, 1_000)
_TLS_CONNECTIONS = (1, 8, 64)
_SHARES = (0, 1, 5, 10, 25, 50)


def _read(prepared: Prepared) -> Wanted:
    return Wanted("GET", "kv2/data/app/{n}", token=prepared.token, numbers=SECRETS)


def _write(prepared: Prepared) -> Wanted:
    return Wanted("POST", "kv2/data/app/{n}", {"data": VALUE}, prepared.token, SECRETS)


def _values(run: Run) -> None:
    for kind in run.kinds:
        with run.server(kind) as at:
            token = prepare(at).token
            for size in run.steps(*_SIZES, kind=kind):
                body = {"data": {"value": "x" * size}}
                with run.noting(f"{kind} {size}"):
                    at.api("POST", f"kv2/data/app/size{size}", body)
                    run.measure(at, Wanted("GET", f"kv2/data/app/size{size}", token=token), size, "reads")
                    write = Wanted("POST", f"kv2/data/app/written{size}-{{n}}", body, token, 100)
                    run.measure(at, write, size, "writes")


def _many_connections(run: Run) -> None:
    for kind in run.kinds:
        with run.server(kind) as at:
            read = _read(prepare(at))
            for count in run.steps(*_CONNECTIONS, kind=kind):
                run.measure(at, read, count, "reads", connections=count)


def _shares(run: Run) -> None:
    for kind in run.kinds:
        with run.server(kind) as at:
            prepared = prepare(at)
            for share in run.steps(*_SHARES, kind=kind):
                run.measure(at, Mix(_read(prepared), _write(prepared), share), share, "requests")


def _certificate(place: Path) -> Path:
    """A certificate of its own, with the key beside it."""
    file = place / "server.pem"
    place.mkdir(parents=True)
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1"
    command = [*words.split(), "-keyout", str(file.with_suffix(".key")), "-out", str(file)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603
    return file


def _tls(run: Run) -> None:
    certificate = _certificate(run.new("tls"))
    for kind in run.kinds:
        with run.server(kind) as at:
            read = _read(prepare(at))
            at.stop()
            for line, settings in ((kind, ServerSettings()), (f"{kind}, TLS", ServerSettings(certificate=certificate))):
                at.settings = settings
                at.start()
                at.unseal()
                at.settle()
                for count in run.steps(*_TLS_CONNECTIONS, kind=kind):
                    found = run.measure(at, read, count, "reads", line, connections=count)
                    run.add(count, "processor time of a read, µs", line, found.cpu_us)
                at.stop()


VALUES = CurveKind(
    "values",
    "Size of a value",
    "bytes of the value",
    _values,
    (Chart("reads/s", "Reads a second"), Chart("writes/s", "Writes a second")),
    80,
)
CONNECTIONS = CurveKind(
    "connections",
    "Connections",
    "connections, each with one request at a time",
    _many_connections,
    (Chart("reads/s", "Reads a second"), Chart("p99 of reads, ms", "The slowest of a hundred reads, in milliseconds")),
    70,
)
WRITES = CurveKind(
    "writes",
    "Share of writes",
    "writes among a hundred requests",
    _shares,
    (
        Chart("requests/s", "Requests a second"),
        Chart("p99 of requests, ms", "The slowest of a hundred, in milliseconds"),
    ),
    70,
)
TLS = CurveKind(
    "tls", "TLS", "connections", _tls, (Chart("reads/s", "Reads a second over connections that stay open"),), 80
)
