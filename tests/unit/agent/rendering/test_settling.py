"""Changes settle: nothing happens in the middle of them, and they can't put it off for ever."""

from __future__ import annotations

import pytest

from strongroom.agent.rendering.settling import Settling


@pytest.mark.parametrize(
    ("changes", "least", "most", "expected"),
    [
        ([0], 2, 10, 2),
        ([0, 1], 2, 10, 3),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 2, 10, 10),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 2, 0, 8),
        ([5], 2, 10, 7),
        ([0], 0, 0, 0),
        ([0, 1], 5, 3, 3),
    ],
)
def test_when_changes_have_settled(changes: list[float], least: float, most: float, expected: float) -> None:
    """The least time after the last change, but the most after the first, which is four times the least by itself."""
    settling = Settling(changes[0], changes[0])
    for at in changes[1:]:
        settling = settling.after(at)
    assert settling.ends_at(least, most) == expected
