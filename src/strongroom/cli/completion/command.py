"""The command `completion`."""

from __future__ import annotations

from strongroom.cli import PROGRAM
from strongroom.cli.command import Arity, Command
from strongroom.cli.completion.scripts import SCRIPTS, script
from strongroom.cli.failure import Failure
from strongroom.cli.invocation import Invocation


def _completion(call: Invocation) -> int:
    shell = call.arguments[0]
    if shell not in SCRIPTS:
        raise Failure(f"There is no script for {shell}; there are some for {', '.join(SCRIPTS)}.")
    call.terminal.raw(script(shell, PROGRAM))
    return 0


COMMANDS = {
    "completion": Command(
        "completion SHELL",
        "Prints a script for bash, zsh or fish that completes commands, flags, paths of the server and names of "
        "policies, mounts and files. What is on the server is asked for with the token in use, and takes two seconds "
        "at the most.\n\n"
        '$ eval "$(strongroom completion bash)"\n\n'
        "The Debian package installs the scripts. Elsewhere the line for each shell that has a start-up file is "
        "written there, and taken out again, by\n\n"
        "$ strongroom -autocomplete-install\n\n$ strongroom -autocomplete-uninstall",
        _completion,
        arity=Arity(1, 1),
        http=False,
    )
}
