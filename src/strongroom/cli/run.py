"""From words to an exit code: find the command, read its flags, run it, say what went wrong."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

from strongroom.cli import PROGRAM, flags, render, text, usage
from strongroom.cli.advice import advice
from strongroom.cli.command import Command
from strongroom.cli.failure import Failure
from strongroom.cli.invocation import Invocation
from strongroom.cli.preview import Previewed
from strongroom.cli.suggestion import meant
from strongroom.cli.table import COMMANDS
from strongroom.cli.terminal import Terminal
from strongroom.client.errors import BadAnswer, BadSettings, ClientError, ResponseError, Unreachable
from strongroom.client.settings import named

_HELP = frozenset({"-h", "-help", "--help"})


def load(name: str) -> Command:
    """The command with this full name."""
    module = import_module(f"strongroom.cli.{COMMANDS[name].module}")
    found: Command = module.COMMANDS[name]
    return found


def wants_help(words: Sequence[str]) -> bool:
    """Whether help is asked for anywhere before a `--`."""
    for word in words:
        if word == "--":
            return False
        if word in _HELP:
            return True
    return False


def output_format(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """The output format, wherever on the command line it is named.  Raises `Failure` for one that doesn't exist."""
    form = flags.anywhere(words, "format") or named(environment, "FORMAT")[1] or "table"
    if form.lower() not in render.FORMATS:
        raise Failure(f"Invalid output format: {form}")
    return "yaml" if form.lower() == "yml" else form.lower()


def run(name: str, words: Sequence[str], *, terminal: Terminal, environment: Mapping[str, str]) -> int:
    """Run a command.

    Args:
        name: its full name.
        words: what follows the name on the command line.

    Returns: the exit code: 0, 1 for an error on this side, 2 for one of the server.
    """
    command = load(name)
    own = flags.leading(command.flags(), words) if command.hands_on else words
    if wants_help(own):
        terminal.out(usage.command(command))
        return 0
    try:
        return _run(command, words, own, terminal, environment)
    except Previewed as preview:
        terminal.raw(f"{preview}\n")
        return 0
    except (Failure, ClientError) as error:
        terminal.error(str(error))
        cause = error.__cause__ if isinstance(error, Failure) else error
        if isinstance(cause, BadAnswer | BadSettings | Unreachable | ResponseError) and cause.hint:
            terminal.error(cause.hint)
        if isinstance(cause, ResponseError):
            _explain(cause, terminal, advise=_for_people(own, environment))
        for flag, what in (("output-curl-string", "cURL string"), ("output-policy", "policy")):
            if flags.anywhere(own, flag) is not None:
                terminal.error(f"Unable to generate {what} from command")
        return error.code if isinstance(error, Failure) else 2


def _for_people(words: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Whether advice is wanted: where output is for programs, so is what comes beside it."""
    try:
        return output_format(words, environment) == "table"
    except Failure:
        return True


def _explain(refusal: ResponseError, terminal: Terminal, *, advise: bool) -> None:
    if refusal.warnings:
        terminal.error(text.warnings(refusal.warnings))
    if advise and (note := advice(refusal)):
        terminal.error(note)


def _run(
    command: Command, words: Sequence[str], own: Sequence[str], terminal: Terminal, environment: Mapping[str, str]
) -> int:
    known = command.flags()
    form = output_format(own, environment)
    if form == "raw" and not command.raw:
        raise Failure("This command does not support the -format=raw option.")
    # Where output is for programs, so is what comes beside it: no advice on how to type the command.
    advise = form == "table"
    try:
        parsed = flags.parse(known, words, environment)
    except flags.FlagError as error:
        if advise:
            _warn_misplaced(error.rest, terminal)
        nearest = meant(error.unknown, [flag.name for flag in known]) if error.unknown else ""
        raise Failure(f"{error}\nDid you mean -{nearest}?" if nearest else str(error)) from None
    if advise and not command.hands_on:
        _warn_misplaced(parsed.arguments, terminal)
    try:
        command.arity.check(parsed.arguments)
    except Failure as failure:
        raise Failure(f"{failure}\nNote: usage is {PROGRAM} {command.usage}" if advise else str(failure)) from None
    if command.once:
        terminal.require()
    form = form if any(flag.name == "format" for flag in known) else "table"
    call = Invocation(parsed, form, terminal=terminal, environment=environment, stdin=sys.stdin)
    return command.run(call)


def _warn_misplaced(arguments: Sequence[str], terminal: Terminal) -> None:
    if found := flags.misplaced(arguments):
        terminal.error(
            "Command flags must be provided before positional arguments. "
            f"The following arguments will not be parsed as flags: [{','.join(found)}]"
        )
