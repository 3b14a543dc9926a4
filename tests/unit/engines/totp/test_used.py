"""Which codes have counted already."""

from __future__ import annotations

import pytest

from strongroom.crypto.totp import code_of
from strongroom.engines.totp.records import TotpKey, UsedCodes
from strongroom.engines.totp.used import forgettable_at, with_use
from strongroom.sdk import replace

KEY = TotpKey(key=b"k" * 20)
NOW = 3_000_000.0
PRESENT = 100_000
TWIN = 196_068
"""The code of this period is that of the next one, too."""


def counted(*steps: int, key: TotpKey = KEY, now: float = NOW) -> UsedCodes:
    """What is remembered when the codes of these periods have counted."""
    used: UsedCodes | None = None
    for step in steps:
        used = with_use(used, key, step, now)
        assert used is not None
    assert used is not None
    return used


def test_each_code_counts_once_in_any_order() -> None:
    """All that are taken at a time, and none of them again."""
    steps = (PRESENT + 1, PRESENT - 1, PRESENT)
    used = counted(*steps)
    assert (used.steps, used.floor) == (steps, PRESENT - 1)
    for step in steps:
        assert with_use(used, KEY, step, NOW) is None


def test_what_would_not_be_taken_is_forgotten() -> None:
    """So what is remembered has no more than four periods, however many codes have counted."""
    used: UsedCodes | None = None
    for step in range(PRESENT, PRESENT + 50):
        used = with_use(used, KEY, step + 1, step * 30.0)
        assert used is not None
        assert len(used.steps) <= 4
    assert used is not None
    assert used.steps == (PRESENT + 47, PRESENT + 48, PRESENT + 49, PRESENT + 50)


@pytest.mark.parametrize("skew", [0, 1])
@pytest.mark.parametrize(("first", "second"), [(TWIN, TWIN + 1), (TWIN + 1, TWIN)])
def test_two_periods_with_the_same_code(skew: int, first: int, second: int) -> None:
    """The code counts once for both, in whatever order."""
    key = replace(KEY, skew=skew)
    assert code_of(key.key, first, key) == code_of(key.key, second, key)
    assert with_use(counted(first, key=key, now=first * 30.0), key, second, second * 30.0) is None


def test_the_same_code_after_another_one() -> None:
    """It is remembered though the first of its periods isn't taken any more."""
    used = with_use(counted(TWIN, now=TWIN * 30.0), KEY, TWIN + 3, (TWIN + 2) * 30.0)
    assert used is not None
    assert with_use(used, KEY, TWIN + 1, (TWIN + 2) * 30.0) is None


def test_a_clock_that_goes_back_brings_no_code_back() -> None:
    """Codes of periods that were forgotten don't count."""
    used = counted(PRESENT, now=NOW)
    used = with_use(used, KEY, PRESENT + 10, NOW + 300) or used
    assert used.steps == (PRESENT + 10,)
    for step in (PRESENT - 1, PRESENT, PRESENT + 8):
        assert with_use(used, KEY, step, NOW) is None
    again = with_use(used, KEY, PRESENT + 9, NOW)
    assert again is not None
    assert again.floor == PRESENT + 9


def test_another_key_begins_anew() -> None:
    """Its codes are others: of other bytes, hash function, number of digits or period.  Not of another skew."""
    used = counted(PRESENT)
    for changed in (
        replace(KEY, key=b"l" * 20),
        replace(KEY, algorithm="SHA256"),
        replace(KEY, digits=8),
        replace(KEY, period_s=60),
    ):
        other = with_use(used, changed, PRESENT, NOW)
        assert other is not None
        assert other.steps == (PRESENT,)
        assert with_use(other, changed, PRESENT, NOW) is None
    for same in (replace(KEY, skew=0), replace(KEY, issuer="i", account_name="a")):
        assert with_use(used, same, PRESENT, NOW) is None


def test_when_all_may_be_forgotten() -> None:
    """Not before the last code that could have counted is one that isn't taken any more."""
    assert forgettable_at(KEY, NOW) == NOW + 4 * 30
    assert forgettable_at(replace(KEY, skew=0, period_s=60), NOW) == NOW + 2 * 60


def test_what_is_remembered_hides_itself() -> None:
    """Logs and tracebacks show neither keys nor their digests."""
    assert "kkk" not in repr(KEY)
    assert repr(counted(PRESENT)) == "UsedCodes(…)"
