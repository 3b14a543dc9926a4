"""Commands on any path of the API: read, write, patch, delete, list, scan, unwrap, path-help."""

from __future__ import annotations

from typing import Any

from strongroom.cli import render
from strongroom.cli.command import FORCE, FORMAT_ONLY, LISTING, OUTPUT, Arity, Command
from strongroom.cli.data import DataError, DataReader
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation

_PAGE = Group(
    "Command Options",
    (
        Flag("after", "Begin behind this name."),
        Flag("limit", "The most names to list.", "int", default=-1),
    ),
)


def clean(path: str) -> str:
    """A path without slashes and blanks around it."""
    return path.strip().strip("/")


def folder(path: str) -> str:
    """The same with one slash at its end, if anything is left."""
    return f"{bare}/" if (bare := clean(path)) else ""


def _questions(call: Invocation, words: list[str]) -> list[tuple[str, str]]:
    try:
        return DataReader(call.stdin).read_strings(words)
    except DataError as error:
        raise Failure(f"Failed to parse K=V data: {error}") from error


def _read(call: Invocation) -> int:
    path = clean(call.arguments[0])
    questions = _questions(call, call.arguments[1:])
    client = call.client()
    with call.doing(f"Error reading {path}: "):
        if call.form == "raw":
            call.terminal.raw(
                client.request("GET", path, query=questions).body.decode("utf-8", "surrogateescape") + "\n"
            )
            return 0
        answer = client.read(path, questions)
    if answer is None:
        raise Failure(f"No value found at {path}", 2)
    return call.answer(answer)


def _written(call: Invocation, path: str, answer: dict[str, Any] | None) -> int:
    if answer is None:
        return call.succeeded(f"Success! Data written to: {path}")
    return call.answer(answer)


def _write_data(call: Invocation) -> tuple[str, dict[str, Any] | None]:
    path = clean(call.arguments[0])
    data = call.data(call.arguments[1:])
    if not call.arguments[1:] and not call.flags.on("force"):
        raise Failure("Must supply data or use -force")
    return path, data or None


def _write(call: Invocation) -> int:
    path, data = _write_data(call)
    with call.doing(f"Error writing data to {path}: "):
        answer = call.client().write(path, data)
    return _written(call, path, answer)


def _patch(call: Invocation) -> int:
    path, data = _write_data(call)
    with call.doing(f"Error writing data to {path}: "):
        answer = call.client().patch(path, data)
    return _written(call, path, answer)


def _delete(call: Invocation) -> int:
    path = clean(call.arguments[0])
    try:
        questions = DataReader(call.stdin).read_strings(call.arguments[1:])
    except DataError as error:
        raise Failure(f"Failed to parse string list data: {error}") from error
    with call.doing(f"Error deleting {path}: "):
        answer = call.client().delete(path, questions)
    if answer is None:
        return call.succeeded(f"Success! Data deleted (if it existed) at: {path}")
    return call.answer(answer)


def print_keys(call: Invocation, answer: dict[str, Any] | None, missing: str) -> int:
    """Print a listing.

    Args:
        answer: what the server said; None when nothing is there.
        missing: what to say, and to fail with, when it holds no names.
    """
    secret = render.Secret(answer)
    if secret.wrap is not None:
        return call.secret(secret)
    data = secret.data or {}
    keys = data.get("keys")
    if not isinstance(keys, list):
        if call.table:
            raise Failure(missing, 2)
        call.document({})
        return 2
    if not call.table:
        return call.document(secret.document() if call.flags.on("detailed") else keys)
    call.warnings(secret.warnings)
    details = data.get("key_info")
    detailed = call.flags.on("detailed") and isinstance(details, dict)
    call.terminal.out(render.detailed_table(keys, details or {}) if detailed else render.keys_table(keys))
    return 0


def page(call: Invocation) -> list[tuple[str, str]]:
    """The query parameters of `-after` and `-limit`."""
    questions = []
    if call.flags.text("after"):
        questions.append(("after", call.flags.text("after")))
    if call.flags.given("limit"):
        questions.append(("limit", str(call.flags.number("limit"))))
    return questions


def _list(call: Invocation) -> int:
    path = clean(call.arguments[0])
    with call.doing(f"Error listing {path}: "):
        answer = call.client().list(path, page(call))
    return print_keys(call, answer, f"No value found at {path}")


def _scan(call: Invocation) -> int:
    path = clean(call.arguments[0])
    with call.doing(f"Error scanning {path}: "):
        answer = call.client().scan(path, page(call))
    return print_keys(call, answer, f"No entries found at {path}")


def _unwrap(call: Invocation) -> int:
    client = call.client()
    token = call.arguments[0].strip() if call.arguments else ""
    body = {"token": token} if token and token != client.settings.token else None
    with call.doing("Error unwrapping: "):
        answer = client.write("sys/wrapping/unwrap", body)
    if answer is None:
        raise Failure("Could not find wrapped response", 2)
    secret = render.Secret(answer)
    keys = (secret.data or {}).get("keys")
    if isinstance(keys, list) and call.table and not call.flags.text("field"):
        return print_keys(call, answer, "Could not find wrapped response")
    return call.answer(answer)


def _path_help(call: Invocation) -> int:
    path = clean(call.arguments[0])
    with call.doing("Error retrieving help: "):
        answer = call.client().request("GET", path, query=[("help", "1")]).json()
    if call.table:
        call.terminal.out(answer["help"])
    else:
        from strongroom.client import values  # noqa: PLC0415 - only this format needs it

        call.terminal.raw(values.encode(answer.get("openapi"), sort=True) + "\n")
    return 0


_COMMAND_FORCE = Group("Command Options", (FORCE,))

COMMANDS = {
    "read": Command(
        "read [options] PATH",
        "Reads what is at a path: a secret, new credentials, a configuration.\n\n$ strongroom read secret/data/web",
        _read,
        (OUTPUT,),
        Arity(1, None),
        raw=True,
        once=True,
    ),
    "write": Command(
        "write [options] PATH [DATA K=V...]",
        "Writes data to a path. A value that begins with @ names a file that holds it, - stands for standard input; "
        "a lone @file.json or - holds all data as JSON.\n\n$ strongroom write auth/userpass/users/eva password=-",
        _write,
        (OUTPUT, _COMMAND_FORCE),
        Arity(1, None),
        once=True,
    ),
    "patch": Command(
        "patch [options] PATH [DATA K=V...]",
        "Changes the named parts of what is at a path, by a JSON merge patch.\n\n$ strongroom patch pki/issuer/x a=b",
        _patch,
        (OUTPUT, _COMMAND_FORCE),
        Arity(1, None),
        once=True,
    ),
    "delete": Command(
        "delete [options] PATH",
        "Deletes what is at a path. To delete what isn't there is no error.\n\n$ strongroom delete secret/data/web",
        _delete,
        (OUTPUT,),
        Arity(1, None, "at least 1"),
    ),
    "list": Command(
        "list [options] PATH",
        "Lists the names below a path.\n\n$ strongroom list secret/metadata",
        _list,
        (LISTING, _PAGE),
        Arity(1, 1),
    ),
    "scan": Command(
        "scan [options] PATH",
        "Lists the names below a path, at every depth.\n\n$ strongroom scan secret/metadata",
        _scan,
        (LISTING, _PAGE),
        Arity(1, 1),
    ),
    "unwrap": Command(
        "unwrap [options] [TOKEN]",
        "Prints what a wrapping token holds, and uses the token up. Without an argument, the token in use is unwrapped."
        "\n\n$ strongroom unwrap hvs.…",
        _unwrap,
        (OUTPUT,),
        Arity(0, 1, "0-1"),
        once=True,
    ),
    "path-help": Command(
        "path-help [options] PATH",
        "Prints the server's own help for a path, or the paths of a mount.\n\n$ strongroom path-help sys/mounts",
        _path_help,
        (FORMAT_ONLY,),
        Arity(1, 1),
    ),
}
