"""Snapshots by a server's API: what the commands do without `-config`."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO

from strongroom.cli.failure import Failure
from strongroom.cli.invocation import Invocation
from strongroom.cli.operator.snapshot.offline import FROZEN, inspect
from strongroom.cli.progress import Progress
from strongroom.client.client import Answer
from strongroom.client.errors import BadSettings, ResponseError
from strongroom.client.files import FileClient, Told

PATH = "sys/storage/raft/snapshot"
FORCED = "sys/storage/raft/snapshot-force"
TOO_LARGE = (
    "The server holds in memory what it is sent, and takes no file of this size. Restore it with -config on the "
    "machine of a stopped server, or from the directory or bucket of a schedule: "
    "strongroom write -f sys/snapshots/taken/NAME/FILE/restore"
)


def file_client(call: Invocation) -> FileClient:
    """A client for the server that also sends files.  Raises `Failure`."""
    try:
        return FileClient(call.settings())
    except BadSettings as error:
        raise Failure(f"failed to create client: {error}", 2) from error


def save(call: Invocation, target: str, *, replacing: bool) -> dict[str, Any]:
    """Have the server make a snapshot, check what came, and only then give it its name.

    Returns: what it holds.
    """
    # What checks the file is imported by the commands that need it alone.
    from strongroom.lib.errors import StrongroomError  # noqa: PLC0415
    from strongroom.lib.whole_file import appearing  # noqa: PLC0415

    if call.previews():
        call.client().request("GET", PATH)
    try:
        with appearing(Path(target), replacing=replacing) as partial:
            with (
                call.doing("Error taking the snapshot: "),
                partial.open("wb") as file,
                Progress(call.terminal, "bytes") as progress,
            ):
                file_client(call).receive(PATH, file, progress)
            return inspect(str(partial))
    except StrongroomError as error:
        raise Failure(f"Error taking the snapshot: {error}") from error
    except OSError as error:
        raise Failure(f"Error taking the snapshot: {target}: {error.strerror}") from error


def restore(call: Invocation, file: str) -> int:
    """Have the server put a snapshot in the place of its store's rows."""
    path = FORCED if call.flags.on("force") else PATH
    query = [("thaw", "true")] if call.flags.on("thaw") else []
    if call.previews():
        call.client().request("POST", path, query=query)
    size = Path(file).stat().st_size
    try:
        with (
            call.doing("Error installing the snapshot: "),
            Path(file).open("rb") as opened,
            Progress(call.terminal, "bytes", size) as progress,
        ):
            answer = _send(file_client(call), path, opened, progress, query).json()
    except OSError as error:
        raise Failure(f"Error opening the snapshot file: {file}: {error.strerror}", 2) from error
    data = (answer or {}).get("data") or {}
    message = f"Success! Restored {file}"
    if data.get("sealed"):
        message += "\nThe nodes are sealed: unseal them with the key shares of the snapshot's time."
    return call.done(answer, f"{message}\n{FROZEN}" if data.get("frozen") else message)


def _send(client: FileClient, path: str, file: BinaryIO, told: Told, query: list[tuple[str, str]]) -> Answer:
    try:
        return client.send(path, file, told, query)
    except ResponseError as error:
        if error.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise
        raise Failure(f"Error installing the snapshot: {error}\n\n{TOO_LARGE}", 2) from error
