"""The command `operator migrate`."""

from __future__ import annotations

from dataclasses import asdict
from importlib import import_module

from strongroom.cli.command import FORMAT, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.progress import ProgressBar
from strongroom.cli.text import go_value, pairs

_NOT_FINISHED = 2
_LEVELS = ("trace", "debug", "info", "warn", "error")


def _migrate(call: Invocation) -> int:
    path = call.flags.text("config")
    if not path:
        raise Failure("Must specify exactly one config path using -config")
    if call.flags.given("start"):
        raise Failure("-start isn't needed here: the destination keeps how far it came, and this command goes on there")
    level = call.flags.text("log-level")
    if level not in _LEVELS:
        raise Failure(f"-log-level is one of {', '.join(_LEVELS)}")
    # Importing the stores takes long, so only this command does it.
    server = import_module("strongroom.server.migrating")
    bar = ProgressBar(call.terminal)
    try:
        if call.flags.on("reset"):
            removed = server.remove(path, bar, log_level=level)
            bar.close()
            call.terminal.out(
                f"Success! Removed {removed} rows of an unfinished migration"
                if removed
                else "The destination has no unfinished migration; nothing was removed"
            )
            return 0
        result = server.migrate(path, bar, log_level=level)
    except server.MigrationError as error:
        bar.close()
        raise Failure(f"Error migrating: {error}") from error
    bar.close()
    return _show(call, asdict(result))


def _show(call: Invocation, result: dict[str, object]) -> int:
    if not call.table:
        call.document(result)
    else:
        call.terminal.out(pairs([(name.capitalize(), go_value(value)) for name, value in result.items()]))
        if result["finished"]:
            call.terminal.out("\nSuccess! The destination has all rows of the source, compared one by one")
    if result["finished"]:
        return 0
    call.terminal.warn(
        "Not finished: servers still write to the source. Stop them, and run this command again: it brings over only "
        "what is missing. Until then no server starts on the destination."
    )
    return _NOT_FINISHED


COMMANDS = {
    "operator migrate": Command(
        "operator migrate -config=FILE [options]",
        "Moves everything from one store to another one, which must be empty. The file names both in two stanzas, "
        "storage_source and storage_destination, each written as storage in a server's configuration.\n\n"
        "$ runuser -u strongroom -- strongroom operator migrate -config=migrate.hcl\n\n"
        "The source is only read. Its servers may run meanwhile; stop them at the end, and run the command once more, "
        "which then takes moments. A migration that was interrupted goes on where it was. At the end all rows of both "
        "stores are compared. The same key shares open the new store.\n\n"
        "For the store of a stopped Vault or OpenBao there is `strongroom import store`.",
        _migrate,
        (
            Group(
                "Command Options",
                (
                    Flag("config", "File with the stanzas storage_source and storage_destination."),
                    Flag("log-level", "What is logged on standard error: trace to error.", default="warn"),
                    Flag(
                        "max-parallel", "Vault's, without effect here: many rows are one commit.", "int", default="10"
                    ),
                    Flag(
                        "reset",
                        "Remove what an unfinished migration has written to the destination, instead of going on.",
                        "bool",
                    ),
                    Flag("start", "Vault's, and not needed here: an interrupted migration goes on by itself."),
                    FORMAT,
                ),
            ),
        ),
        Arity(0, 0),
        http=False,
    ),
}
