"""When certificates are renewed, and when failed attempts are repeated."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.crypto.tls_certificates import Validity
from strongroom.server.certificates import schedule

DAY_S = 86400.0
chances = st.floats(0, 1, exclude_max=True)


@given(st.floats(60, 400 * DAY_S), chances)
def test_renews_after_two_thirds(lifetime_s: float, chance: float) -> None:
    """Never before, and with more than a quarter of the lifetime left."""
    at = schedule.renewal_at(Validity(1000.0, 1000.0 + lifetime_s), chance)
    assert 2 / 3 * lifetime_s <= at - 1000.0 + 0.001
    assert at - 1000.0 < 0.75 * lifetime_s


@given(chances)
def test_waits_longer_and_longer(chance: float) -> None:
    """From a minute, each pause is longer than the one before, until six hours and a quarter more."""
    pauses = [schedule.pause_s(failures, chance) for failures in range(1, 50)]
    assert 60 <= pauses[0] <= 75
    assert all(before <= after for before, after in pairwise(pauses))
    assert 6 * 3600 <= pauses[-1] <= 7.5 * 3600


def test_a_limit_is_waited_for() -> None:
    """An authority that wants to be asked less often isn't asked again within the hour."""
    assert schedule.pause_s(1, 0.0, rate_limited=True) == 3600


@pytest.mark.parametrize(
    ("http", "alpn", "tls_port", "failures", "order"),
    [
        (True, True, False, 0, ("http-01", "tls-alpn-01")),
        (True, True, False, 1, ("tls-alpn-01", "http-01")),
        (True, True, True, 0, ("tls-alpn-01", "http-01")),
        (True, True, True, 2, ("tls-alpn-01", "http-01")),
        (True, False, True, 5, ("http-01",)),
        (False, True, False, 5, ("tls-alpn-01",)),
    ],
)
def test_the_order_of_proofs(http: bool, alpn: bool, tls_port: bool, failures: int, order: tuple[str, ...]) -> None:
    """First the one that is likely to be let through, then, after a failure, the other."""
    assert schedule.proofs(http=http, alpn=alpn, tls_port=tls_port, failures=failures) == order
