"""Log lines that whoever asks can cause."""

from __future__ import annotations

from strongroom.lib.seldom import Seldom


def test_a_subject_is_let_through_seldom() -> None:
    """So often within the time, and again after it; others are not held back by it."""
    now = [0.0]
    seldom = Seldom(2, 60.0, lambda: now[0])
    assert [seldom.due("a") for _ in range(4)] == [True, True, False, False]
    assert seldom.due("b")
    now[0] = 61.0
    assert seldom.due("a")


def test_many_subjects_take_bounded_room() -> None:
    """Beyond a number of recent subjects new ones wait; later there is room again."""
    now = [0.0]
    seldom = Seldom(1, 60.0, lambda: now[0])
    assert sum(seldom.due(str(number)) for number in range(10_000)) == 256
    now[0] = 61.0
    assert seldom.due("another")
