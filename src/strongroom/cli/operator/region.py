"""The commands `operator region …`: a second region, which follows the first one and can take its place."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.prompt import NoTerminal, ask_hidden
from strongroom.cli.render import SecretAnswer
from strongroom.client.errors import ResponseError

_PATH = "sys/region"
_POLL_S = 1.0
_SHOWN = 20
_MOST_TOKEN = 16_384
"""Characters.  The server refuses what is longer than half of that."""


def _enable(call: Invocation) -> int:
    with call.doing("Error enabling the region: "):
        call.client().write(f"{_PATH}/enable", {"address": call.arguments[0]})
    call.terminal.out("Success! Other regions may follow this one, by the tokens that it makes.")
    return 0


def _token(call: Invocation) -> int:
    body: dict[str, Any] = {"name": call.arguments[0]}
    if call.flags.text("ttl"):
        body["ttl"] = call.flags.text("ttl")
    with call.doing("Error making the token: "):
        answer = call.client().write(f"{_PATH}/token", body)
    return call.answer(answer)


def _join(call: Invocation) -> int:
    token = _enrolment_token(call)
    with call.doing("Error joining: "):
        answer = SecretAnswer(
            call.client().write(f"{_PATH}/join", {"token": token, "replace": call.flags.on("replace")})
        )
    call.terminal.out("Success! This region follows the first one.")
    if (answer.data or {}).get("seals"):
        call.terminal.out("Its nodes seal themselves within seconds: unseal them with their own key shares.")
    call.terminal.out("From now on it knows the tokens of the first region, and no others.")
    return 0


def _enrolment_token(call: Invocation) -> str:
    """The token, from wherever no other user of the machine sees it.  Raises `Failure`."""
    path = call.flags.text("token-file")
    if call.arguments and call.arguments[0] != "-":
        raise Failure(
            "Every user of this machine sees the arguments of a command, and the shell's history keeps them: make a "
            'new token, and give it by -token-file, or by standard input with "-"'
        )
    if path and call.arguments:
        raise Failure('Give the enrolment token by -token-file or by "-", not by both')
    if call.arguments:
        return call.stdin.read(_MOST_TOKEN).strip()
    if path:
        try:
            with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib is slow to import
                return file.read(_MOST_TOKEN).strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "is no text"
            raise Failure(f"Error reading the enrolment token: {path}: {reason}") from error
    try:
        return ask_hidden("Enrolment token (will be hidden): ", to_stdout=True).strip()
    except NoTerminal as error:
        raise Failure(
            'There is no terminal to ask for the enrolment token at: give it by -token-file, or by "-"'
        ) from error


def _status(call: Invocation) -> int:
    while True:
        with call.doing("Error reading the region's status: "):
            try:
                answer = call.client().read(f"{_PATH}/status")
            except ResponseError as error:
                if error.status != 503 or not call.flags.on("wait") or _is_sealed(call):
                    raise
                answer = None  # a state is being taken over: that is what is waited for
        if answer is not None and not (call.flags.on("wait") and _is_behind(SecretAnswer(answer).data or {})):
            return call.answer(answer)
        time.sleep(_POLL_S)


def _is_sealed(call: Invocation) -> bool:
    return (call.client().read("sys/seal-status") or {}).get("sealed") is not False


def _is_behind(data: Mapping[str, Any]) -> bool:
    """Whether a follower has yet to take over something.  A region of another role has nothing to wait for."""
    return data.get("role") == "follower" and (not data["settled"] or int(data["lag_revisions"]) > 0)


def _promote(call: Invocation) -> int:
    with call.doing("Error promoting: "):
        answer = call.client().write(f"{_PATH}/promote", {"force": call.flags.on("force")})
    data = SecretAnswer(answer).data or {}
    if not call.table:
        return call.document(data)
    out = call.terminal.out
    out(f"Success! This region is the first one, in term {data['term']}.")
    out(f"kept:    all up to commit {data['applied_revision']} ({data['applied_revision_id']})")
    named, more = len(data["lacking"]), int(data["lacking_unnamed"])  # numbers come as they were written
    out(f"lacking: commits up to {data['known_revision']} were heard of, and maybe there are later ones")
    for place, count in sorted(data["lacking_by_place"].items()):
        out(f"{count:>9}  changed below {place}")
    for key in data["lacking"][:_SHOWN]:
        out(f"           {key}")
    if named + more > _SHOWN:
        out(f"           and {named + more - _SHOWN} more: operator region former")
    out(
        "frozen:  leases don't end, nothing rotates, no webhook is posted: operator restore status, operator restore go"
    )
    if not data["told"]:
        out("The former region is not told yet. If it still runs, both write: demote it, or keep clients away from it.")
    return 0


def _former(call: Invocation) -> int:
    with call.doing("Error reading what is known of the former region: "):
        answer = call.client().read(f"{_PATH}/former")
    if answer is None:
        raise Failure("This region was never promoted", 2)
    return call.answer(answer)


def _demote(call: Invocation) -> int:
    return _give_up(call, "demote", "Success! This region serves nothing until it joins another one.")


def _leave(call: Invocation) -> int:
    return _give_up(call, "leave", "Success! This region follows no more, and serves nothing.")


def _give_up(call: Invocation, verb: str, done: str) -> int:
    with call.doing(f"Error: {verb}: "):
        answer = SecretAnswer(call.client().write(f"{_PATH}/{verb}", {}))
    call.terminal.out(done)
    for warning in answer.warnings:
        call.terminal.warn(warning)
    return 0


def _revoke(call: Invocation) -> int:
    with call.doing("Error revoking: "):
        call.client().request("DELETE", f"{_PATH}/followers/{call.arguments[0]}")
    call.terminal.out("Success! That region gets nothing any more. What it has, it keeps.")
    return 0


def _options(*flags: Flag) -> tuple[Group, ...]:
    return (FORMAT_ONLY, Group("Command Options", flags))


COMMANDS = {
    "operator region enable": Command(
        "operator region enable ADDRESS",
        "Lets other regions follow this one. The address is where they reach the listener of the `region` stanza.\n\n"
        "$ strongroom operator region enable vault-eu.example.com:8203",
        _enable,
        arity=Arity(1, 1),
    ),
    "operator region token": Command(
        "operator region token [options] NAME",
        "Makes a token by which one region may follow this one. It works once. Whoever has it gets the root key: hand "
        "it over as carefully as a key share.",
        _token,
        _options(Flag("ttl", "How long the token is valid. 30m if not given.")),
        Arity(1, 1),
    ),
    "operator region join": Command(
        "operator region join [options] [-]",
        "Has this region follow the one that made the token. What this store holds is replaced: all mounts, policies, "
        "tokens and identities. The token is asked for, or is read from a file, or from standard input.\n\n"
        "$ strongroom operator region join -token-file=token",
        _join,
        (
            Group(
                "Command Options",
                (
                    Flag("token-file", "File with the enrolment token."),
                    Flag(
                        "replace",
                        "Replace a store that isn't new. Without it, what would be lost is listed, and stays.",
                        "bool",
                    ),
                ),
            ),
        ),
        Arity(0, 1),
    ),
    "operator region status": Command(
        "operator region status [options]",
        "Shows what this region is and how far it is behind, or which regions follow it.",
        _status,
        _options(Flag("wait", "Wait until it has all that it has heard of.", "bool")),
        Arity(),
    ),
    "operator region promote": Command(
        "operator region promote [options]",
        "Makes this follower the first region, whether the present one can be reached or not. Says what is kept, and "
        "what is known to be lacking.",
        _promote,
        _options(Flag("force", "Promote a region that was fenced.", "bool")),
        Arity(),
    ),
    "operator region former": Command(
        "operator region former [options]",
        "Shows what the former first region has that this one lacks. It is complete when that region was told.",
        _former,
        (FORMAT_ONLY,),
        Arity(),
    ),
    "operator region demote": Command(
        "operator region demote", "Has this region serve nothing, until it joins another one.", _demote, arity=Arity()
    ),
    "operator region leave": Command(
        "operator region leave", "Has this region follow no more. It serves nothing then.", _leave, arity=Arity()
    ),
    "operator region revoke": Command(
        "operator region revoke ID",
        "Revokes the certificate of a region that follows. Status shows its id.",
        _revoke,
        arity=Arity(1, 1),
    ),
}
