"""Results as tables in Markdown (pure)."""

from __future__ import annotations

from collections.abc import Sequence

from bench.curves.curve import CurveKind
from bench.report.results import Curve, Machine, Operations, Row

NAMES = {"ours": "Strongroom", "peer": "reference", "bare": "bare loop"}


def named(line: str) -> str:
    """A line's name for readers: `peer, TLS` becomes `reference, TLS`."""
    kind, comma, rest = line.partition(",")
    return NAMES.get(kind, kind) + comma + rest


def number(value: float) -> str:
    """A value with three figures, as `1,230` or `0.0123`."""
    if value >= 100:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column holds names."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def where(machine: Machine) -> str:
    """The machine, in one sentence."""
    reference = f" against {machine.reference}" if machine.reference else " without a reference server"
    return (
        f"Measured on {machine.date}{reference}: {machine.processor}, {machine.cores} cores, {machine.memory_gib} GiB, "
        f"{machine.system}, Python {machine.python}."
    )


def operations(found: Operations) -> str:
    """All operations: rates with their ratios, and what they cost."""
    kinds = [kind for kind in NAMES if any(kind in row.figures for row in found.rows)]
    rates = ["operation", *(f"{NAMES[kind]}, /s" for kind in kinds)]
    rates += [f"times {NAMES[kind]}" for kind in kinds if kind != "ours"]
    costs = ["operation"]
    for name in ("p50 ms", "p99 ms", "cpu µs", "MiB"):
        costs += [f"{NAMES[kind]}, {name}" for kind in kinds if kind != "bare"]
    measured = [row for row in found.rows if not row.error]
    failed = [f"- `{row.name}` couldn't be measured: {row.error}" for row in found.rows if row.error]
    rate_rows, cost_rows = [_rates(row, kinds) for row in measured], [_costs(row, kinds) for row in measured]
    bad = [f"- `{row.name}`, {NAMES[kind]}: {each.refused} requests were refused, {each.broken} had no answer"
           for row in measured for kind, each in row.figures.items() if each.refused or each.broken]  # fmt: skip
    return "\n\n".join([
        f"{where(found.machine)} {found.load.rounds} rounds of {found.load.seconds:g} seconds, "
        f"{found.load.connections} connections.",
        markdown(rates, rate_rows),
        markdown(costs, cost_rows),
        *(["\n".join([*failed, *bad])] if failed or bad else []),
    ])  # fmt: skip


def _rates(row: Row, kinds: Sequence[str]) -> list[str]:
    cells = [number(row.figures[kind].rate) if kind in row.figures else "" for kind in kinds]
    ratios = [f"{row.ratios[kind]:.2f}" if kind in row.ratios else "" for kind in kinds if kind != "ours"]
    return [row.name, *cells, *ratios]


def _costs(row: Row, kinds: Sequence[str]) -> list[str]:
    shown = [row.figures.get(kind) for kind in kinds if kind != "bare"]
    cells = [row.name]
    for name in ("p50_ms", "p99_ms", "cpu_us", "memory_mib"):
        cells += [number(getattr(each, name)) if each is not None else "" for each in shown]
    return cells


def curve(kind: CurveKind, found: Curve) -> str:
    """All values of a curve, a row for each amount."""
    columns = list(dict.fromkeys((point.quantity, point.line) for point in found.points))
    columns.sort(key=lambda column: [each.quantity for each in found.points].index(column[0]))
    values = {(point.x, point.quantity, point.line): point.y for point in found.points}
    rows = []
    for x in sorted({point.x for point in found.points}):
        name = kind.labels[int(x)] if kind.labels else f"{x:,.10g}"
        cells = [number(values[x, *column]) if (x, *column) in values else "" for column in columns]
        rows.append([name, *cells])
    head = [kind.x, *(f"{named(line)}: {quantity}" for quantity, line in columns)]
    notes = ["\n".join(f"- {note}" for note in found.notes)] if found.notes else []
    return "\n\n".join([where(found.machine), markdown(head, rows), *notes])
