"""The commands `kv get`, `kv put`, `kv patch` and `kv rollback`."""

from __future__ import annotations

from typing import Any

from strongroom.cli.command import FORMAT_ONLY, OUTPUT, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.kv.mount import MOUNT, Place, doubled, locate, nothing
from strongroom.cli.render import SecretAnswer
from strongroom.cli.text import field_text, go_value, pairs
from strongroom.client.client import Client
from strongroom.client.errors import Denied, Unsupported

_CAS = Flag("cas", "Write only over this version; 0 writes only if there is none.", "int", default=-1)
_VERSION = Flag("version", "The version to read.", "int")


def heading(title: str, width: int) -> str:
    """A title between equals signs, about `width` characters long in all; at least two stand on each side of it
    when the title alone is as long as that.
    """
    rest = width - len(title) - 2
    sides = "=" * ((rest + 1) // 2 if rest > 0 else 2)
    return f"{sides} {title} {sides}"


def section(call: Invocation, title: str, rows: list[tuple[str, str]]) -> None:
    """Print a table under a heading as long as its longest name and the word above the values."""
    names = max((len(name) for name, _ in rows), default=0)
    call.terminal.out(heading(title, names + 4 + len("Value")))
    call.terminal.out(pairs(rows))


def path_heading(call: Invocation, title: str, path: str) -> None:
    """Print a secret's path under its heading."""
    call.terminal.out(heading(title, len(path)))
    call.terminal.out(path)
    call.terminal.out("")


def metadata_rows(metadata: dict[str, Any]) -> list[tuple[str, str]]:
    """The lines of a version's metadata."""
    return [
        (name, ("n/a" if name == "deletion_time" and not value else go_value(value)))
        for name, value in sorted(metadata.items())
    ]


def _get(call: Invocation) -> int:
    place = locate(call)
    version = call.flags.number("version")
    return get(call, place, [("version", str(version))] if place.version == 2 and version > 0 else [])


def get(call: Invocation, place: Place, questions: list[tuple[str, str]]) -> int:
    """Read a secret and print it.

    Args:
        questions: the request's query parameters.
    """
    path = place.under("data")
    with call.doing(f"Error reading {path}: "):
        answer = call.client().read(path, questions)
    if answer is None:
        raise Failure(nothing(call, place, "data"), 2)
    secret = SecretAnswer(answer)
    if secret.wrap is not None:
        return call.answer(answer)
    if name := call.flags.text("field"):
        return _get_field(call, secret, place, name)
    if not call.table:
        return call.secret(secret)
    call.warnings(secret.warnings)
    data: dict[str, Any] = secret.data or {}
    if place.version == 2:
        path_heading(call, "Secret Path", path)
        if data.get("metadata"):
            section(call, "Metadata", metadata_rows(data["metadata"]))
            call.terminal.out("")
        data = data.get("data") or {}
    if data:
        section(call, "Data", [(name, field_text(name, value)) for name, value in sorted(data.items())])
    return 0


def _get_field(call: Invocation, secret: SecretAnswer, place: Place, name: str) -> int:
    if place.version != 2:
        return call.field(secret, name)
    data = (secret.data or {}).get("data")
    if data is None:
        raise Failure(f"No data found at {place.under('data')}", 2)
    if name in data:
        return call.value(data[name])
    if name == "data":
        return call.value(data)
    raise Failure(f'Field "{name}" not present in map')


def _written(call: Invocation, place: Place, answer: dict[str, Any] | None, *, headed: bool = True) -> int:
    path = place.under("data")
    if answer is None or SecretAnswer(answer).only_warns:
        return call.done(answer, f"Success! Data written to: {path}")
    if call.flags.text("field") or not call.table:
        return call.answer(answer)
    secret = SecretAnswer(answer)
    call.warnings(secret.warnings)
    if not headed:
        call.terminal.out(pairs(metadata_rows(secret.data or {})))
        return 0
    path_heading(call, "Secret Path", path)
    section(call, "Metadata", metadata_rows(secret.data or {}))
    return 0


def _options(call: Invocation) -> dict[str, Any]:
    given = call.flags.given("cas") and call.flags.number("cas") >= 0
    return {"cas": call.flags.number("cas")} if given else {}


def _put(call: Invocation) -> int:
    words = call.data_words()
    if not words:
        raise Failure("Must supply data")
    data = call.data(words)
    return put(call, locate(call), data)


def put(call: Invocation, place: Place, data: dict[str, Any]) -> int:
    """Write a secret, and print its metadata."""
    path = place.under("data")
    if note := doubled(call, place):
        call.terminal.warn(note)
    body = {"data": data, "options": _options(call)} if place.version == 2 else data
    with call.doing(f"Error writing data to {path}: "):
        answer = call.client().write(path, body)
    return _written(call, place, answer)


def _patch(call: Invocation) -> int:
    removed = call.flags.many("remove-data")
    words = call.data_words()
    if not words and not removed:
        raise Failure("Must supply data")
    changes: dict[str, Any] = {**call.data(words), **dict.fromkeys(removed)}
    place = locate(call)
    if place.version != 2:
        raise Failure("K/V engine mount must be version 2 for patch support", 2)
    method = call.flags.text("method")
    if method not in {"", "patch", "rw"}:
        raise Failure(f"Unsupported method provided to -method flag: {method}", 2)
    return patch(call, place, changes)


def patch(call: Invocation, place: Place, changes: dict[str, Any]) -> int:
    """Change parts of a secret, on a mount that keeps versions, and print what was made."""
    if note := doubled(call, place):
        call.terminal.warn(note)
    method = call.flags.text("method")
    client = call.client()
    if method == "rw":
        return _written(call, place, _read_then_write(call, client, place, changes))
    path = place.under("data")
    with call.doing(f"Error writing data to {path}: "):
        try:
            answer = client.patch(path, {"data": changes, "options": _options(call)})
        except (Denied, Unsupported):
            # Older servers don't patch, and older policies don't grant it: reading and writing does the same.
            if method:
                raise
            answer = _read_then_write(call, client, place, changes)
    return _written(call, place, answer)


def _current(call: Invocation, client: Client, path: str, questions: list[tuple[str, str]]) -> dict[str, Any]:
    """A version's data and metadata.  Raises `Failure` when it is missing or deleted."""
    with call.doing(f"Error reading {path}: "):
        answer = client.read(path, questions)
    found = (answer or {}).get("data") or {}
    if not found.get("data"):
        raise Failure(f"No value found at {path}", 2)
    return dict(found)


def _read_then_write(call: Invocation, client: Client, place: Place, changes: dict[str, Any]) -> Any:
    path = place.under("data")
    current = _current(call, client, path, [])
    data = {name: value for name, value in {**current["data"], **changes}.items() if value is not None}
    with call.doing(f"Error writing data to {path}: "):
        return client.write(path, {"data": data, "options": {"cas": current["metadata"]["version"]}})


def _rollback(call: Invocation) -> int:
    version = call.flags.number("version")
    if not call.flags.given("version"):
        raise Failure("Version flag must be specified")
    if version <= 0:
        raise Failure(f"Invalid value {version} for the version flag")
    place = locate(call)
    if place.version != 2:
        raise Failure("K/V engine mount must be version 2 for rollback support", 2)
    path = place.under("data")
    client = call.client()
    with call.doing(f"Error doing pre-read at {path}: "):
        now = (client.read(path) or {}).get("data") or {}
    cas = (now.get("metadata") or {}).get("version", 0)
    with call.doing(f"Error reading {path}: "):
        old = (client.read(path, [("version", str(version))]) or {}).get("data") or {}
    metadata = old.get("metadata") or {}
    if metadata.get("deletion_time") and not old.get("data"):
        raise Failure("Cannot roll back to a version that has been deleted", 2)
    if metadata.get("destroyed"):
        raise Failure("Cannot roll back to a version that has been destroyed", 2)
    if not old.get("data"):
        raise Failure(f"No value found at {path}", 2)
    with call.doing(f"Error writing data to {path}: "):
        answer = client.write(path, {"data": old["data"], "options": {"cas": cas}})
    return _written(call, place, answer, headed=False)


COMMANDS = {
    "kv get": Command(
        "kv get [options] KEY",
        "Reads a secret.\n\n$ strongroom kv get -mount=secret web\n\n"
        "Without -mount, the argument holds the mount's path and the secret's.",
        _get,
        (OUTPUT, Group("Common Options", (MOUNT, _VERSION))),
        Arity(1, 1),
    ),
    "kv put": Command(
        "kv put [options] KEY [DATA]",
        "Writes a secret. On a mount that keeps versions, this makes a new one.\n\n"
        "$ strongroom kv put -mount=secret web password=-",
        _put,
        (OUTPUT, Group("Common Options", (_CAS, MOUNT))),
        Arity(1, None, ">1"),
    ),
    "kv patch": Command(
        "kv patch [options] KEY [DATA]",
        "Changes the named parts of a secret, in a new version.\n\n$ strongroom kv patch -mount=secret web user=eva",
        _patch,
        (
            OUTPUT,
            Group(
                "Common Options",
                (
                    _CAS,
                    MOUNT,
                    Flag("method", "patch asks the server to merge, rw reads and writes; else whichever works."),
                    Flag("remove-data", "A name to remove; may be repeated.", "strings"),
                ),
            ),
        ),
        Arity(1, None, ">1"),
    ),
    "kv rollback": Command(
        "kv rollback [options] KEY",
        "Writes an earlier version of a secret as its newest.\n\n$ strongroom kv rollback -version=2 secret/web",
        _rollback,
        (FORMAT_ONLY, Group("Common Options", (MOUNT, _VERSION))),
        Arity(1, 1),
    ),
}
