"""The commands `operator snapshot save`, `inspect`, `verify` and `restore`, and raft's names for them."""

from __future__ import annotations

from typing import Any

from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.operator.snapshot import offline, remote
from strongroom.cli.text import go_value, pairs


def _paths(call: Invocation) -> tuple[str, ...]:
    return tuple(call.flags.many("config"))


def _show(call: Invocation, found: dict[str, Any], head: str) -> int:
    if not call.table:
        return call.document(found)
    if head:
        call.terminal.out(head)
    rows = [(name.replace("_", " ").capitalize(), go_value(value)) for name, value in found.items() if value != ""]
    call.terminal.out(pairs(rows))
    return 0


def _saved(call: Invocation, *, replacing: bool) -> tuple[str, dict[str, Any]]:
    target, paths = call.arguments[0], _paths(call)
    if paths:
        return target, offline.save(call, paths, target, replacing=replacing)
    return target, remote.save(call, target, replacing=replacing)


def _save(call: Invocation) -> int:
    target, found = _saved(call, replacing=call.flags.on("force"))
    return _show(call, found, f"Success! Saved to {target}, and read it back: it is whole\n")


def _raft_save(call: Invocation) -> int:
    """As clients of raft's snapshots know it: silent, and over an earlier file, but only once the new one is whole."""
    _saved(call, replacing=True)
    return 0


def _inspect(call: Invocation) -> int:
    return _show(call, offline.inspect(call.arguments[0]), "")


def _verify(call: Invocation) -> int:
    found = offline.inspect(call.arguments[0])
    return _show(call, found, f"Success! {call.arguments[0]} is whole: every byte was read and checked\n")


def _restore(call: Invocation) -> int:
    file, paths = call.arguments[0], _paths(call)
    found = offline.inspect(file)
    if not found["initialized"]:
        raise Failure(f"{file} is of a store that was never initialized: there is nothing to restore in it")
    if call.table and "created" in found:
        told = ("created", "cluster_name", "cluster_id", "rows", "seals")
        shown = [(name.replace("_", " ").capitalize(), go_value(found[name])) for name in told if found[name]]
        call.terminal.out(pairs(shown) + "\n")
    if paths:
        return offline.restore(call, paths, file, int(found["rows"]))
    return remote.restore(call, file)


_CONFIG = Flag(
    "config",
    "The server's configuration file or directory; may be repeated. Without it, a running server is asked.",
    "strings",
    variable="CONFIG_PATH",
)
_REPLACE = Flag("force", "Take the place of a file of that name, once the new one is whole.", "bool", aliases=("f",))
_FORCE = Flag(
    "force", "Restore also a snapshot of another cluster, or one that can't be unsealed here.", "bool", aliases=("f",)
)
_THAW = Flag(
    "thaw", "Let leases end, credentials rotate and webhooks be posted at once, instead of after a go.", "bool"
)
_USER = "With -config, run it on the server's machine, as the server's user."

_SAVE = (
    "Saves a whole copy of the store to a new file, while the server goes on. The copy is of one moment, is read "
    "and checked before it gets its name, and has the mode 0600. Secrets in it are encrypted "
    "as the store is: the key shares of its time open it.\n\n"
    "$ strongroom operator snapshot save today.snap\n\n"
    "Without -config, a running server of the cluster makes it. With -config, this program reads the store itself, "
    f"of any kind, whether servers run or not. {_USER}\n\n"
    "$ runuser -u strongroom -- strongroom operator snapshot save -config=/etc/strongroom/strongroom.hcl "
    "/var/backups/strongroom/today.snap"
)
_INSPECT = (
    "Reads all of a snapshot, checks every byte of it, and shows the id and the number of the last commit in it. "
    "It needs no keys, no configuration and no server.\n\n"
    "$ strongroom operator snapshot inspect today.snap"
)
_RESTORE = (
    "Puts a snapshot in the place of the store. Everything is then as it was at the snapshot's time: secrets, tokens, "
    "policies, and the key shares. Leases don't end and nothing rotates until operator restore go; -thaw says so at "
    "once.\n\n"
    "With -config, this program writes the store itself. On SQLite, stop the server first: the command refuses while a "
    "process has the store open, and keeps the files of the earlier store in a directory beside the new one. Stores of "
    f"other kinds have to be empty. {_USER}\n\n"
    "$ runuser -u strongroom -- strongroom operator snapshot restore -config=/etc/strongroom/strongroom.hcl "
    "/var/backups/strongroom/today.snap\n\n"
    "Without -config, a running, unsealed server replaces its store's rows. The snapshot has to be of its own cluster, "
    "or forced; after one of another cluster, the nodes are sealed, and its key shares open them."
)

_SAVING = (Group("Command Options", (_CONFIG, _REPLACE)), FORMAT_ONLY)
_RESTORING = (Group("Command Options", (_CONFIG, _FORCE, _THAW)), FORMAT_ONLY)

COMMANDS = {
    "operator snapshot save": Command("operator snapshot save [options] SNAPSHOT", _SAVE, _save, _SAVING, Arity(1, 1)),
    "operator snapshot inspect": Command(
        "operator snapshot inspect [options] SNAPSHOT", _INSPECT, _inspect, (FORMAT_ONLY,), Arity(1, 1), http=False
    ),
    "operator snapshot verify": Command(
        "operator snapshot verify [options] SNAPSHOT",
        "Reads all of a snapshot and checks every byte of it. Fails if one isn't as it was written.\n\n"
        "$ strongroom operator snapshot verify today.snap",
        _verify,
        (FORMAT_ONLY,),
        Arity(1, 1),
        http=False,
    ),
    "operator snapshot restore": Command(
        "operator snapshot restore [options] SNAPSHOT", _RESTORE, _restore, _RESTORING, Arity(1, 1)
    ),
    "operator raft snapshot save": Command(
        "operator raft snapshot save [options] SNAPSHOT",
        "Does what operator snapshot save does, under the name that scripts know. There is no raft here. It prints "
        "nothing, and takes the place of an earlier file, but only when the new one is whole.",
        _raft_save,
        (Group("Command Options", (_CONFIG,)),),
        Arity(1, 1),
    ),
    "operator raft snapshot inspect": Command(
        "operator raft snapshot inspect [options] SNAPSHOT", _INSPECT, _inspect, (FORMAT_ONLY,), Arity(1, 1), http=False
    ),
    "operator raft snapshot restore": Command(
        "operator raft snapshot restore [options] SNAPSHOT", _RESTORE, _restore, _RESTORING, Arity(1, 1)
    ),
}
