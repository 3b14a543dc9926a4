"""How many methods and enforcements a namespace has."""

from __future__ import annotations

import pytest

from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import InvalidRequest
from strongroom.services.mfa import enforcements, methods
from strongroom.services.mfa.records import EnforcementRecord, MethodRecord, TotpSettings
from tests.flow.node import TestNode


def method(number: int) -> MethodRecord:
    """A TOTP method."""
    return MethodRecord(id=f"m{number:03}", namespace="root", type="totp", totp=TotpSettings(issuer="i"))


async def test_methods() -> None:
    """One more than the most is refused; those that exist are still changed."""
    node = await TestNode.start()
    assert node.node.unsealed is not None
    barrier = node.node.unsealed.barrier

    async def body(txn: Transaction, first: int, last: int) -> None:
        for number in range(first, last):
            await methods.write(txn, "root", method(number))

    await transact(barrier, lambda txn: body(txn, 0, methods.MOST))
    with pytest.raises(InvalidRequest, match="at most 256 MFA methods"):
        await transact(barrier, lambda txn: body(txn, methods.MOST, methods.MOST + 1))
    await transact(barrier, lambda txn: body(txn, 3, 4))


async def test_enforcements() -> None:
    """The same."""
    node = await TestNode.start()
    assert node.node.unsealed is not None
    barrier = node.node.unsealed.barrier

    async def one(txn: Transaction, number: int) -> None:
        record = EnforcementRecord(id=f"e{number}", name=f"e{number}", method_ids=("m",), types=("userpass",))
        await enforcements.write(txn, "root", record, [])

    async def many(txn: Transaction) -> None:
        for number in range(enforcements.MOST):
            await one(txn, number)

    await transact(barrier, many)
    with pytest.raises(InvalidRequest, match="at most 512 login enforcements"):
        await transact(barrier, lambda txn: one(txn, enforcements.MOST))
    await transact(barrier, lambda txn: one(txn, 5))
