"""Makes the tables and charts of the documentation from what was measured.

    python -m bench.report [--results build/bench] [--page docs/benchmarks/README.md]

What wasn't measured stays as it is on the page.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.curves.curve import CurveKind
from bench.curves.table import CURVES
from bench.report import page, results, tables
from bench.report.charts import bar_chart, line_chart
from bench.report.results import Curve, Operations

PAGE = Path("docs/benchmarks/README.md")


def slug(text: str) -> str:
    """A text as a part of a file's name: `p99 of reads, ms` becomes `p99-of-reads-ms`."""
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in text.lower()).split()
    return "-".join(words)


def of_operations(found: Operations) -> dict[str, str]:
    """The chart of the operations, by its file's name."""
    bars = {row.name: {f"times {tables.NAMES[kind]}": ratio for kind, ratio in row.ratios.items() if kind == "peer"}
            for row in found.rows if row.ratios.get("peer")}  # fmt: skip
    return {"operations.svg": bar_chart("Rate of Strongroom divided by that of the reference", bars)} if bars else {}


def of_curve(kind: CurveKind, found: Curve) -> dict[str, str]:
    """The charts of a curve, by their files' names."""
    charts = {}
    for chart in kind.charts:
        lines: dict[str, list[tuple[float, float]]] = {}
        for point in found.points:
            if point.quantity == chart.quantity:
                lines.setdefault(tables.named(point.line), []).append((point.x, point.y))
        if not lines:
            continue
        file = f"{kind.name}-{slug(chart.quantity)}.svg"
        if kind.labels:
            bars = {
                label: {line: y for line, places in lines.items() for x, y in places if int(x) == number}
                for number, label in enumerate(kind.labels)
            }
            charts[file] = bar_chart(chart.title, bars)
        else:
            charts[file] = line_chart(chart.title, kind.x, lines)
    return charts


def report(place: Path, to: Path) -> list[str]:
    """Write the charts beside the page, and the tables into it.  Returns the names of what was there."""
    contents: dict[str, str] = {}
    charts: dict[str, str] = {}
    operations = results.load(place, "operations", Operations)
    if operations is not None:
        drawn = of_operations(operations)
        contents["operations"] = _block(tables.operations(operations), dict.fromkeys(drawn, "ratios"))
        charts |= drawn
    for kind in CURVES:
        curve = results.load(place / "curves", kind.name, Curve)
        if curve is not None and curve.points:
            drawn = of_curve(kind, curve)
            titles = {f"{kind.name}-{slug(chart.quantity)}.svg": chart.title for chart in kind.charts}
            contents[kind.name] = _block(tables.curve(kind, curve), {name: titles[name] for name in drawn})
            charts |= drawn
    for name, drawing in charts.items():
        (to.parent / name).write_text(drawing)
    to.write_text(page.filled(to.read_text(), contents))
    return list(contents)


def _block(table: str, charts: dict[str, str]) -> str:
    pictures = "\n".join(f"![{title}]({name})" for name, title in charts.items())
    return "\n\n".join(part for part in (pictures, table) if part)


def main() -> None:
    """Read the command line, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=results.PLACE)
    parser.add_argument("--page", type=Path, default=PAGE)
    wanted = parser.parse_args()
    print("written anew:", ", ".join(report(wanted.results, wanted.page)) or "nothing, because nothing was measured")


if __name__ == "__main__":
    main()
