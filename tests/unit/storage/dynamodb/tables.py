"""Stores on a simulated table."""

from __future__ import annotations

from strongroom.lib.aws import Credentials, dynamodb_target
from strongroom.lib.rand import SystemRandom
from strongroom.storage.dynamodb.cells import DynamodbCells
from strongroom.storage.dynamodb.opening import DynamodbStorage
from strongroom.storage.dynamodb.service import Service
from tests.sim.aws.slow_transactions import SlowTransactions
from tests.sim.virtual_time import LoopClock


async def keys() -> Credentials:
    """An access key."""
    return Credentials("AKIA1", "canary-of-the-key")


def cells_on(table: SlowTransactions, patience_s: float = 5.0) -> DynamodbCells:
    """The cells as one process has them."""
    clock, random = LoopClock(), SystemRandom()
    target = dynamodb_target("http://127.0.0.1:1", "us-east-1")
    service = Service(target, table, keys, clock, random, patience_s=patience_s)  # type: ignore[arg-type]
    return DynamodbCells(service, "t", None, clock, random, patience_s=patience_s)


def store_on(table: SlowTransactions) -> DynamodbStorage:
    """The store of one process."""
    return DynamodbStorage(cells_on(table), LoopClock(), SystemRandom(), max_parallel=4, patience_s=5.0)
