"""The command `agent`: its flags, handed to the agent as one value."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from strongroom.cli import PROGRAM
from strongroom.cli.command import HTTP, Arity, Command
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation

_EXIT = "exit-after-auth"
_SECOND_NS = 1_000_000_000
OPTIONS = Group(
    "Command Options",
    (
        Flag("config", "A configuration file or directory; may be repeated.", "strings", variable="AGENT_CONFIG_PATH"),
        Flag(_EXIT, "End when a login was made, and all sinks and templates are written.", "bool"),
        Flag("log-file", "Where to write the log as well."),
        Flag("log-format", "standard or json.", variable="LOG_FORMAT"),
        Flag("log-rotate-bytes", "Put the log file aside when it has so many bytes.", "int"),
        Flag("log-rotate-duration", "Put the log file aside when it is so old.", "duration"),
        Flag("log-rotate-max-files", "How many that were put aside stay: 0 for all, -1 for none.", "int"),
        Flag("log-level", "trace, debug, info, warn or error.", variable="LOG_LEVEL"),
    ),
)


def arguments_of(call: Invocation) -> Any:
    """What the flags say, as an `AgentArguments`."""
    flags = call.flags
    given = [flag for flag in HTTP.flags if flag.variable and flags.given(flag.name)]
    client = {flag.variable: str(flags.on(flag.name)).lower() for flag in given if flag.kind == "bool"}
    client |= {flag.variable: flags.text(flag.name) for flag in given if flag.kind == "string"}

    def number(name: str, unit: int = 1) -> int | None:
        return flags.number(name) // unit if flags.given(name) else None

    # An agent needs a lot, the command line next to nothing: its modules are named here, not imported above.
    return import_module("strongroom.agent.arguments").AgentArguments(
        config=tuple(flags.many("config")),
        exit_after_auth=flags.on(_EXIT) if flags.given(_EXIT) else None,
        log_level=flags.text("log-level").lower(),
        log_format=flags.text("log-format").lower(),
        log_file=flags.text("log-file"),
        log_rotate_bytes=number("log-rotate-bytes"),
        log_rotate_duration_s=number("log-rotate-duration", _SECOND_NS),
        log_rotate_max_files=number("log-rotate-max-files"),
        client=client,
        headers=tuple((name.title(), value) for name, value in flags.pairs("header").items()),
    )


def _agent(call: Invocation) -> int:
    return int(import_module("strongroom.agent.main").serve(arguments_of(call)) or 0)


COMMANDS = {
    "agent": Command(
        "agent [options]",
        "Starts an agent. It logs in by a method of its configuration, keeps its token, and writes it to files.\n\n"
        f"$ {PROGRAM} agent -config=/etc/strongroom/agent.hcl\n\n"
        "What flags say comes before variables, and these before the configuration. The command "
        "`agent generate-config` writes a first one, for a program that gets secrets in its environment.",
        _agent,
        (OPTIONS,),
        Arity(0, 0),
    ),
}
