"""Which special addresses webhooks may lead to, by an operator's decision."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction

_KEY = keys.area(keys.ROOT_NAMESPACE, "events") + "webhook-targets"


class TargetsRecord(Record, frozen=True, tag="webhook-targets"):
    """Ranges of addresses."""

    permitted: tuple[str, ...] = ()


async def permitted_ranges(txn: Transaction) -> tuple[str, ...]:
    """The ranges that are permitted."""
    record = await txn.read(_KEY, TargetsRecord)
    return record.permitted if record is not None else ()


def permit(txn: Transaction, ranges: tuple[str, ...]) -> None:
    """Permit these ranges, and no others."""
    if ranges:
        txn.write(_KEY, TargetsRecord(permitted=ranges))
    else:
        txn.delete(_KEY)
