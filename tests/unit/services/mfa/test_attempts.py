"""How often an entity may fail."""

from __future__ import annotations

import pytest

from strongroom.services.mfa import attempts
from strongroom.services.mfa.records import TotpSettings, Tries

TWIN = 196_068
"""The code of this period is that of the next one, too, with a key of twenty times `k`."""


def test_the_last_failure_blocks() -> None:
    """For one period from then on, and the next failures begin anew."""
    tries = Tries(last_step=7)
    for failure in (1, 2):
        tries = attempts.failed(tries, most=3, period_s=30, now=100.0)
        assert (tries.failures, attempts.wait_s(tries, 100.0)) == (failure, 0)
    assert attempts.failed(tries, most=3, period_s=30, now=100.0) == Tries(
        failures=0, blocks=1, blocked_until=130.0, last_step=7
    )


def test_blocks_grow_up_to_an_hour() -> None:
    """They double, and a period that is longer stays the least."""
    lasts = [
        attempts.failed(Tries(blocks=blocks), most=1, period_s=30, now=0.0).blocked_until
        for blocks in (0, 1, 2, 6, 7, 99)
    ]
    assert lasts == [30, 60, 120, 1920, 3600, 3600]
    assert attempts.failed(Tries(blocks=3), most=1, period_s=7200, now=0.0).blocked_until == 7200


def test_a_block_ends_in_time() -> None:
    """At its very end it is over."""
    tries = Tries(blocked_until=130.0)
    assert [attempts.wait_s(tries, now) for now in (129.5, 130.0, 131.0)] == [0.5, 0.0, 0.0]


def test_a_success_forgets_all_but_the_code() -> None:
    """The period of the last code never goes back."""
    tries = Tries(failures=2, blocks=3, blocked_until=5.0, last_step=10)
    assert attempts.succeeded(tries, 12) == Tries(last_step=12)
    assert attempts.succeeded(tries, 9) == Tries(last_step=10)
    assert attempts.succeeded(tries) == Tries(last_step=10)


@pytest.mark.parametrize(
    ("step", "used"),
    [(TWIN - 1, True), (TWIN, True), (TWIN + 1, True), (TWIN + 2, False), (TWIN + 1_000_000, False)],
)
def test_a_code_counts_once_for_two_periods_that_have_the_same(step: int, used: bool) -> None:
    """Whoever has seen it can't use it in the period after that of its use."""
    key, settings = b"k" * 20, TotpSettings(issuer="i")
    assert attempts.is_used(Tries(last_step=TWIN), step, key, settings) is used
    assert not attempts.is_used(Tries(), step, key, settings)
