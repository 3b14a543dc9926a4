"""The command `print token`."""

from __future__ import annotations

from strongroom.cli.command import Arity, Command
from strongroom.cli.invocation import Invocation
from strongroom.client.settings import named


def _print_token(call: Invocation) -> int:
    call.terminal.out(named(call.environment, "TOKEN")[1] or call.kept_token())
    return 0


COMMANDS = {
    "print token": Command(
        "print token",
        "Prints the token in use: the environment's, else the one that a login kept.",
        _print_token,
        arity=Arity(0, None),
        http=False,
    ),
}
