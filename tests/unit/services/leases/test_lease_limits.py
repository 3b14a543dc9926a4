"""When a lease ends at the latest, and why."""

from __future__ import annotations

import math

import pytest

from strongroom.services.leases import LeaseRecord
from strongroom.services.leases.limits import Limit, is_last, limit_of


def lease(max_ttl_s: int, bound_by: str = "role") -> LeaseRecord:
    """A lease that was issued at 1000."""
    return LeaseRecord(
        id="a/b",
        mount="m",
        path="a",
        token_key="t",
        issued_at=1000.0,
        expires_at=1060.0,
        ttl_s=60,
        max_ttl_s=max_ttl_s,
        renewable=True,
        bound_by=bound_by,
    )


@pytest.mark.parametrize(
    ("max_ttl_s", "bound_by", "mount_max_s", "owned_until", "expected"),
    [
        (100, "role", 500, math.inf, Limit(1100.0, "role")),
        (100, "mount", 50, math.inf, Limit(1100.0, "mount")),
        (0, "", 500, math.inf, Limit(1500.0, "mount")),
        (0, "", 0, math.inf, Limit(math.inf, "mount")),
        (100, "role", 500, 1099.0, Limit(1099.0, "token")),
        (100, "role", 500, 1100.0, Limit(1100.0, "role")),
        (100, "token", 500, math.inf, Limit(1100.0, "token")),
        (0, "", 0, 1001.0, Limit(1001.0, "token")),
    ],
)
def test_the_earliest_end_counts(
    max_ttl_s: int, bound_by: str, mount_max_s: int, owned_until: float, expected: Limit
) -> None:
    """The lease's own longest time, else the mount's; and before both the end of its owner."""
    assert limit_of(lease(max_ttl_s, bound_by), mount_max_s, owned_until) == expected


def test_the_last_renewal() -> None:
    """It reaches the end, to the second."""
    limit = Limit(1100.0, "role")
    assert [is_last(limit, at) for at in (1098.9, 1099.0, 1100.0)] == [False, True, True]
    assert not is_last(Limit(math.inf, "mount"), 1e12)
