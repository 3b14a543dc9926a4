"""What `read`, `write`, `list` and `delete` mean by a secret's short path, as accounts of before 2018 have it.

`secret/web` was the API's path of a secret.  On a mount that keeps versions that is `secret/data/web`, and `secret/web`
is none; the words then do what `kv` does.  A path that begins with one of the API's own sections is always the API's:
a secret that is called `data/web` is reached by `kv`, or as `secret/data/data/web`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from strongroom.cli import PROGRAM
from strongroom.cli.failure import Failure
from strongroom.cli.invocation import Invocation
from strongroom.cli.kv.mount import Place, locate
from strongroom.cli.render import SecretAnswer
from strongroom.client.errors import BadRequest, Denied, Missing

_SECTIONS = frozenset({"config", "data", "delete", "destroy", "detailed-metadata", "metadata", "subkeys", "undelete"})
_WITHOUT_SECRETS = frozenset({"auth", "cubbyhole", "identity", "sys"})
_DONE = {
    "read": ("reads", "get", "data"),
    "write": ("writes", "put", "data"),
    "patch": ("changes", "patch", "data"),
    "delete": ("deletes", "delete", "data"),
    "list": ("lists", "list", "metadata"),
    "scan": ("lists", "scan", "metadata"),
}
"""For each old word: its description, the subcommand of `kv`, and the section of the API."""
_OF_FOLDERS = frozenset({"list", "scan"})
_READS = frozenset({"read", *_OF_FOLDERS})
T = TypeVar("T")


def asked(call: Invocation, word: str, path: str, ask: Callable[[], T]) -> T | Place:
    """What a request for a path answers; or the place of the secret that it meant, when the path is a short one.

    The request is sent as it stands, and the mount asked for only when nothing is found, or nothing allowed: other
    mounts cost no further request.  A request that is only shown, and an answer that is to be wrapped, don't tell
    whether anything is found, so there the mount is asked for first.

    Args:
        word: the command, a key of `_DONE`.
        ask: sends the request; None is an answer without content.

    Raises: `Failure`, as `ask` does.
    """
    if (call.previews() or call.settings(kept_token=False).wrap_ttl) and (place := _meant(call, word, path)):
        return place
    try:
        answer = ask()
    except Failure as failure:
        refused = isinstance(failure.__cause__, Missing | Denied)
        if refused and (place := _meant(call, word, path)):
            return place
        raise
    if word in _READS and not _found(answer) and (place := _meant(call, word, path)):
        return place
    return answer


def _found(answer: Any) -> bool:
    """Whether an answer has any content; raw ones always have."""
    if not isinstance(answer, dict | None):
        return True
    secret = SecretAnswer(answer)
    return any(part is not None for part in (secret.data, secret.auth, secret.wrap))


def _meant(call: Invocation, word: str, path: str) -> Place | None:
    """The place that a short path names, and a note that says so; None for any other path."""
    if path.partition("/")[0] in _WITHOUT_SECRETS:
        return None
    try:
        place = locate(call, path)
    except Failure:
        return None  # if the mount can't be found out, the response to the original request is shown
    if place.version != 2 or place.path.partition("/")[0] in _SECTIONS:
        return None
    if not place.path and word not in _OF_FOLDERS:
        return None
    does, command, section = _DONE[word]
    call.terminal.warn(
        f"Note: {place.mount} keeps versions, so this {does} {place.under(section)}. "
        f'The command for that is "{PROGRAM} kv {command} {place.mount}{place.path}".'
    )
    return place


def advise(call: Invocation, path: str, data: dict[str, Any] | None, failure: Failure) -> None:
    """Explain how to write a secret, to a user who wrote its data without `data` to its API path."""
    if not isinstance(failure.__cause__, BadRequest) or "/data/" not in path or "data" in (data or {}):
        return
    try:
        place = locate(call, path)
    except Failure:
        return
    if place.version == 2 and place.path.startswith("data/"):
        short = place.mount + place.path.removeprefix("data/")
        call.terminal.warn(
            f'Note: {place.mount} keeps versions, and takes a secret\'s data as the field "data". '
            f'The command that puts it there is "{PROGRAM} kv put {short}".'
        )
