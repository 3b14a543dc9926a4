"""The command `kv search`."""

from __future__ import annotations

from typing import Any

from strongroom.cli import render
from strongroom.cli.command import LISTING, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.render import SecretAnswer

_PAGE = 1000


def _search(call: Invocation) -> int:
    flags, found = call.flags, dict[str, Any]()
    body: dict[str, Any] = {"text": call.arguments[0] if call.arguments else "", "metadata": flags.pairs("metadata")}
    if flags.many("mount"):
        body["mount"] = list(flags.many("mount"))
    wanted, after = flags.number("limit"), ""
    while True:
        left = min(wanted - len(found), _PAGE) if wanted else _PAGE
        with call.doing("Error searching: "):
            data = SecretAnswer(call.client().write("sys/search", {**body, "after": after, "limit": left})).data or {}
        found |= data.get("key_info") or {}
        after = data.get("after") or ""
        if not after or (wanted and len(found) >= wanted):
            break
    if not call.table:
        return call.document(found if flags.on("detailed") else list(found))
    if not found:
        raise Failure("No secret found that this token may read", 2)
    shown = render.detailed_table(list(found), found) if flags.on("detailed") else render.keys_table(list(found))
    call.terminal.out(shown)
    return 0


COMMANDS = {
    "kv search": Command(
        "kv search [options] [TEXT]",
        "Finds secrets by a part of their names or of their custom metadata, over all mounts. Values aren't looked at, "
        "and only secrets are found that the token may read.\n\n"
        "$ strongroom kv search billing\n$ strongroom kv search -mount=secret -metadata=owner=ann -detailed",
        _search,
        (
            LISTING,
            Group(
                "Command Options",
                (
                    Flag("mount", "The path of a mount; may be given often. Without it all are searched.", "strings"),
                    Flag(
                        "metadata",
                        "A name of custom metadata, and a part of its text; may be given often.",
                        "pairs",
                        placeholder="key=value",
                    ),
                    Flag("limit", "The most secrets to find; without it all are.", "int"),
                ),
            ),
        ),
        Arity(0, 1),
    ),
}
