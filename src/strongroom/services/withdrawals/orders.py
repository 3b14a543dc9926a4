"""Makes withdrawals, and ends them."""

from __future__ import annotations

import msgspec

from strongroom.barrier.keys import ROOT_NAMESPACE
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest
from strongroom.services.withdrawals.records import (
    CANCELLED,
    DONE,
    MARKS,
    NAMESPACES,
    ORDERS,
    REPORTS,
    WALKS,
    Report,
    Walk,
    Withdrawal,
    order_key,
    report_key,
)

MOST = 256
"""Withdrawals that bind requests at a time.  Each is compared whenever a token is looked at anew."""


OF_ROOT = 64
"""How many of these only the root namespace can make: tenants mustn't use up what ends a break-in."""


async def make(txn: Transaction, order: Withdrawal, asked: dict[str, str]) -> None:
    """Store a withdrawal.  When this has committed, nothing that it concerns is valid.

    Args:
        asked: what was asked for, for the report.

    Raises: `InvalidRequest` if there are too many.
    """
    most = MOST if order.namespace == ROOT_NAMESPACE else MOST - OF_ROOT
    if len(await txn.list(ORDERS, limit=most)) >= most:
        raise InvalidRequest(
            f"{most} withdrawals stand already, which is the most: lift those that aren't needed any more, or name "
            "several networks in one"
        )
    txn.write(order_key(order.id), order)
    txn.write(report_key(order.id), Report(id=order.id, namespace=order.namespace, made_at=order.made_at, asked=asked))
    txn.write(walk_key(order.id, NAMESPACES, order.namespace), Walk())


async def lift(txn: Transaction, order: Withdrawal, now: float) -> None:
    """End the blocking of a withdrawal.  What was issued before stays invalid."""
    txn.write(order_key(order.id), msgspec.structs.replace(order, block=False, until=now))


async def cancel(txn: Transaction, report: Report, now: float) -> None:
    """End a withdrawal.  What wasn't cleared yet is valid again."""
    txn.delete(order_key(report.id))
    txn.write(report_key(report.id), msgspec.structs.replace(report, state=CANCELLED, ended_at=now))


async def forget(txn: Transaction, report: Report) -> None:
    """Remove the report of a withdrawal that has ended.  Raises `InvalidRequest` for one that hasn't."""
    if report.state not in {DONE, CANCELLED}:
        raise InvalidRequest("this withdrawal still stands: it can be cancelled, and then deleted")
    txn.delete(report_key(report.id))


async def read(txn: Transaction, id_: str) -> tuple[Withdrawal | None, Report | None]:
    """A withdrawal and its report."""
    if not id_ or "/" in id_:
        return None, None
    return await txn.read(order_key(id_), Withdrawal), await txn.read(report_key(id_), Report)


async def names(txn: Transaction, after: str, limit: int | None) -> list[str]:
    """The ids of all reports, sorted."""
    return await txn.list(REPORTS, after, limit)


def marks_of(id_: str) -> str:
    """The prefix of the rows that name the leases that a withdrawal is revoking."""
    return f"{MARKS}{id_}/"


def walk_key(id_: str, stage: str, namespace: str) -> str:
    """The row of a namespace that a withdrawal walks through, in a stage."""
    return f"{walks_of(id_)}{stage}/{namespace}"


def walks_of(id_: str) -> str:
    """The prefix of the namespaces that a withdrawal still walks through."""
    return f"{WALKS}{id_}/"
