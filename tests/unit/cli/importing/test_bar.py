"""The line that says how far an import is."""

from __future__ import annotations

from strongroom.cli.importing.carrying_out import Bar


def test_it_is_drawn_now_and_then_and_at_the_end() -> None:
    """Drawing takes longer than an object, so not each one is drawn; the last one is."""
    drawn: list[str] = []
    now = 0.0
    bar = Bar(drawn.append, lambda: now)
    bar.surveyed(7)
    for number in range(1, 11):
        now += 0.05
        bar.done(number, 10)
    bar.clear()
    assert drawn[0] == "Looking what there is: 7"
    assert drawn[-2:] == [f"[{'#' * 30}] 10 of 10", ""]
    assert 2 < len(drawn) < 8
    assert f"[{'#' * 12}{'.' * 18}] 4 of 10" in drawn


def test_nothing_to_do() -> None:
    """An import of nothing has no bar, and no fault."""
    drawn: list[str] = []
    Bar(drawn.append, lambda: 1.0).done(0, 0)
    assert drawn == [f"[{'.' * 30}] 0 of 0"]


def test_where_nobody_looks_nothing_is_drawn() -> None:
    """A pipe or a file gets the report alone."""
    bar = Bar(None)
    bar.surveyed(1)
    bar.done(1, 1)
    bar.clear()
