"""The commands `audit enable`, `disable`, `list` and `verify`."""

from __future__ import annotations

import base64
import gzip
from pathlib import Path
from typing import Any

from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.paths import clean
from strongroom.cli.render import Secret
from strongroom.cli.text import go_value, table

_ORDER = ("type", "description", "options", "local", "path")


def _enable(call: Invocation) -> int:
    if not call.arguments:
        types = "'file', 'socket' and 'syslog'"
        raise Failure(f"Error enabling audit device: audit type missing. Valid types include {types}.")
    device_type = call.arguments[0].strip()
    path = clean(call.flags.text("path") or device_type)
    options = call.data(call.arguments[1:])
    for name, value in options.items():
        if isinstance(value, list):
            raise Failure(f"Failed to parse K=V data: the option {name} is given twice")
    body = {
        "type": device_type,
        "description": call.flags.text("description"),
        "options": {name: go_value(value) for name, value in sorted(options.items())},
        "local": call.flags.on("local"),
    }
    with call.doing("Error enabling audit device: "):
        answer = call.client().write(f"sys/audit/{path}", body)
    call.warnings(Secret(answer).warnings)
    call.terminal.out(f"Success! Enabled the {device_type} audit device at: {path}/")
    return 0


def _disable(call: Invocation) -> int:
    path = clean(call.arguments[0])
    with call.doing("Error disabling audit device: "):
        call.client().delete(f"sys/audit/{path}")
    call.terminal.out(f"Success! Disabled audit device (if it was enabled) at: {path}/")
    return 0


def _devices(answer: Any) -> dict[str, Any]:
    found = (answer or {}).get("data")
    return {path: device for path, device in (answer or {} if found is None else found).items() if "type" in device}


def _list(call: Invocation) -> int:
    with call.doing("Error listing audits: "):
        devices = _devices(call.client().read("sys/audit"))
    if not call.table:
        return call.document(
            {path: {name: device.get(name) for name in _ORDER} for path, device in sorted(devices.items())}
        )
    if not devices:
        call.terminal.out("No audit devices are enabled.")
        return 2
    detailed = call.flags.on("detailed")
    lines = []
    for path, device in sorted(devices.items()):
        line = [path, str(device["type"]), str(device.get("description", ""))]
        if detailed:
            options = " ".join(f"{name}={value}" for name, value in sorted((device.get("options") or {}).items()))
            line += ["local" if device.get("local") else "replicated", options]
        lines.append(line)
    header = ["Path", "Type", "Description", *(["Replication", "Options"] if detailed else [])]
    call.terminal.out(table(header, lines))
    return 0


def _verify(call: Invocation) -> int:
    # Only here: what a server is made of takes long to import.
    from strongroom.audit.chain import Link  # noqa: PLC0415
    from strongroom.audit.verification import Key, Verification  # noqa: PLC0415

    path = clean(call.flags.text("path") or "file")
    # Before the files are read: a log that is written to has what the store knows by then.
    with call.doing("Error reading what the log is checked by: "):
        answer = call.client().read(f"sys/internal/audit/chain/{path}")
    keys = [
        Key(
            chain_key=base64.b64decode(device["chain_key"]),
            prefix=device["prefix"].encode(),
            heads={head["writer"]: Link(int(head["sequence"]), bytes.fromhex(head["mac"])) for head in device["heads"]},
            lost=int(device["lost"]),
            former=bool(device["former"]),
        )
        for device in ((answer or {}).get("data") or {}).get("devices", [])
    ]
    checking = Verification(keys, partial=call.flags.on("partial"))
    faults = 0
    for name in call.arguments:
        try:
            with gzip.open(name) if name.endswith(".gz") else Path(name).open("rb") as lines:
                for fault in checking.file(lines):
                    faults += 1
                    call.terminal.out(f"{name}:{fault.line}: {fault.problem}")
        except (OSError, EOFError) as error:
            raise Failure(f"Error reading {name}: {error}") from error
    summary = checking.finish()
    for text in summary.faults:
        call.terminal.out(text)
    faults += len(summary.faults)
    for writer in summary.unknown:
        call.terminal.out(f"Note: nothing is known of the end of {writer}")
    for line in summary.unchecked:
        call.terminal.out(f"Note: {line} was not checked: the one before it is in none of the files")
    found = f"{summary.lines} lines of {summary.writers} writers"
    if faults:
        call.terminal.out(f"Failed! {found}, faults: {faults}")
        return 1
    but = f", but for {len(summary.unchecked)} lines that were not checked" if summary.unchecked else ""
    call.terminal.out(f"Success! {found}: nothing is changed or missing{but}")
    return 0


COMMANDS = {
    "audit enable": Command(
        "audit enable [options] TYPE [CONFIG K=V...]",
        "Enables an audit device, by default at its type's name.\n\n"
        "$ strongroom audit enable file file_path=/var/log/strongroom/audit.log",
        _enable,
        (
            Group(
                "Command Options",
                (
                    Flag("description", "What it is for."),
                    Flag("local", "Keep it on this cluster.", "bool"),
                    Flag("path", "Where to enable it."),
                ),
            ),
        ),
        Arity(0, None),
    ),
    "audit disable": Command(
        "audit disable [options] PATH",
        "Disables an audit device. What it has written stays.\n\n$ strongroom audit disable file",
        _disable,
        arity=Arity(1, 1),
    ),
    "audit verify": Command(
        "audit verify [options] FILE...",
        "Checks that an audit log is what the server wrote: that no line was changed, dropped, put in or cut off, and "
        "no writer's lines are missing. The files are read here, oldest first; those that end in .gz are unpacked. "
        "Its token needs read and sudo on sys/internal/audit/chain/PATH.\n\n"
        "$ strongroom audit verify -path=file /var/log/strongroom/audit.log.1 /var/log/strongroom/audit.log",
        _verify,
        (
            Group(
                "Command Options",
                (
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
    "audit list": Command(
        "audit list [options]",
        "Lists the enabled audit devices.",
        _list,
        (FORMAT_ONLY, Group("Command Options", (Flag("detailed", "Print options too.", "bool"),))),
        Arity(),
    ),
}
