"""Paths as they are typed, names as they are listed, and the commands `unwrap` and `path-help`."""

from __future__ import annotations

from typing import Any

from strongroom.cli import render
from strongroom.cli.command import FORMAT_ONLY, OUTPUT, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.invocation import Invocation
from strongroom.client.client import JSON


def clean(path: str) -> str:
    """A path without slashes and blanks around it."""
    return path.strip().strip("/")


def folder(path: str) -> str:
    """The same with one slash at its end, if anything is left."""
    return f"{bare}/" if (bare := clean(path)) else ""


def print_keys(call: Invocation, answer: dict[str, Any] | None, missing: str) -> int:
    """Print a listing.

    Args:
        answer: what the server said; None when nothing is there.
        missing: what to say, and to fail with, when it holds no names.
    """
    secret = render.SecretAnswer(answer)
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


def _unwrap(call: Invocation) -> int:
    client = call.client()
    token = call.arguments[0].strip() if call.arguments else ""
    body = {"token": token} if token and token != client.settings.token else None
    with call.doing("Error unwrapping: "):
        opened = client.request("PUT", "sys/wrapping/unwrap", body=body)
        if opened.media_type not in {"", JSON}:
            # The token is used up, so this is the only time that the content is shown.
            call.terminal.raw(opened.body.decode("utf-8", "surrogateescape"))
            return 0
        answer = opened.json()
    if answer is None:
        raise Failure("Could not find wrapped response", 2)
    secret = render.SecretAnswer(answer)
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


COMMANDS = {
    "unwrap": Command(
        "unwrap [options] [TOKEN]",
        "Prints the response in a wrapping token, and uses the token up. "
        "Without an argument, the token in use is unwrapped. "
        "What isn't JSON, such as a certificate, is printed as it is."
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
