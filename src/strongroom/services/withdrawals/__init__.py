"""Withdrawals: each takes back everything that was issued to somebody, at once."""

from strongroom.services.withdrawals.issue import Issue
from strongroom.services.withdrawals.records import Selection, Withdrawal
from strongroom.services.withdrawals.standing import standing

__all__ = ["Issue", "Selection", "Withdrawal", "standing"]
