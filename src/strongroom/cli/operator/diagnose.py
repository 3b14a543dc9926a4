"""The commands `operator diagnose` and `operator validate-config`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from strongroom.__about__ import API_LEVEL, __version__
from strongroom.cli.command import FORMAT, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.client.settings import named

_LABELS = {
    "ok": ("\033[32m", "[ success ]"),
    "warn": ("\033[33m", "[ warning ]"),
    "fail": ("\033[31m", "[ failure ]"),
    "skipped": ("\033[90m", "[ skipped ]"),
}
_ADVICE = "\033[35m"
_PLAIN = "\033[0m"
_NO_CONFIGURATION = 3


def lines(finding: dict[str, Any], *, colour: bool, depth: int = 0) -> list[str]:
    """A finding's document and those below it, as indented lines.

    Args:
        finding: with `name`, `status`, `message`, `warnings`, `Advice`, `facts`, `children`.
        colour: whether the lines are for a terminal.
        depth: how far to indent, in steps of two.
    """

    def painted(paint: str, text: str) -> str:
        return f"{paint}{text}{_PLAIN}" if colour else text

    indent = "  " * depth
    paint, label = _LABELS[finding["status"]]
    warnings = finding.get("warnings", [])
    inline = finding.get("message") or (warnings[0] if len(warnings) == 1 else "")
    head = f"{indent}{painted(paint, label)} {finding['name']}"
    out = [f"{head}: {inline}" if inline else head]
    if len(warnings) > 1:
        out += [f"{indent}  {painted(paint, label)} {warning}" for warning in warnings]
    if finding["Advice"]:
        out.append(f"{indent}  {painted(_ADVICE, finding['Advice'])}")
    out += [f"{indent}  {name} = {value}" for name, value in finding.get("facts", {}).items()]
    for child in finding.get("children", []):
        out += lines(child, colour=colour, depth=depth + 1)
    return out


def _paths(call: Invocation) -> tuple[str, ...]:
    paths = tuple(call.flags.many("config"))
    if not paths:
        raise Failure("Must specify a configuration file using -config.", _NO_CONFIGURATION)
    return paths


def _show(call: Invocation, finding: dict[str, Any], head: str) -> None:
    if not call.table:
        call.document(finding)
        return
    no_colour = call.environment.get("NO_COLOR") is not None or named(call.environment, "CLI_NO_COLOR")[1]
    shown = lines(finding, colour=call.terminal.interactive and not no_colour)
    call.terminal.out("\n".join([f"Strongroom v{__version__} (API level {API_LEVEL})", *head.splitlines(), *shown]))


def _diagnose(call: Invocation) -> int:
    paths = _paths(call)
    skip = frozenset(name.strip() for value in call.flags.many("skip") for name in value.split(",") if name.strip())
    # Only this command needs what the server is made of: named here, not imported above.
    server = import_module("strongroom.server.diagnose.checks")
    if unknown := sorted(skip - set(server.SKIPPABLE)):
        raise Failure(f"Unknown check: -skip={unknown[0]}. There are {', '.join(server.SKIPPABLE)}.", _NO_CONFIGURATION)
    try:
        finding, code = server.diagnose(paths, skip, facts=call.flags.on("debug"), user=call.flags.text("user"))
    except server.UserError as error:
        raise Failure(f"Error choosing the user: {error}", _NO_CONFIGURATION) from error
    _show(call, finding, "\nResults:")
    return int(code)


def _validate(call: Invocation) -> int:
    finding, code = import_module("strongroom.server.diagnose.checks").validate(_paths(call))
    _show(call, finding, "")
    return int(code)


_CONFIG = Flag("config", "A configuration file or directory; may be repeated.", "strings", variable="CONFIG_PATH")
_DEBUG = Flag("debug", "Show what was measured, too.", "bool")
_USER = Flag("user", "As whom to check, when root asks; root for root itself.")
_SKIP = Flag("skip", "Leave out listener, storage, autounseal, os, permissions or plugins; may be repeated.", "strings")

COMMANDS = {
    "operator diagnose": Command(
        "operator diagnose -config=FILE [options]",
        "Checks what would keep a server from starting, or make it unsafe: the configuration, this machine's limits, "
        "file permissions, the disk, the store, certificates, addresses. Run it with the server's environment. It can "
        "be run beside a running server, which it doesn't disturb.\n\n"
        "$ strongroom operator diagnose -config=/etc/strongroom/config.hcl\n\n"
        "Run by root it checks as the server's user, whom permissions can stop: the one of the unit that starts a "
        "server with that configuration, else the owner of the store's directory, or the one that -user names.\n\n"
        "The exit code is 0 when all is well, 2 with warnings, 1 with failures, 4 when a failure kept other checks "
        "from being made, 3 when the command line is wrong.",
        _diagnose,
        (Group("Command Options", (_CONFIG, _DEBUG, FORMAT, _SKIP, _USER)),),
        Arity(0, None),
        http=False,
    ),
    "operator validate-config": Command(
        "operator validate-config -config=FILE [options]",
        "Checks a configuration's syntax, its keys, their types and whether they fit together, and nothing of this "
        "machine: it can be run where the server isn't, before a change is rolled out.\n\n"
        "$ strongroom operator validate-config -config=config.hcl\n\n"
        "The exit code is 0 when all is well, 2 with warnings, 1 with errors, 3 when no configuration is named.",
        _validate,
        (Group("Command Options", (_CONFIG, FORMAT)),),
        Arity(0, None),
        http=False,
    ),
}
