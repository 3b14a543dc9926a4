"""The numbers of several processes become those of their node."""

from __future__ import annotations

import pytest

from strongroom.lib.exposition import Across, Gauge, Histogram, Measure
from strongroom.lib.merging import growing, merged
from strongroom.lib.timings import BOUNDS_S, Timings


@pytest.mark.parametrize(("across", "value"), [(Across.SUM, 7.0), (Across.MOST, 4.0), (Across.LEAST, 1.0)])
def test_a_gauge_says_how_it_is_put_together(across: Across, value: float) -> None:
    """The sum, the most or the least of three processes."""
    parts = [[Gauge("vault.a", number, "A.", across=across)] for number in (2.0, 4.0, 1.0)]
    assert merged(parts) == [Gauge("vault.a", value, "A.", across=across)]


def test_other_labels_are_another_number() -> None:
    """Only numbers of equal name and labels meet, whatever order the labels have; each stays where it first came."""
    one: list[Measure] = [Gauge("vault.a", 1, "A.", {"x": "1", "y": "2"}), Gauge("vault.b", 1, "B.")]
    other: list[Measure] = [Gauge("vault.a", 2, "A.", {"x": "2"}), Gauge("vault.a", 3, "A.", {"y": "2", "x": "1"})]
    assert [(each.name, each.labels, each.value) for each in merged([one, other]) if isinstance(each, Gauge)] == [
        ("vault.a", {"x": "1", "y": "2"}, 4),
        ("vault.b", {}, 1),
        ("vault.a", {"x": "2"}, 2),
    ]


def test_histograms_add_up_bound_by_bound() -> None:
    """Counts of the same bound, and the sums; other bounds are no sum."""
    one = Histogram("vault.a", "A.", (1.0, 2.0), (1, 0, 2), 9.0)
    assert merged([[one], [one]]) == [Histogram("vault.a", "A.", (1.0, 2.0), (2, 0, 4), 18.0)]
    for wrong in (Histogram("vault.a", "A.", (1.0, 3.0), (0, 0, 0), 0.0), Gauge("vault.a", 1, "A.")):
        with pytest.raises(ValueError, match=r"vault\.a is of different kinds"):
            merged([[one], [wrong]])


def test_what_counts_stays() -> None:
    """Counters and histograms are kept of a process that has ended; its gauges are not."""
    kept: list[Measure] = [Gauge("vault.a_total", 1, "A."), Gauge("vault.b", 1, "B.", counts=True)]
    kept.append(Histogram("vault.c", "C.", (1.0,), (0, 0), 0.0))
    assert growing([*kept, Gauge("vault.d", 1, "D.")]) == kept


@pytest.mark.parametrize(
    ("length_s", "place"), [(0.0, 0), (0.00005, 0), (0.000051, 1), (5.0, len(BOUNDS_S) - 1), (6.0, len(BOUNDS_S))]
)
def test_a_length_is_counted_up_to_its_bound(length_s: float, place: int) -> None:
    """A bound belongs to what is counted below it; several of one length are as that many single ones."""
    singles, several = Timings(), Timings()
    for _ in range(3):
        singles.add(length_s)
    several.add_many(length_s, 3)
    assert singles.counts == several.counts == [3 if at == place else 0 for at in range(len(BOUNDS_S) + 1)]
    assert singles.total_s == pytest.approx(several.total_s) == pytest.approx(3 * length_s)
