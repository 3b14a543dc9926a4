"""How devices take entries, and who may use up the store's reserve for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from strongroom.audit.full import DeviceFullError
from strongroom.audit.records import AuditRecord
from strongroom.audit.standing import MAKING_ROOM, Standing
from strongroom.lib.errors import Unavailable
from strongroom.sdk.request import Operation

ONE, TWO = (
    AuditRecord(path=f"{name}/", type="file", description="", options={}, local=False, salt=b"", id=name)
    for name in ("1", "2")
)
DISK = 77


class Reserve:
    """Parts of room on a disk; some are for those who make room alone."""

    def __init__(self, parts: int, kept: int = 0) -> None:
        self.parts = parts
        self.kept = kept
        self.given = 0

    def share(self, file_system: int, *, rescue: bool) -> bool:
        """Give up a part."""
        assert file_system == DISK
        if self.parts <= (0 if rescue else self.kept):
            return False
        self.parts -= 1
        self.given += 1
        return True

    def spares(self) -> bool:
        """Whether others than those who make room have some left."""
        return self.parts > self.kept


class Device:
    """One whose disk needs parts of the reserve until an entry has room."""

    def __init__(self, needs: int = 0) -> None:
        self.needs = needs
        self.tried = 0
        self.fault: Exception | None = None

    def write_with(self, reserve: Reserve) -> Callable[[], None]:
        """Writing an entry."""

        def write() -> None:
            self.tried += 1
            if self.fault is not None:
                raise self.fault
            if reserve.given < self.needs:
                raise DeviceFullError("full", file_system=DISK, detail="no space left on device")

        return write


def test_a_change_is_told_once() -> None:
    """The first entry that fails, with the reason, and the first that is taken again."""
    standing, device, reserve = Standing(None), Device(), Reserve(0)
    write = device.write_with(reserve)
    with capture_logs() as lines:
        taken = [standing.take(ONE, write, rescue=False)]
        for fault in (Unavailable("text", detail="why"), Unavailable("text"), None, None, Unavailable("text"), None):
            device.fault = fault
            taken.append(standing.take(ONE, write, rescue=False))
            assert standing.failing == (set() if taken[-1] else {"1"})
    assert taken == [True, False, False, True, True, False, True]
    assert [(line["event"], line["device"], line.get("reason")) for line in lines] == [
        ("audit device failed", "1/", "why"),
        ("audit device takes entries again", "1/", None),
        ("audit device failed", "1/", "text"),
        ("audit device takes entries again", "1/", None),
    ]


def test_a_fault_of_ours_is_none_of_the_device() -> None:
    """It comes out, and the device doesn't count as failing."""
    standing, device = Standing(None), Device()
    device.fault = RuntimeError("ours")
    with pytest.raises(RuntimeError, match="ours"):
        standing.take(ONE, device.write_with(Reserve(0)), rescue=True)
    assert standing.failing == set()


def test_a_full_disk_gets_as_many_parts_as_it_needs() -> None:
    """And no more; without a reserve, or when it is used up, the device fails."""
    for parts, reserve_there, taken, tried, left in (
        (5, True, True, 4, 2),
        (2, True, False, 3, 0),
        (5, False, False, 1, 5),
    ):
        reserve, device = Reserve(parts), Device(needs=3)
        standing = Standing(reserve if reserve_there else None)
        assert standing.take(ONE, device.write_with(reserve), rescue=True) is taken
        assert (device.tried, reserve.parts) == (tried, left)
        assert standing.failing == (set() if taken else {"1"})


def test_the_rest_of_the_reserve_is_for_who_makes_room() -> None:
    """Once a device lives on it, entries of others aren't even tried when only the rest is left."""
    reserve, device, other = Reserve(3, kept=2), Device(needs=1), Device()
    standing, write = Standing(reserve), device.write_with(reserve)
    assert standing.take(ONE, write, rescue=False)
    assert (device.tried, reserve.parts, reserve.spares()) == (2, 2, False)
    assert not standing.take(ONE, write, rescue=False)
    assert device.tried == 2
    assert standing.take(TWO, other.write_with(reserve), rescue=False), "its disk has room"
    assert standing.take(ONE, write, rescue=True)
    device.needs = 3
    assert standing.take(ONE, write, rescue=True)
    assert reserve.parts == 0
    reserve.parts = 3
    assert standing.take(ONE, write, rescue=False)


def test_a_device_that_was_removed_is_forgotten() -> None:
    """One that is made anew under its id begins anew; others stay as they are."""
    reserve, device = Reserve(1, kept=0), Device(needs=1)
    standing = Standing(reserve)
    assert standing.take(ONE, device.write_with(reserve), rescue=False)
    device.fault = Unavailable("text")
    for record in (ONE, TWO):
        assert not standing.take(record, device.write_with(reserve), rescue=True)
    standing.keep_only({"2"})
    assert standing.failing == {"2"}
    device.fault = None
    assert not reserve.spares()
    assert standing.take(ONE, device.write_with(reserve), rescue=False)
    standing.keep_only({"1", "3"})
    assert standing.failing == set()


def test_reading_and_creating_make_no_room() -> None:
    """Deletions and revocations do, by every verb that they come by."""
    assert {Operation.DELETE, Operation.UPDATE, Operation.PATCH} == MAKING_ROOM
