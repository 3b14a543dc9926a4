"""How long an answer holds follows from what it says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from strongroom.agent.dependencies.moment import Moment
from strongroom.agent.dependencies.secret import secret_of
from strongroom.agent.dependencies.terms import TOKEN, Expiring, Leased, Rotated, Static, Terms, terms_of
from strongroom.client.values import decode

NOW = Moment(1000.0, 5_000_000.0)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"lease_id": "l", "lease_duration": 60, "renewable": True}, Leased("l", 60, 60, True, 1000)),
        ({"lease_id": "l", "lease_duration": 60}, Leased("l", 60, 60, False, 1000)),
        ({"lease_id": "l", "lease_duration": 0}, Static()),
        ({"auth": {"lease_duration": 60, "renewable": True}}, Leased(TOKEN, 60, 60, True, 1000)),
        ({"auth": {"lease_duration": 0}}, Static()),
        ({"data": {"certificate": "x", "expiration": 5_000_300}}, Expiring(1000, 1300)),
        ({"data": {"certificate": "x", "expiration": 4_999_999}}, Static()),
        ({"data": {"certificate": "x"}}, Static()),
        ({"lease_id": "l", "lease_duration": 60, "data": {"certificate": "x", "expiration": 5_000_300}},
         Leased("l", 60, 60, False, 1000)),
        ({"data": {"secret_id": "x", "secret_id_ttl": 300}}, Expiring(1000, 1300)),
        ({"data": {"secret_id": "x", "secret_id_ttl": 0}}, Static()),
        ({"data": {"rotation_period": 3600, "ttl": 120}}, Rotated(1120)),
        ({"data": {"rotation_schedule": "0 0 * * *", "ttl": 120}}, Rotated(1120)),
        ({"data": {"rotation_period": 3600}}, Static()),
        ({"data": {"ttl": 120}}, Static()),
        ({"lease_duration": 2764800, "data": {"a": "b"}}, Static(2764800)),
        ({"data": {"certificate": "x", "expiration": "5_000_300"}}, Static()),
    ],
)  # fmt: skip
def test_the_answer_says_how_long_it_holds(answer: dict[str, Any], expected: Terms) -> None:
    """A lease, a token, a certificate's end, a secret id's time, a rotation; else it may change at any time."""
    assert terms_of(secret_of(decode(json.dumps(answer))), NOW) == expected


def test_a_renewal_keeps_the_longest_time() -> None:
    """By the longest time that was granted, a shorter one is known to be the last."""
    lease = Leased("l", 10, 10, True, 0).renewed(6, renewable=True, now=14)
    assert (lease.duration_s, lease.full_s, lease.ends_at) == (6, 10, 20)
