"""The command `operator raft`: there is no raft here, and what its commands are for is done by others."""

from __future__ import annotations

from strongroom.cli import PROGRAM
from strongroom.cli.command import Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.invocation import Invocation

_INSTEAD = {
    "list-peers": "operator members",
}
_NEEDLESS = {
    "join": "A node joins by being started on the same store.",
    "remove-peer": "A node leaves by being stopped.",
    "promote": "Every node serves reads and writes.",
    "demote": "Every node serves reads and writes.",
    "autopilot": "No node leads, so none has to be chosen.",
}


def _raft(call: Invocation) -> int:
    asked = call.arguments[0] if call.arguments else ""
    told = "There is no raft here: the store keeps its own copies, and all nodes work on it."
    if asked in _INSTEAD:
        told += f' Use "{PROGRAM} {_INSTEAD[asked]}".'
    elif asked in _NEEDLESS:
        told += f" {_NEEDLESS[asked]}"
    raise Failure(told)


COMMANDS = {
    "operator raft": Command(
        "operator raft [COMMAND]",
        "Tells what does the work of the commands that other servers have for their raft storage: "
        '"operator members" lists nodes, "operator snapshot" copies the store.',
        _raft,
        arity=Arity(0, None),
        http=False,
    ),
}
