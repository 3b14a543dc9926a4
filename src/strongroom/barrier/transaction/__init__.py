"""Transactions: a request reads one state of the store, and writes everything or nothing.

A transaction is pinned to a revision.  When the cache moves to a newer one, the transaction moves with it if the
changes don't affect its reads.  Otherwise `Restart` ends it, and it runs again.  A commit repeats that check in the
store.
"""

from strongroom.barrier.transaction.attempts import EXCLUSIVE_TIMEOUT_S, OPTIMISTIC_ATTEMPTS, apart, transact
from strongroom.barrier.transaction.reading import LONG_LISTING
from strongroom.barrier.transaction.transaction import Transaction

__all__ = ["EXCLUSIVE_TIMEOUT_S", "LONG_LISTING", "OPTIMISTIC_ATTEMPTS", "Transaction", "apart", "transact"]
