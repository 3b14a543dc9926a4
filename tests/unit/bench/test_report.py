"""Tables, charts and the page from results."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from bench.curves.table import CURVES, named
from bench.measuring import Figures, Load
from bench.operations import table as operations
from bench.report import page, results, tables
from bench.report.__main__ import report
from bench.report.lines import line
from bench.report.results import Curve, Machine, Operations, Point, Row

ROOT = Path(__file__).parents[3]
MACHINE = Machine("a processor", 2, 4.0, "Linux 6", "3.11.2", "2030-01-02 03:04 UTC", "OpenBao v2")
OURS = Figures(rate=12345.6, p50_ms=1.5, p99_ms=9.25, cpu_us=81, memory_mib=150)
PEER = Figures(rate=1000, p50_ms=30, p99_ms=90, cpu_us=900, memory_mib=110, refused=7)
ROW = Row("kv2-read", {"ours": OURS, "peer": PEER}, {"peer": 12.3})
FOUND = Operations(MACHINE, Load(), [ROW, Row("list", error="LoadFailed: no answer")])
PAGE = "# Title\n<!-- measured: operations -->\nold\n<!-- end -->\ntext\n<!-- measured: tail -->\nkept\n<!-- end -->\n"


def test_a_table_tells_figures_ratios_and_failures() -> None:
    """What couldn't be measured, and what was refused, stands below it."""
    text = tables.operations(FOUND)
    assert "| kv2-read | 12,300 | 1,000 | 12.30 |" in text
    assert "`list` couldn't be measured: LoadFailed: no answer" in text
    assert "`kv2-read`, reference: 7 requests were refused" in text
    assert "OpenBao v2" in text
    assert "a processor, 2 cores" in text


def test_a_run_prints_what_failed() -> None:
    """In the operation's line."""
    assert "7 refused" in line(ROW)
    assert "12.30 times the rate of the reference server" in line(ROW)
    assert "couldn't be measured: LoadFailed" in line(FOUND.rows[1])


def test_a_block_without_results_stays() -> None:
    """Only what was measured is written anew, and the rest of the page is as it was."""
    assert page.filled(PAGE, {"operations": "new"}) == PAGE.replace("old", "new")
    with pytest.raises(ValueError, match="no block for other"):
        page.filled(PAGE, {"other": "x"})


def test_charts_and_tables_come_from_the_files(tmp_path: Path) -> None:
    """Every picture that the page names is written beside it, and is XML."""
    tail = next(each for each in CURVES if each.name == "tail")
    points = [Point(n, tail.charts[0].quantity, who, 3.5 + n) for n in (0, 1) for who in ("ours", "peer")]
    results.save(tmp_path, "operations", FOUND)
    results.save(tmp_path / "curves", "tail", Curve("tail", MACHINE, points, ["peer: left out"]))
    to = tmp_path / "page.md"
    to.write_text(PAGE)
    assert report(tmp_path, to) == ["operations", "tail"]
    assert "| RSA keys of transit, 4096 bits | 4.5 | 4.5 |" in to.read_text()
    assert "- peer: left out" in to.read_text()
    drawn = sorted(tmp_path.glob("*.svg"))
    assert len(drawn) == 2
    for file in drawn:
        ElementTree.parse(file)
        assert f"({file.name})" in to.read_text()


def test_a_part_measured_anew_replaces_that_part() -> None:
    """Unless the rest was measured in another way: nobody compares those."""
    again = Operations(MACHINE, Load(), [Row("list"), Row("new")])
    assert [(row.name, row.error) for row in results.merged(FOUND, again).rows] == [
        ("kv2-read", ""),
        ("list", ""),
        ("new", ""),
    ]
    longer = msgspec.structs.replace(again, load=Load(seconds=60))
    assert results.merged(FOUND, longer) == longer


def test_the_page_has_a_block_for_each_measurement() -> None:
    """And every picture that it shows is there."""
    text = (ROOT / "docs/benchmarks/README.md").read_text()
    assert page.blocks(text) == ["operations", *(each.name for each in sorted(CURVES, key=_place(text)))]
    shown = [word.partition(")")[0] for word in text.split("](")[1:] if ".svg)" in word]
    assert [name for name in shown if not (ROOT / "docs/benchmarks" / name).exists()] == []


def _place(text: str) -> object:
    return lambda each: text.index(f"measured: {each.name} ")


def test_an_unknown_name_is_refused_with_those_that_are_there() -> None:
    """Of operations and of curves."""
    assert [each.name for each in operations.named("list,kv2-read")] == ["kv2-read", "list"]
    assert named("all") == CURVES
    assert named("") == ()
    with pytest.raises(ValueError, match=r"nonsense; there are: .*kv2-read"):
        operations.named("list,nonsense")
    with pytest.raises(ValueError, match=r"nonsense; there are:\n.*connections"):
        named("nonsense")
