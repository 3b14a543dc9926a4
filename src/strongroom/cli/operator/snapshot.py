"""The commands `operator snapshot save`, `inspect` and `restore`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from strongroom.cli.command import FORMAT, FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.text import go_value, pairs

_NO_CONFIGURATION = 3


def _server(call: Invocation, doing: str, name: str, *words: object) -> Any:
    """What a function of the server's module returns.  Raises `Failure`."""
    # Importing the store takes long, so only these commands do it.
    server = import_module("strongroom.server.snapshots")
    try:
        return getattr(server, name)(*words)
    except server.SnapshotError as error:
        raise Failure(f"Error {doing}: {error}") from error


def _paths(call: Invocation) -> tuple[str, ...]:
    paths = tuple(call.flags.many("config"))
    if not paths:
        raise Failure("Must specify the server's configuration using -config.", _NO_CONFIGURATION)
    return paths


def _show(call: Invocation, found: dict[str, Any], head: str) -> int:
    if not call.table:
        return call.document(found)
    if head:
        call.terminal.out(head)
    call.terminal.out(pairs([(name.capitalize(), go_value(value)) for name, value in found.items()]))
    return 0


def _save(call: Invocation) -> int:
    target = call.arguments[0]
    found = _server(call, "saving the store", "save", _paths(call), target)
    head = f"Success! Saved to {target}, and read it back: it is whole\n"
    if not found["initialized"]:
        call.terminal.warn("The store isn't initialized yet: there is nothing to restore in this snapshot.")
    return _show(call, found, head)


def _inspect(call: Invocation) -> int:
    return _show(call, _server(call, "inspecting the snapshot", "inspect", call.arguments[0]), "")


def _restore(call: Invocation) -> int:
    file = call.arguments[0]
    kept = _server(call, "restoring the snapshot", "restore", _paths(call), file)
    call.terminal.out(f"Success! Restored {file}")
    if kept:
        call.terminal.out(f"The files of the store that was there are in {kept}")
    call.terminal.out("Start the server, and unseal it with the key shares of the snapshot's time.")
    return 0


_CONFIG = Flag(
    "config",
    "The server's configuration file or directory; may be repeated.",
    "strings",
    variable="CONFIG_PATH",
)
_USER = "Run it on the server's machine, as the server's user."

COMMANDS = {
    "operator snapshot save": Command(
        "operator snapshot save -config=FILE [options] SNAPSHOT",
        "Saves a whole copy of the store to a new file, while the server goes on. The copy is of one moment, is read "
        "and checked before it gets its name, has the mode 0600, and never takes the place of a file. It is encrypted "
        f"as the store is: the key shares of its time open it. {_USER}\n\n"
        "$ runuser -u strongroom -- strongroom operator snapshot save -config=/etc/strongroom/strongroom.hcl "
        "/var/backups/strongroom/today.db\n\n"
        "For SQLite. Of a store in PostgreSQL the command prints what to run.",
        _save,
        (Group("Command Options", (_CONFIG, FORMAT)),),
        Arity(1, 1),
        http=False,
    ),
    "operator snapshot inspect": Command(
        "operator snapshot inspect [options] SNAPSHOT",
        "Reads all of a snapshot, checks that it is whole, and shows the id and the number of the last commit in it. "
        "It needs no keys, and no configuration.\n\n"
        "$ strongroom operator snapshot inspect /var/backups/strongroom/today.db",
        _inspect,
        (FORMAT_ONLY,),
        Arity(1, 1),
        http=False,
    ),
    "operator snapshot restore": Command(
        "operator snapshot restore -config=FILE SNAPSHOT",
        "Puts a snapshot in the place of the store. Stop the server first: the command refuses while a process has the "
        f"store open. The files of the earlier store are kept, in a directory beside the new one. {_USER}\n\n"
        "$ runuser -u strongroom -- strongroom operator snapshot restore -config=/etc/strongroom/strongroom.hcl "
        "/var/backups/strongroom/today.db\n\n"
        "Everything is then as it was at the snapshot's time: secrets, tokens, policies, and the key shares.",
        _restore,
        (Group("Command Options", (_CONFIG,)),),
        Arity(1, 1),
        http=False,
    ),
}
