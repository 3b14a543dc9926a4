"""The curves by their names, and how they are run."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.curves.curve import CurveKind, Run
from bench.curves.leases import LEASES
from bench.curves.mounts import MOUNTS, NAMESPACES
from bench.curves.policies import POLICIES
from bench.curves.requests import CONNECTIONS, TLS, VALUES, WRITES
from bench.curves.secrets import PATHS, SECRETS
from bench.curves.tail.measured import TAIL
from bench.curves.workers import WORKERS
from bench.measuring import Load
from bench.report import results
from bench.servers.server import PEER, version_of

# `paths` comes after `secrets`, whose store it uses.
CURVES: tuple[CurveKind, ...] = (
    *(CONNECTIONS, WORKERS, VALUES, WRITES, TLS, POLICIES),
    *(SECRETS, PATHS, LEASES, MOUNTS, NAMESPACES, TAIL),
)


def listed() -> str:
    """The names, with how long each takes."""
    total = sum(each.expected_s for each in CURVES) / 60
    lines = [f"{each.name:12} {each.title}, about {each.expected_s / 60:.1f} minutes" for each in CURVES]
    return "\n".join([*lines, f"{'all':12} about {total:.0f} minutes"])


def named(names: str) -> tuple[CurveKind, ...]:
    """Those of a comma-separated list; all for `all`.  Raises `ValueError` for a name that none has."""
    wanted = {name for name in names.split(",") if name}
    if unknown := wanted - {"all", *(each.name for each in CURVES)}:
        raise ValueError(f"no curve is named {', '.join(sorted(unknown))}; there are:\n{listed()}")
    return tuple(each for each in CURVES if "all" in wanted or each.name in wanted)


def run(curves: Sequence[CurveKind], kinds: Sequence[str], load: Load, most: float, out: Path) -> int:
    """Measure curves, one after another, and save each.  Returns how many have no point at all."""
    print(f"{len(curves)} curves, about {sum(each.expected_s for each in curves) / 60:.0f} minutes")
    place = out / "stores"
    place.mkdir(parents=True, exist_ok=True)
    empty, reference = 0, version_of(PEER) if PEER in kinds else ""
    with tempfile.TemporaryDirectory(dir=place) as home:
        state = Run(Path(home).absolute(), kinds, load, most)
        for each in curves:
            begun = time.monotonic()
            print(f"{each.title}: about {each.expected_s / 60:.1f} minutes", flush=True)
            state.points, state.notes = [], []
            state.deadline = begun + 2 * each.expected_s
            with state.noting(each.name):
                each.run(state)
            print(f"  took {time.monotonic() - begun:.0f} s", flush=True)
            empty += not state.points
            curve = results.Curve(each.name, results.machine(reference), state.points, state.notes)
            results.save(out / "curves", each.name, curve)
    return empty
