"""The commands `audit enable`, `disable` and `list`."""

from __future__ import annotations

from typing import Any

from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.paths import clean
from strongroom.cli.render import SecretAnswer
from strongroom.cli.text import go_value, table

_ORDER = ("type", "description", "options", "local", "path")


def _enable(call: Invocation) -> int:
    if not call.arguments:
        types = "'file', 'socket' and 'syslog'"  # scripts know these words; `http` is in the help
        raise Failure(f"Error enabling audit device: audit type missing. Valid types include {types}.")
    device_type = call.arguments[0].strip()
    path = clean(call.flags.text("path") or device_type)
    options = call.data(call.data_words())
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
    call.warnings(SecretAnswer(answer).warnings)
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


COMMANDS = {
    "audit enable": Command(
        "audit enable [options] TYPE [CONFIG K=V...]",
        "Enables an audit device, by default at its type's name. The types are file, syslog, socket and http.\n\n"
        "$ strongroom audit enable file file_path=/var/log/strongroom/audit.log\n"
        "$ strongroom audit enable -path=collector socket address=logs.example.com:6514 socket_type=tls\n"
        "$ strongroom audit enable syslog tag=vault facility=LOCAL3",
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
    "audit list": Command(
        "audit list [options]",
        "Lists the enabled audit devices.",
        _list,
        (FORMAT_ONLY, Group("Command Options", (Flag("detailed", "Print options too.", "bool"),))),
        Arity(),
    ),
}
