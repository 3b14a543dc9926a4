"""Snapshots of the store that a configuration names, without a server: what `-config` asks for."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from strongroom.cli.failure import Failure
from strongroom.cli.invocation import Invocation
from strongroom.cli.progress import Progress

FROZEN: Final = (
    "It is frozen: leases don't end, nothing rotates, no webhook is posted. `strongroom operator restore status` tells "
    "what would,\nand `strongroom operator restore go` ends the freeze."
)


def server(doing: str, name: str, *words: object, **options: object) -> Any:
    """What a function of the server's module returns.  Raises `Failure`."""
    # Importing the store takes long, so only these commands do it.
    module = import_module("strongroom.server.snapshots")
    try:
        return getattr(module, name)(*words, **options)
    except module.SnapshotError as error:
        raise Failure(f"Error {doing}: {error}") from error


def save(call: Invocation, paths: tuple[str, ...], target: str, *, replacing: bool) -> dict[str, Any]:
    """Save the store; returns what the snapshot holds."""
    with Progress(call.terminal, "rows") as progress:
        found: dict[str, Any] = server("saving the store", "save", paths, target, progress, replacing=replacing)
    if not found["initialized"]:
        call.terminal.warn("The store isn't initialized yet: there is nothing to restore in this snapshot.")
    return found


def inspect(file: str) -> dict[str, Any]:
    """Read all of a file; returns what it holds."""
    found: dict[str, Any] = server("inspecting the snapshot", "inspect", file)
    return found


def restore(call: Invocation, paths: tuple[str, ...], file: str, rows: int) -> int:
    """Restore a file; says what comes next."""
    wanted = import_module("strongroom.server.snapshots.restoring").Wanted
    with Progress(call.terminal, "rows", rows) as progress:
        how = wanted(forced=call.flags.on("force"), frozen=not call.flags.on("thaw"), progress=progress)
        kept = server("restoring the snapshot", "restore", paths, file, how)
    call.terminal.out(f"Success! Restored {file}")
    if kept:
        call.terminal.out(f"The files of the store that was there are in {kept}")
    call.terminal.out("Start the server, and unseal it with the key shares of the snapshot's time.")
    if not call.flags.on("thaw"):
        call.terminal.out(FROZEN)
    return 0
