"""Devices that were tried and then not configured."""

from __future__ import annotations

import pytest

from strongroom.audit import records
from strongroom.audit.devices import DeviceRequest
from strongroom.audit.records import Manifest
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest
from tests.unit.audit.auditing import NOW, begun
from tests.unit.audit.test_heads import Keeping


async def test_a_writer_of_no_device_gets_no_head() -> None:
    """It has written the entry that tried the device, and nobody asks for it; it is not remembered either."""
    auditing = await begun()
    keeping = Keeping(auditing)

    async def change_of_mind(txn: Transaction) -> None:
        await auditing.broker.enable(txn, DeviceRequest("a/", "kept", "", {}, local=False), NOW)
        raise InvalidRequest("not after all")

    with pytest.raises(InvalidRequest, match="not after all"):
        await keeping.do(change_of_mind)
    (trail,) = auditing.broker.trails.values()
    assert trail.link.sequence == 1
    await keeping.heads.store()

    async def left(txn: Transaction) -> tuple[list[str], Manifest | None]:
        return await txn.list(records.HEADS), await txn.read(records.MANIFEST, Manifest)

    assert await keeping.do(left) == ([], Manifest())
    assert auditing.broker.trails == {}
