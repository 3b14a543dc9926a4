"""Charts as SVG, read with the standard library's XML parser."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from bench.report.charts import bar_chart, line_chart

SVG = "{http://www.w3.org/2000/svg}"


def texts(drawing: ElementTree.Element) -> list[str]:
    """What is written in a chart."""
    return [each.text or "" for each in drawing.iter(f"{SVG}text")]


def test_lines_have_axes_a_legend_and_places_in_the_picture() -> None:
    """Whatever is in a name, the chart is valid XML, and every place is within the axes."""
    lines = {"Strongroom & <co>": [(1000, 20.0), (10, 3000.0)], "reference": [(10, 900.0), (1000, 5.0)]}
    drawing = ElementTree.fromstring(line_chart("Reads < a second", "stored secrets", lines))
    assert {"Reads < a second", "Strongroom & <co>", "reference", "stored secrets"} <= set(texts(drawing))
    assert {"10", "100", "1k"} <= set(texts(drawing)), "the marks of the axes"
    drawn = [each.attrib["points"] for each in drawing.iter(f"{SVG}polyline")]
    assert len(drawn) == 2
    for points in drawn:
        places = [tuple(map(float, place.split(","))) for place in points.split()]
        assert places == sorted(places), "from left to right"
        assert all(64 <= x <= 696 and 64 <= y <= 328 for x, y in places)
    (one, two), _ = ([float(place.split(",")[1]) for place in points.split()] for points in drawn)
    assert one < two, "more is above"


def test_a_chart_can_be_read_on_light_and_dark_pages() -> None:
    """It has colours for both."""
    assert "prefers-color-scheme: dark" in line_chart("t", "x", {"a": [(1, 1)]})


def test_a_bar_is_as_long_as_its_value() -> None:
    """Bars of all lines are on one scale, from 0."""
    drawn = ElementTree.fromstring(bar_chart("t", {"read": {"ours": 10.0, "peer": 1000.0}, "write": {"ours": 500.0}}))
    bars = [float(each.attrib["width"]) for each in drawn.iter(f"{SVG}rect") if each.attrib["x"] == "250"]
    assert bars[1] / bars[0] == pytest.approx(100, rel=0.05)
    assert bars[1] / bars[2] == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize("draw", [lambda: line_chart("t", "x", {"a": []}), lambda: bar_chart("t", {})])
def test_nothing_is_no_chart(draw: object) -> None:
    """An empty chart would look like a measurement of nothing."""
    with pytest.raises(ValueError, match="nothing to draw"):
        draw()  # type: ignore[operator]
