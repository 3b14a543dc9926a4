"""The command `audit verify`."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from strongroom.cli.audit.files import STDIN, lines_of
from strongroom.cli.audit.visible import visible
from strongroom.cli.command import Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.paths import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from strongroom.audit.strand import ChainKey

_SHOWN = 20
"""Faults of one file, and notes of one kind: a file that is no log has a fault in each line."""


class _Report:
    """Prints findings, but not more than a person reads.

    Args:
        whole: whether everything is printed.
    """

    def __init__(self, call: Invocation, *, whole: bool) -> None:
        self._call = call
        self._whole = whole
        self._found = 0
        self.faults = 0

    def fault(self, text: str) -> None:
        """One fault."""
        self.faults += 1
        self._found += 1
        if self._whole or self._found <= _SHOWN:
            self._call.terminal.out(text)

    def end_of(self, what: str) -> None:
        """Say how many faults of this file or kind weren't printed."""
        left = self._found - _SHOWN
        if left > 0 and not self._whole:
            self._call.terminal.out(f"{what}: {left} more faults, which -all shows")
        self._found = 0

    def notes(self, texts: Sequence[str]) -> None:
        """Notes of one kind."""
        shown = texts if self._whole else texts[:_SHOWN]
        for text in shown:
            self._call.terminal.out(f"Note: {text}")
        if len(shown) < len(texts):
            self._call.terminal.out(f"Note: {len(texts) - len(shown)} more like these, which -all shows")


def _keys(call: Invocation) -> list[ChainKey]:
    from strongroom.audit.chain import ChainLink  # noqa: PLC0415 - what a server is made of takes long to import
    from strongroom.audit.strand import ChainKey  # noqa: PLC0415 - as above

    path = clean(call.flags.text("path") or "file")
    with call.doing("Error reading what the log is checked by: "):
        answer = call.client().read(f"sys/internal/audit/chain/{path}")
    return [
        ChainKey(
            chain_key=base64.b64decode(device["chain_key"]),
            prefix=device["prefix"].encode(),
            heads={
                head["writer"]: ChainLink(int(head["sequence"]), bytes.fromhex(head["mac"])) for head in device["heads"]
            },
            lost=int(device["lost"]),
            former=bool(device["former"]),
        )
        for device in ((answer or {}).get("data") or {}).get("devices", [])
    ]


def _verify(call: Invocation) -> int:
    from strongroom.audit.reading import Reading  # noqa: PLC0415 - as above
    from strongroom.audit.verification import Verification  # noqa: PLC0415 - as above

    if call.arguments.count(STDIN) > 1:
        raise Failure("Standard input can be named once.")
    # Fetched before the files are read, so that a growing log contains everything that the store knew.
    checking = Verification(_keys(call), partial=call.flags.on("partial"))
    report = _Report(call, whole=call.flags.on("all"))
    device, foreign = clean(call.flags.text("path") or "file").rstrip("/"), 0
    reading = Reading()
    for name in call.arguments:
        shown = "standard input" if name == STDIN else visible(name)
        with lines_of(name) as lines:
            for fault in checking.file(reading.lines(lines)):
                report.fault(f"{shown}:{fault.line}: {fault.problem}")
                foreign += fault.problem.endswith("or of another device")
        report.end_of(shown)
    summary = checking.finish()
    for text in (*summary.faults, *(f"parts of a line are missing: {missing}" for missing in reading.missing)):
        report.fault(text)
    report.end_of("the log as a whole")
    report.notes([f"nothing is known of the end of {writer}" for writer in summary.unknown])
    report.notes([f"{line} was not checked: the one before it is in none of the files" for line in summary.unchecked])
    found = f"{summary.lines} lines of {summary.writers} writers"
    if foreign and foreign == summary.writers:  # not one of them fits
        report.notes([f"this was checked as the log of the device {device}/. Is it another one's? -path names that."])
    if report.faults:
        call.terminal.out(f"Failed! {found}, faults: {report.faults}")
        return 1
    but = f", but for {len(summary.unchecked)} lines that were not checked" if summary.unchecked else ""
    call.terminal.out(f"Success! {found}: nothing is changed or missing{but}")
    return 0


COMMANDS = {
    "audit verify": Command(
        "audit verify [options] FILE...",
        "Checks that an audit log is what the server wrote: that no line was changed, dropped, put in or cut off, and "
        "no writer's lines are missing. The files are read here, oldest first; those that end in .gz are unpacked, "
        "and - is standard input. Its token needs read and sudo on sys/internal/audit/chain/PATH.\n\n"
        "$ strongroom audit verify -path=file /var/log/strongroom/audit.log.1 /var/log/strongroom/audit.log",
        _verify,
        (
            Group(
                "Command Options",
                (
                    Flag("all", f"Print every fault and note, not the first {_SHOWN} of each file and kind.", "bool"),
                    Flag("path", "Where the device is, or was, enabled.", default="file"),
                    Flag(
                        "partial",
                        "Older files are elsewhere: writers may begin later, or be missing as a whole.",
                        "bool",
                    ),
                ),
            ),
        ),
        Arity(1, None),
    ),
}
