"""When something is renewed, and until when it is given to clients."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.agent.serving.cache.term import (
    failed,
    granted,
    is_over,
    next_step_at,
    renewed,
    stale_at,
)


@given(st.floats(1, 1e7), st.floats(0, 1e7), st.floats(0, 1))
def test_a_renewal_comes_in_time(duration_s: float, now: float, chance: float) -> None:
    """After two thirds, and before it is too near its end to be given away."""
    term = granted(duration_s, now)
    due = next_step_at(term, now, chance)
    assert now + duration_s * 0.66 <= due <= stale_at(term) < term.ends_at
    assert not is_over(term, due) or due == stale_at(term)


@given(st.floats(1, 1e5), st.integers(1, 40), st.floats(0, 1))
def test_after_a_failure_it_is_tried_again_until_the_end(duration_s: float, failures: int, chance: float) -> None:
    """With pauses that grow to half a minute, and never beyond the time at which it is removed."""
    term = granted(duration_s, 0.0)
    for _ in range(failures):
        term = failed(term)
    now = duration_s * 0.7
    assert now < next_step_at(term, now, chance) <= max(now + 30.0, stale_at(term))
    assert next_step_at(term, now, chance) <= stale_at(term)


def test_default_ten_seconds_greatest_twenty() -> None:
    """Renewed until the greatest age, then given to nobody for its last second, and not renewed in vain meanwhile."""
    term = granted(10, 0.0)
    term = renewed(term, 10, 7.0)
    assert (term.last, term.ends_at) == (False, 17.0)
    term = renewed(term, 6, 14.0)
    assert (term.last, term.ends_at) == (False, 20.0)
    term = renewed(term, 3, 17.0)
    assert (term.last, term.ends_at) == (True, 20.0)
    assert next_step_at(term, 17.0, 0.5) == stale_at(term) == 19.0


@pytest.mark.parametrize(("duration_s", "margin_s"), [(10, 1), (600, 60), (86_400, 60)])
def test_the_margin_is_a_tenth_and_a_minute_at_the_most(duration_s: int, margin_s: int) -> None:
    """A client gets what lasts a while."""
    assert stale_at(granted(duration_s, 0.0)) == duration_s - margin_s
