"""The counters of lease count quotas."""

from __future__ import annotations

from typing import Final

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction

FAR: Final = 2**53
"""More than is ever counted.  A counter of a quota that was deleted meanwhile must not keep a lease from ending."""


def count_of(quota: str) -> str:
    """The counter of the leases and tokens that a quota is for, by its id."""
    return keys.LEASE_QUOTA_COUNT + quota


def tokens_of(quota: str, namespace: str = "") -> str:
    """The counter of the tokens of a namespace among them; without one, the prefix of all of them."""
    return f"{keys.LEASE_QUOTA_TOKENS}{quota}/{namespace}"


def token_ended(txn: Transaction, counted: tuple[str, ...], namespace: str) -> None:
    """Count a token that is deleted.

    Args:
        counted: the ids of the quotas that it was counted for. namespace: its id.
    """
    for quota in counted:
        txn.add(count_of(quota), -1, -FAR, FAR)
        txn.add(tokens_of(quota, namespace), -1, -FAR, FAR)
