"""The command `monitor`."""

from __future__ import annotations

from strongroom.cli.command import Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation

_LEVELS = ("trace", "debug", "info", "warn", "error")


def _monitor(call: Invocation) -> int:
    level, form = call.flags.text("log-level").lower(), call.flags.text("log-format").lower()
    if level not in _LEVELS:
        raise Failure(f"{level} is an unknown log level. Valid log levels are: [{' '.join(_LEVELS)}]")
    if form not in {"standard", "json"}:
        raise Failure(f"{form} is an unknown log format. Valid log formats are: [standard json]")
    questions = [("log_format", form), ("log_level", level)]
    with call.doing("Error starting monitor: "):
        rest = b""
        for block in call.client().stream("sys/monitor", questions):
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                call.terminal.raw(line.decode("utf-8", "replace") + "\n")
            call.terminal.flush()
    return 0


COMMANDS = {
    "monitor": Command(
        "monitor [options]",
        "Prints the log lines of a server, those of all its processes, as they come, until it is interrupted.\n\n"
        "$ strongroom monitor -log-level=debug",
        _monitor,
        (
            Group(
                "Monitor Options",
                (
                    Flag("log-format", "standard or json.", default="standard"),
                    Flag("log-level", "The least level to print.", default="info"),
                ),
            ),
        ),
        Arity(),
    ),
}
