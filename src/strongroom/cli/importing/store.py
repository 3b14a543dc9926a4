"""The command `import store`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from strongroom.cli.command import FORMAT_ONLY, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.importing.carrying_out import carry_out
from strongroom.cli.importing.options import FLAGS, read_options
from strongroom.cli.invocation import Invocation
from strongroom.cli.prompt import NoTerminal, ask_hidden
from strongroom.importing.stopped.barrier.barrier import Barrier
from strongroom.importing.stopped.barrier.unsealing import root_key, share, sharing
from strongroom.importing.stopped.rows import Rows, UnreadableStore
from strongroom.importing.stopped.source import StoppedSource

if TYPE_CHECKING:
    from strongroom.lib.secret import Secret

_STORAGES = ("file", "raft", "postgresql")
_FROM = (
    Flag("storage", f"What the stopped server's configuration calls its storage: {', '.join(_STORAGES)}."),
    Flag("path", "The directory of the storage file or raft."),
    Flag("connection-url-file", "File with the connection URL of the storage postgresql."),
    Flag("table", "The table of the storage postgresql, if it has another name than the servers give it."),
    Flag("unseal-keys-file", "File with key shares, one a line; without it they are asked for."),
)
_HELP = """Imports from the store of a Vault or OpenBao that was stopped, which is only read.

It takes the key shares of that server. What no API gives comes over from here too: hashes of passwords, the private \
keys of authorities, transit keys that may not be exported, data of versions that were deleted and not destroyed. \
Settings of mounts whose form isn't read are listed; import those by `import vault`, before the server is stopped.

$ strongroom import store -storage=raft -path=/opt/vault/data -plan
$ strongroom import store -storage=raft -path=/opt/vault/data -journal=import.journal
$ strongroom import store -storage=raft -path=/opt/vault/data -verify"""


def _rows(call: Invocation) -> Rows:
    """The store that the flags name.  Raises `Failure`, `UnreadableStore`."""
    storage, path = call.flags.text("storage"), call.flags.text("path")
    if storage not in _STORAGES:
        raise Failure(f"Must specify -storage, one of {', '.join(_STORAGES)}.")
    if storage == "postgresql":
        from strongroom.importing.stopped.rows.postgresql import PostgresqlRows  # noqa: PLC0415 - needs an extra

        file = call.flags.text("connection-url-file")
        if not file:
            raise Failure("Must specify -connection-url-file: a URL on the command line shows its password to others.")
        return PostgresqlRows(_text(file).strip(), call.flags.text("table"))
    if not path:
        raise Failure("Must specify the directory of the store using -path.")
    if storage == "raft":
        from strongroom.importing.stopped.rows.raft import RaftRows  # noqa: PLC0415 - only what is needed

        return RaftRows(Path(path))
    from strongroom.importing.stopped.rows.directory import DirectoryRows  # noqa: PLC0415

    return DirectoryRows(Path(path))


def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is no text"
        raise Failure(f"Error reading {file}: {reason}") from error


def _shares(call: Invocation, rows: Rows) -> list[Secret]:
    """As many key shares as the store needs.  Raises `Failure`, `UnreadableStore`."""
    needed = sharing(rows).secret_threshold
    if file := call.flags.text("unseal-keys-file"):
        return [share(line) for line in _text(file).splitlines() if line.strip()]
    if call.flags.on("non-interactive"):
        raise Failure("Must specify -unseal-keys-file if nothing may be asked.")
    try:
        return [share(ask_hidden(f"Key share {number} of {needed} (hidden): ")) for number in range(1, needed + 1)]
    except NoTerminal as error:
        raise Failure(f"Key shares can't be asked for ({error}); give -unseal-keys-file") from error


def _import(call: Invocation) -> int:
    options = read_options(call)
    try:
        rows = _rows(call)
        try:
            barrier = Barrier(rows, root_key(rows, _shares(call, rows)))
            return carry_out(call, StoppedSource(barrier, options.selection), options)
        finally:
            rows.close()
    except UnreadableStore as error:
        raise Failure(f"Error opening the store: {error}", 2) from error


COMMANDS = {
    "import store": Command(
        "import store [options]",
        _HELP,
        _import,
        (FORMAT_ONLY, Group("Source Options", _FROM), Group("Import Options", FLAGS)),
    ),
}
