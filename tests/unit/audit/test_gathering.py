"""Claims about entries that are written together: who took which, and that the chain holds."""

from __future__ import annotations

import json
import os
import resource
import signal
from pathlib import Path

import msgspec
import pytest

from strongroom.audit import chain
from strongroom.audit.entry import Outcome
from strongroom.audit.file.device import FileDevice
from strongroom.audit.full import whole
from strongroom.audit.gathering import Entry
from strongroom.audit.strand import ChainKey
from strongroom.audit.verification import Verification
from strongroom.lib.errors import Internal, Unavailable
from strongroom.sdk import Operation
from strongroom.sdk.response import Response
from strongroom.services.exchange import Exchange, Grant
from tests.sim.audit_log import faults
from tests.unit.audit.auditing import KNOWN, Auditing, begun
from tests.unit.audit.auditing import entries as entries_of


async def gathered(auditing: Auditing, count: int) -> list[Entry]:
    """The entries of as many requests, which wait for the end of the turn."""
    sinks, broker = await auditing.sinks(), auditing.broker
    return [broker.request(sinks, KNOWN, "", float(number)) for number in range(count)]


async def test_entries_wait_for_the_end_of_the_turn() -> None:
    """They are one write then, in their order."""
    auditing = await begun()
    await auditing.enable("a/")
    entries = await gathered(auditing, 3)
    device = await auditing.device("a/")
    assert (device.lines, [entry.is_written for entry in entries]) == ([], [False] * 3)
    auditing.broker.turn.begin()
    auditing.broker.turn.end()
    assert device.events == ["open", "write"]
    assert [entry["time"] for entry in entries_of(device)] == [f"1970-01-01T00:00:0{n}.000000Z" for n in range(3)]
    assert all(entry.is_written and entry.is_taken for entry in entries)


async def test_who_needs_an_entry_has_all_written_that_wait() -> None:
    """What comes later is another write."""
    auditing = await begun()
    await auditing.enable("a/")
    first, second = await gathered(auditing, 2)
    auditing.broker.require(second)
    device = await auditing.device("a/")
    assert (len(device.lines), device.events.count("write")) == (2, 1)
    auditing.broker.require(first)
    assert device.events.count("write") == 1
    auditing.broker.require(auditing.broker.response(await auditing.sinks(), KNOWN, Outcome(), 9.0))
    assert (len(device.lines), device.events.count("write")) == (3, 2)


async def test_the_chain_goes_on_from_the_last_line_that_was_taken() -> None:
    """A device that takes some lines, then none for a while: the log verifies, and who lacks an entry is refused."""
    auditing = await begun()
    await auditing.enable("a/")
    await auditing.sinks()
    (record,) = await auditing.records()
    device = await auditing.device("a/")
    device.at_once, device.breaks_after = 2, 5
    entries = await gathered(auditing, 8)
    with pytest.raises(Internal, match="failed to audit request"):
        auditing.broker.require(entries[5])
    assert [entry.is_taken for entry in entries] == [True] * 5 + [False] * 3
    auditing.broker.require(entries[4])
    device.breaks_after = 1_000_000
    for entry in await gathered(auditing, 2):
        auditing.broker.require(entry)
    assert faults(chain.key_of(record.salt), device.lines) == []
    links = [json.loads(line)["chain"] for line in device.lines]
    assert [link["sequence"] for link in links] == [1, 2, 3, 4, 5, 6, 7]
    assert [link["sequence"] for link in links if "mac" in link] == [7]


async def test_what_was_taken_when_the_channel_ends_is_known_to_the_store() -> None:
    """Also lines that have no MAC: their writer's head stands for one, so nobody can change or cut them off."""
    auditing = await begun()
    await auditing.enable("a/")
    (sink,) = await auditing.sinks()
    (record,) = await auditing.records()
    device = await auditing.device("a/")
    device.at_once, device.breaks_after = 3, 3
    entries = await gathered(auditing, 5)
    auditing.broker.require(entries[2])
    auditing.broker.close()
    trail = sink.channel.trail
    key = ChainKey(chain.key_of(record.salt), b"", {trail.writer: trail.link})
    assert (trail.over, trail.link.sequence) == (True, 3)

    def problems(lines: list[bytes]) -> list[str]:
        checking = Verification([key])
        return [fault.problem for fault in checking.file(lines)] + list(checking.finish().faults)

    assert problems(device.lines) == []
    assert len(problems(device.lines[:2])) == 2
    changed = [device.lines[0], device.lines[1].replace(b'"type"', b'"kind"'), device.lines[2]]
    assert problems(changed)[0] == f"{trail.writer}'s lines 1 to 3 are not those that the store knows"


@pytest.mark.parametrize(("one_by_one", "macs"), [(False, [3]), (True, [1, 2, 3])])
async def test_a_device_whose_lines_go_on_one_by_one_gets_a_mac_in_each(one_by_one: bool, macs: list[int]) -> None:
    """A reader of a pipe may begin a new file within what was written together."""
    auditing = await begun()
    await auditing.enable("a/")
    await auditing.sinks()
    (record,) = await auditing.records()
    device = await auditing.device("a/")
    device.one_by_one = one_by_one
    auditing.broker.require((await gathered(auditing, 3))[2])
    links = [json.loads(line)["chain"] for line in device.lines]
    assert [link["sequence"] for link in links if "mac" in link] == macs
    assert faults(chain.key_of(record.salt), device.lines) == []


async def test_the_entries_of_a_request_keep_their_order() -> None:
    """Also of one that was refused, and ran again and was allowed to make room within the same turn."""
    auditing = await begun()
    await auditing.enable("a/")
    sinks, broker = await auditing.sinks(), auditing.broker
    making_room = msgspec.structs.replace(KNOWN.request, operation=Operation.UPDATE)
    refused = Exchange(making_room)
    allowed = Exchange(making_room, grant=Grant())
    entries = [broker.request(sinks, refused, "", 1.0), broker.response(sinks, allowed, Outcome(), 2.0)]
    assert [entry.rescue for entry in entries] == [False, True]
    broker.require(entries[1])
    assert [entry["type"] for entry in entries_of(await auditing.device("a/"))] == ["request", "response"]


async def test_without_devices_nothing_has_to_take_an_entry() -> None:
    """It counts as taken at once."""
    auditing = await begun()
    entries = await gathered(auditing, 2)
    assert all(entry.is_taken for entry in entries)
    for entry in entries:
        auditing.broker.require(entry)


async def test_much_is_written_before_the_turn_ends() -> None:
    """Entries that wait are bounded in bytes, so that large ones don't fill the memory."""
    auditing = await begun()
    await auditing.enable("a/", log_raw="true")
    sinks = await auditing.sinks()
    large = Outcome(response=Response(warnings=["x" * 600_000]))
    first = auditing.broker.response(sinks, KNOWN, large, 1.0)
    assert not first.is_written
    auditing.broker.response(sinks, KNOWN, large, 2.0)
    assert first.is_written


@pytest.mark.parametrize(("written", "taken"), [(0, 0), (2, 0), (3, 1), (4, 1), (8, 2), (9, 3)])
def test_what_was_written_whole(written: int, taken: int) -> None:
    """How many lines of 3, 5 and 1 bytes a write has taken."""
    assert whole([b"aa\n", b"bbbb\n", b"\n"], written) == taken


def test_a_file_that_is_full_takes_whole_lines(tmp_path: Path) -> None:
    """A write that is cut takes the lines before the cut; the next write ends the line that was cut."""
    path = tmp_path / "log"
    device = FileDevice(str(path))
    device.open()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
            taken = device.write(b"one\n", b"two\n", b"three\n")
            try:
                device.write(b"three\n")
            except Unavailable:
                resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
                code = 0 if (taken, device.write(b"three\n", b"four\n")) == (2, 2) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert path.read_bytes() == b"one\ntwo\nth\nthree\nfour\n"
