"""Axes of charts."""

from __future__ import annotations

import pytest
from bench.report.axes import axis, written


@pytest.mark.parametrize(
    ("values", "low", "high", "logarithmic", "ticks"),
    [
        ([3, 800], 2, 1000, True, [10, 100, 1000]),
        ([1000, 1_000_000], 1000, 1_000_000, True, [1e3, 1e4, 1e5, 1e6]),
        ([1, 20], 1, 20, True, [1, 2, 5, 10, 20]),
        ([0, 50], 0, 50, False, [0, 10, 20, 30, 40, 50]),
        ([400, 770], 0, 800, False, [0, 200, 400, 600, 800]),
        ([0], 0, 1, False, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        ([0, 1_000_000], 0, 1_000_000, False, [0, 2e5, 4e5, 6e5, 8e5, 1e6]),
    ],
)
def test_an_axis_holds_its_values(
    values: list[float], low: float, high: float, logarithmic: bool, ticks: list[float]
) -> None:
    """It is logarithmic for values that are far apart, and its marks are round."""
    found = axis(values)
    assert (found.low, found.high, found.logarithmic) == (pytest.approx(low), pytest.approx(high), logarithmic)
    assert found.ticks() == pytest.approx(ticks)


@pytest.mark.parametrize("values", [[3, 800], [0, 7], [0.002, 0.9], [5, 5], [1e6, 3e9]])
def test_every_value_lies_on_its_axis(values: list[float]) -> None:
    """None lies outside, and they keep their order."""
    found = axis(values)
    places = [found.at(value) for value in values]
    assert places == sorted(places)
    assert all(-1e-9 <= place <= 1 + 1e-9 for place in places)


@pytest.mark.parametrize(
    ("value", "text"), [(1e6, "1M"), (20_000, "20k"), (1500, "1.5k"), (999, "999"), (0.05, "0.05"), (0, "0")]
)
def test_values_are_written_short(value: float, text: str) -> None:
    """With a unit where they are large."""
    assert written(value) == text
