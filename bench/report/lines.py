"""The lines that a run prints while it measures (pure)."""

from __future__ import annotations

from bench.measuring import Figures
from bench.report.results import Row

_NAME = 18
_COLUMNS = ("/s", "p50 ms", "p99 ms", "cpu µs", "MiB")
HEAD = f"{'':{_NAME}} {'':5}" + "".join(f" {name:>9}" for name in _COLUMNS)


def _figures(kind: str, found: Figures) -> str:
    bad = f"   {found.refused} refused, {found.broken} broken" if found.refused or found.broken else ""
    return (
        f"{kind:5} {found.rate:9.0f} {found.p50_ms:9.2f} {found.p99_ms:9.2f} {found.cpu_us:9.0f} "
        f"{found.memory_mib:9.0f}{bad}"
    )


def line(row: Row) -> str:
    """What is printed of an operation: a line for each that was measured, and one with the ratios."""
    if row.error:
        return f"{row.name:{_NAME}} couldn't be measured: {row.error}"
    lines = [f"{row.name if n == 0 else '':{_NAME}} {_figures(*each)}" for n, each in enumerate(row.figures.items())]
    names = {"peer": "of the reference server", "bare": "of the bare loop"}
    ratios = ", ".join(f"{ratio:.2f} times the rate {names[kind]}" for kind, ratio in row.ratios.items())
    return "\n".join([*lines, f"{'':{_NAME}} {ratios}".rstrip()])
