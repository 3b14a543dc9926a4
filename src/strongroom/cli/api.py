"""Commands on any path of the API: read, write, patch, delete, list, scan."""

from __future__ import annotations

from typing import Any

from strongroom.cli import render
from strongroom.cli.command import FORCE, LISTING, OUTPUT, Arity, Command
from strongroom.cli.data import DataError, DataReader
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.kv.mount import Place
from strongroom.cli.kv.short_path import advise, asked
from strongroom.cli.paths import clean, page, print_keys

_PAGE = Group(
    "Command Options",
    (
        Flag("after", "Begin behind this name."),
        Flag("limit", "The most names to list.", "int", default=-1),
    ),
)

_LOOKUPS = "identity/lookup/"
"""Below it a write is a search.  Nothing found is an empty answer, as of a write that is done."""


def _questions(call: Invocation, words: list[str], complaint: str) -> list[tuple[str, str]]:
    try:
        return DataReader(call.stdin).read_strings(words)
    except DataError as error:
        raise Failure(f"{complaint}: {error}") from error


def _read(call: Invocation) -> int:
    path = clean(call.arguments[0])
    questions = _questions(call, call.data_words(), "Failed to parse K=V data")
    if call.form == "raw":
        return _read_raw(call, path, questions)

    def ask() -> Any:
        with call.doing(f"Error reading {path}: "):
            return call.client().read(path, questions)

    answer = asked(call, "read", path, ask)
    if isinstance(answer, Place):
        from strongroom.cli.kv.data import get  # noqa: PLC0415 - only a mount that keeps versions needs it

        return get(call, answer, questions)
    if answer is None:
        raise Failure(f"No value found at {path}", 2)
    return call.answer(answer)


def _read_raw(call: Invocation, path: str, questions: list[tuple[str, str]]) -> int:
    def ask(path: str = path) -> bytes:
        with call.doing(f"Error reading {path}: "):
            return call.client().request("GET", path, query=questions).body

    body = asked(call, "read", path, ask)
    if isinstance(body, Place):
        body = ask(body.under("data"))
    call.terminal.raw(body.decode("utf-8", "surrogateescape") + "\n")
    return 0


def _written(call: Invocation, path: str, answer: dict[str, Any] | None) -> int:
    if answer is None or render.SecretAnswer(answer).only_warns:
        if answer is None and call.table and path.startswith(_LOOKUPS):
            call.terminal.warn("Note: this was a search, and nothing was found.")
        return call.done(answer, f"Success! Data written to: {path}")
    return call.answer(answer)


def _write_data(call: Invocation) -> tuple[str, dict[str, Any] | None]:
    path = clean(call.arguments[0])
    words = call.data_words()
    data = call.data(words)
    if not words and not call.flags.on("force"):
        raise Failure("Must supply data or use -force")
    return path, data or None


def _write(call: Invocation) -> int:
    path, data = _write_data(call)

    def ask() -> Any:
        with call.doing(f"Error writing data to {path}: "):
            return call.client().write(path, data)

    try:
        answer = asked(call, "write", path, ask)
    except Failure as failure:
        advise(call, path, data, failure)
        raise
    if isinstance(answer, Place):
        from strongroom.cli.kv.data import put  # noqa: PLC0415 - as above

        return put(call, answer, data or {})
    return _written(call, path, answer)


def _patch(call: Invocation) -> int:
    path, data = _write_data(call)

    def ask() -> Any:
        with call.doing(f"Error writing data to {path}: "):
            return call.client().patch(path, data)

    answer = asked(call, "patch", path, ask)
    if isinstance(answer, Place):
        from strongroom.cli.kv.data import patch  # noqa: PLC0415 - as above

        return patch(call, answer, data or {})
    return _written(call, path, answer)


def _delete(call: Invocation) -> int:
    path = clean(call.arguments[0])
    questions = _questions(call, call.data_words(), "Failed to parse string list data")

    def ask() -> Any:
        with call.doing(f"Error deleting {path}: "):
            return call.client().delete(path, questions)

    answer = asked(call, "delete", path, ask)
    if isinstance(answer, Place):
        from strongroom.cli.kv.versions import delete  # noqa: PLC0415 - as above

        return delete(call, answer)
    if answer is None or render.SecretAnswer(answer).only_warns:
        return call.done(answer, f"Success! Data deleted (if it existed) at: {path}")
    return call.answer(answer)


def _list(call: Invocation) -> int:
    return _names(call, "list", "listing", "No value found at")


def _scan(call: Invocation) -> int:
    return _names(call, "scan", "scanning", "No entries found at")


def _names(call: Invocation, word: str, doing: str, missing: str) -> int:
    """Print a listing; `word` is `list` or `scan`."""
    path = clean(call.arguments[0])

    def ask() -> Any:
        with call.doing(f"Error {doing} {path}: "):
            client = call.client()
            return (client.list if word == "list" else client.scan)(path, page(call))

    answer = asked(call, word, path, ask)
    if isinstance(answer, Place):
        from strongroom.cli.kv import versions  # noqa: PLC0415 - as above

        return (versions.list_names if word == "list" else versions.scan_names)(call, answer)
    return print_keys(call, answer, f"{missing} {path}")


_COMMAND_FORCE = Group("Command Options", (FORCE,))
_SHORT = (
    "\n\nOn a key/value mount that keeps versions, a secret's short path does what the kv command does, and a note on "
    "standard error says so."
)

COMMANDS = {
    "read": Command(
        "read [options] PATH",
        "Reads the data at a path: a secret, new credentials, a configuration.\n\n$ strongroom read secret/data/web"
        + _SHORT,
        _read,
        (OUTPUT,),
        Arity(1, None),
        raw=True,
        once=True,
    ),
    "write": Command(
        "write [options] PATH [DATA K=V...]",
        "Writes data to a path. A value that begins with @ names a file that holds it, - stands for standard input; "
        "a lone @file.json or - holds all data as JSON.\n\n$ strongroom write auth/userpass/users/eva password=-"
        + _SHORT,
        _write,
        (OUTPUT, _COMMAND_FORCE),
        Arity(1, None),
        once=True,
    ),
    "patch": Command(
        "patch [options] PATH [DATA K=V...]",
        "Changes the named parts of the data at a path, by a JSON merge patch.\n\n$ strongroom patch pki/issuer/x a=b"
        + _SHORT,
        _patch,
        (OUTPUT, _COMMAND_FORCE),
        Arity(1, None),
        once=True,
    ),
    "delete": Command(
        "delete [options] PATH",
        "Deletes the data at a path. If there is none, that is no error.\n\n$ strongroom delete secret/data/web"
        + _SHORT,
        _delete,
        (OUTPUT,),
        Arity(1, None, "at least 1"),
    ),
    "list": Command(
        "list [options] PATH",
        "Lists the names below a path.\n\n$ strongroom list secret/metadata" + _SHORT,
        _list,
        (LISTING, _PAGE),
        Arity(1, 1),
    ),
    "scan": Command(
        "scan [options] PATH",
        "Lists the names below a path, at every depth.\n\n$ strongroom scan secret/metadata" + _SHORT,
        _scan,
        (LISTING, _PAGE),
        Arity(1, 1),
    ),
}
