"""The commands `operator restore status` and `operator restore go`."""

from __future__ import annotations

from typing import Any

from strongroom.cli.command import OUTPUT, Arity, Command
from strongroom.cli.invocation import Invocation
from strongroom.cli.text import table


def _status(call: Invocation) -> int:
    client = call.client()
    with call.doing("Error reading the state of the restore: "):
        state = client.read("sys/restore")
        waiting: dict[str, Any] = (client.read("sys/restore/waiting", [("limit", "1000")]) or {}).get("data", {})
    if not call.table or call.flags.text("field"):
        return call.answer({**state, "data": {**state["data"], "waiting": waiting.get("key_info", {})}})
    done = call.answer(state)
    rows = [
        [entry["kind"], entry["mount"], f"{entry['count']}{'+' if entry['or_more'] else ''}", entry["since"]]
        for entry in waiting.get("key_info", {}).values()
    ]
    if rows and state["data"]["frozen"]:
        call.terminal.out("\nWhat a go would set off at once:\n")
        call.terminal.out(table(["Kind", "Mount", "Count", "Due since"], rows))
    return done


def _go(call: Invocation) -> int:
    with call.doing("Error ending the freeze: "):
        answer = call.client().write("sys/restore/thaw", {})
    return call.done(answer, "Success! Leases end, credentials rotate and webhooks are posted from now on")


COMMANDS = {
    "operator restore status": Command(
        "operator restore status [options]",
        "Shows which snapshot the store was restored from, whether it is frozen since, and what a go would set off at "
        "once: leases that would be revoked, credentials that would be rotated, by mount.\n\n"
        "$ strongroom operator restore status",
        _status,
        (OUTPUT,),
        Arity(0, 0),
    ),
    "operator restore go": Command(
        "operator restore go [options]",
        "Ends the freeze after a restore. From then on leases are revoked when they end, credentials are rotated when "
        "that is due, and webhooks are posted.\n\n$ strongroom operator restore go",
        _go,
        (OUTPUT,),
        Arity(0, 0),
    ),
}
