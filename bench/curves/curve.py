"""What a curve is, and what it is measured with."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from bench.load.requests import Mix, Wanted
from bench.measuring import WARM_UP_S, Figures, Load, measure
from bench.report.results import Point
from bench.servers import server
from bench.servers.server import PEER, Server
from bench.servers.settings import ServerSettings

_WARMED_A_SECOND = 400
_MOST_WARM_UP_S = 25.0


class Chart(msgspec.Struct, frozen=True):
    """One chart of a curve."""

    quantity: str
    title: str


@dataclass(slots=True)
class Run:
    """One run of curves.

    Attributes:
        home: a directory for stores, which is removed at the end.
        kinds: of the servers.
        most: points beyond it are left out.
        points, notes: of the curve that is being measured.
        stores: stopped servers whose stores several curves use, by a name.
        counts: how much each of these stores holds.
        deadline: of the curve, by the monotonic clock.
    """

    home: Path
    kinds: Sequence[str]
    load: Load
    most: float
    points: list[Point] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stores: dict[str, Server] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    deadline: float = 0.0
    made: int = 0

    def steps(self, *values: int, kind: str = "", peer_most: float = float("inf")) -> Iterator[int]:
        """The values of a curve, until they are too large or time is up; what is left out is noted.

        Args:
            peer_most: beyond it the reference server isn't measured, because preparing it would take too long.
        """
        for value in values:
            if value > self.most or (kind == PEER and value > peer_most):
                return
            if time.monotonic() > self.deadline:
                self.note(f"{kind} {value}: left out, because the curve took too long")
                return
            yield value

    def new(self, name: str = "") -> Path:
        """A directory of its own for a server."""
        self.made += 1
        return self.home / f"{name}{self.made}"

    @contextlib.contextmanager
    def server(self, kind: str, settings: ServerSettings | None = None) -> Iterator[Server]:
        """A new server, unsealed, until the block ends.  Failures in the block are noted, and end it."""
        with self.noting(kind), server.running(kind, self.new(kind), settings) as running:
            yield running

    @contextlib.contextmanager
    def noting(self, what: str) -> Iterator[None]:
        """Note a failure, and go on behind the block."""
        try:
            yield
        except Exception as error:  # whatever a server does wrong is a finding, and the run goes on
            self.note(f"{what}: {type(error).__name__}: {error}"[:300])

    def note(self, text: str) -> None:
        """Tell something that a table doesn't."""
        print(f"  {text}", flush=True)
        self.notes.append(text)

    def add(self, x: float, quantity: str, line: str, y: float) -> None:
        """Note a measured value."""
        print(f"  {x:>9g} {line:24} {y:12.6g} {quantity}", flush=True)
        self.points.append(Point(x, quantity, line, y))

    def measure(
        self, at: Server, requests: Mix | Wanted, x: float, name: str, line: str = "", *, connections: int = 0
    ) -> Figures:
        """Warm a server up, load it for a round, and note rate and p99; what was refused is noted too.

        Args:
            name: of what is counted, as `reads`.
            line: by default the server's kind.
        """
        mix = requests if isinstance(requests, Mix) else Mix(requests)
        load = msgspec.structs.replace(self.load, connections=connections or self.load.connections)
        measure(at.url, at.group, mix, msgspec.structs.replace(self.load, seconds=_warm_up_s(mix)))
        found = measure(at.url, at.group, mix, load)
        line = line or at.kind
        if found.refused or found.broken:
            self.note(f"{line} at {x:g}: {found.refused} {name} were refused, {found.broken} broken")
        self.add(x, f"{name}/s", line, found.rate)
        self.add(x, f"p99 of {name}, ms", line, found.p99_ms)
        return found


def _warm_up_s(mix: Mix) -> float:
    """How long a server is loaded before a round that counts: longer for many paths, because each has to come often."""
    paths = mix.most.numbers if mix.most.method == "GET" else 0
    return min(_MOST_WARM_UP_S, max(WARM_UP_S, paths / _WARMED_A_SECOND))


@dataclass(frozen=True, slots=True)
class CurveKind:
    """One curve.

    Attributes:
        x: what the amount is of.
        expected_s: how long it takes with the reference server; after twice that time no further point is begun.
        labels: where points aren't amounts but have names.
    """

    name: str
    title: str
    x: str
    run: Callable[[Run], None]
    charts: tuple[Chart, ...]
    expected_s: int
    labels: tuple[str, ...] = ()
