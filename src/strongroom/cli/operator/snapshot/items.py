"""The commands `operator snapshot read` and `operator snapshot recover`: single secrets of a snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from strongroom.cli.command import OUTPUT, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.kv.mount import Place, locate
from strongroom.cli.operator.snapshot.remote import file_client
from strongroom.cli.paths import clean
from strongroom.cli.progress import Progress

_LOAD = "sys/storage/raft/snapshot-load"


@contextmanager
def _loaded(call: Invocation, file: str) -> Iterator[str]:
    """The id of a snapshot that the server has loaded; unloaded at the end."""
    client = file_client(call)
    try:
        with (
            call.doing("Error loading the snapshot: "),
            Path(file).open("rb") as opened,
            Progress(call.terminal, "bytes", Path(file).stat().st_size) as progress,
        ):
            answer: dict[str, Any] = client.send(_LOAD, opened, progress).json()
    except OSError as error:
        raise Failure(f"Error opening the snapshot file: {file}: {error.strerror}", 2) from error
    id_ = str(answer["data"]["snapshot_id"])
    try:
        yield id_
    finally:
        with call.doing("Error unloading the snapshot: "):
            client.delete(f"{_LOAD}/{id_}")


def _asked(call: Invocation, file: str, path: str) -> tuple[Place, dict[str, Any]]:
    place = locate(call, path)
    with _loaded(call, file) as id_, call.doing(f"Error reading {path} from the snapshot: "):
        query = [("read_snapshot_id", id_)]
        if version := call.flags.number("version"):
            query.append(("version", str(version)))
        found = call.client().read(place.under("data"), query)
    if found is None or found.get("data") is None:
        raise Failure(f"No value found at {path} in the snapshot", 2)
    return place, found


def _read(call: Invocation) -> int:
    file, path = call.arguments[0], clean(call.arguments[1])
    return call.answer(_asked(call, file, path)[1])


def _recover(call: Invocation) -> int:
    file, path = call.arguments[0], clean(call.arguments[1])
    place, found = _asked(call, file, path)
    target = locate(call, clean(call.flags.text("as"))) if call.flags.text("as") else place
    data = found["data"]["data"] if place.version == 2 else found["data"]
    if data is None:
        raise Failure(f"That version of {path} was deleted when the snapshot was taken", 2)
    body = {"data": data} if target.version == 2 else data
    with call.doing(f"Error writing {target.under('data')}: "):
        answer = call.client().write(target.under("data"), body)
    return call.done(answer, f"Success! Recovered {path} to {target.under('data')}")


_VERSION = Flag("version", "The version to read; without it, the newest one of then.", "int")
_AS = Flag("as", "Write it to this path, and leave the one that it had as it is.")

COMMANDS = {
    "operator snapshot read": Command(
        "operator snapshot read [options] SNAPSHOT PATH",
        "Reads one secret of kv as it was when the snapshot was taken. The snapshot has to be of the server's own "
        "cluster; it is loaded for as long as the command takes. The token has to allow that, and to read the path.\n\n"
        "$ strongroom operator snapshot read -version=2 today.snap secret/web/db",
        _read,
        (Group("Command Options", (_VERSION,)), OUTPUT),
        Arity(2, 2),
    ),
    "operator snapshot recover": Command(
        "operator snapshot recover [options] SNAPSHOT PATH",
        "Writes one secret of kv as it was when the snapshot was taken: as a new version of itself, or beside it with "
        "-as.\n\n$ strongroom operator snapshot recover -as=secret/web/db-restored today.snap secret/web/db",
        _recover,
        (Group("Command Options", (_VERSION, _AS)), OUTPUT),
        Arity(2, 2),
    ),
}
