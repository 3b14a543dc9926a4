"""The results as JSON in `build/bench`: one file for the operations, one for each curve."""

from __future__ import annotations

import datetime
import os
import platform
from pathlib import Path
from typing import TypeVar

import msgspec

from bench.measuring import Figures, Load

PLACE = Path("build/bench")
T = TypeVar("T")


class Machine(msgspec.Struct, frozen=True):
    """Where and when it was measured."""

    processor: str
    cores: int
    memory_gib: float
    system: str
    python: str
    date: str
    reference: str = ""
    """What the reference server calls itself; empty without one."""


class Row(msgspec.Struct, frozen=True):
    """One operation."""

    name: str
    figures: dict[str, Figures] = {}
    """By what was measured: `ours`, `peer`, `bare`."""
    ratios: dict[str, float] = {}
    """The rate of ours divided by that of another, pair by pair."""
    error: str = ""


class Operations(msgspec.Struct, frozen=True):
    """All operations."""

    machine: Machine
    load: Load
    rows: list[Row]


class Point(msgspec.Struct, frozen=True):
    """One measured value of a curve."""

    x: float
    quantity: str
    """What it is, with its unit, as `reads/s`."""
    line: str
    """Of what, as `ours`."""
    y: float


class Curve(msgspec.Struct, frozen=True):
    """One curve."""

    name: str
    machine: Machine
    points: list[Point]
    notes: list[str] = []
    """What was left out, and why."""


def machine(reference: str) -> Machine:
    """This machine, now."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return Machine(
        processor=model,
        cores=os.cpu_count() or 1,
        memory_gib=round(memory, 1),
        system=f"{platform.system()} {platform.release().partition('-')[0]}",
        python=platform.python_version(),
        date=datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        reference=reference,
    )


def merged(earlier: Operations | None, later: Operations) -> Operations:
    """A run over an earlier one, so that a part may be measured anew.

    Nothing of the earlier run is kept if it was made in another way or on another machine.
    """
    if earlier is None or earlier.load != later.load or _but_date(earlier.machine) != _but_date(later.machine):
        return later
    new = {row.name: row for row in later.rows}
    kept = [new.pop(row.name, row) for row in earlier.rows]
    return msgspec.structs.replace(later, rows=[*kept, *(row for row in later.rows if row.name in new)])


def _but_date(machine: Machine) -> Machine:
    return msgspec.structs.replace(machine, date="")


def save(place: Path, name: str, value: object) -> Path:
    """Write one file."""
    place.mkdir(parents=True, exist_ok=True)
    file = place / f"{name}.json"
    file.write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")
    return file


def load(place: Path, name: str, type_: type[T]) -> T | None:
    """Read one file; None if there is none."""
    file = place / f"{name}.json"
    return msgspec.json.decode(file.read_bytes(), type=type_) if file.exists() else None
