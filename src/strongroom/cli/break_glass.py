"""The commands `break-glass …`: taking back at once what somebody has got."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from strongroom.cli.command import FORMAT_ONLY, LISTING, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.paths import print_keys
from strongroom.cli.render import SecretAnswer

_PATH = "sys/revoke-issued"
_TEXTS = ("entity_id", "alias", "mount", "role", "accessor", "since", "until", "undetermined")
_SWITCHES = ("block", "including_own")
_POLL_S = 1.0
_CLEARED = frozenset({"holding", "done", "cancelled"})


def _revoke(call: Invocation) -> int:
    flags = call.flags
    body: dict[str, Any] = {name: flags.text(name.replace("_", "-")) for name in _TEXTS}
    body = {name: text for name, text in body.items() if text}
    if flags.many("network"):
        body["network"] = list(flags.many("network"))
    body |= {name: True for name in _SWITCHES if flags.on(name.replace("_", "-"))}
    if flags.on("dry-run"):
        return _dry_run(call, body)
    with call.doing("Error taking back what was issued: "):
        answer = SecretAnswer(call.client().write(_PATH, body))
    id_ = str((answer.data or {}).get("id", ""))
    if not flags.on("wait"):
        if call.table:
            call.terminal.out(f"Success! None of it works any more. It is being cleared: break-glass status {id_}")
            return 0
        return call.document(answer.data)
    return _wait(call, id_)


def _dry_run(call: Invocation, body: dict[str, Any]) -> int:
    """Count what would end, in as many requests as that takes."""
    counts: dict[str, Counter[str]] = {"found": Counter(), "undetermined": Counter()}
    after, ends_own = "", False
    while True:
        with call.doing("Error counting what was issued: "):
            data = SecretAnswer(call.client().write(_PATH, {**body, "dry_run": True, "after": after})).data or {}
        for name, counter in counts.items():
            counter.update(
                {f"{kind} {mount}": int(n) for kind, mounts in data[name].items() for mount, n in mounts.items()}
            )
        ends_own, after = ends_own or data["ends_own_token"], data["after"]
        if not after:
            break
    if not call.table:
        plain = {name: dict(sorted(counter.items())) for name, counter in counts.items()}
        return call.document({**plain, "total": counts["found"].total(), "ends_own_token": ends_own})
    for what, count in sorted(counts["found"].items()):
        unsure = counts["undetermined"].get(what, 0)
        call.terminal.out(f"{count:>9}  {what}" + (f"  ({unsure} of them don't say to whom)" if unsure else ""))
    for what, count in sorted((counts["undetermined"] - counts["found"]).items()):
        call.terminal.out(f"{count:>9}  {what}  (kept, because they don't say to whom)")
    call.terminal.out(f"{counts['found'].total():>9}  in all, and batch tokens, which can't be counted")
    if ends_own:
        call.terminal.warn("Your own token is among them: without -including-own this is refused.")
    return 0


def _wait(call: Invocation, id_: str) -> int:
    """Show how it goes on until all is cleared, but for what fails."""
    told = ""
    while True:
        report = _report(call, id_)
        left, failing = int(report["leases_left"]), len(report["failing"])
        line = f"{report['state']}: {report['total']} found, {left} leases left, {failing} failing"
        if call.table and line != told:
            call.terminal.out(line)
            told = line
        if report["state"] in _CLEARED or (failing and failing == left and not int(report["namespaces_left"])):
            break
        time.sleep(_POLL_S)
    if not call.table:
        call.document(report)
    return 2 if failing else 0


def _report(call: Invocation, id_: str) -> dict[str, Any]:
    with call.doing(f"Error reading {id_}: "):
        answer = call.client().read(f"{_PATH}/{id_}")
    if answer is None:
        raise Failure(f"There is none with the id {id_}", 2)
    return dict(SecretAnswer(answer).data or {})


def _status(call: Invocation) -> int:
    id_ = call.arguments[0]
    if call.flags.on("wait"):
        return _wait(call, id_)
    with call.doing(f"Error reading {id_}: "):
        answer = call.client().read(f"{_PATH}/{id_}")
    if answer is None:
        raise Failure(f"There is none with the id {id_}", 2)
    return call.answer(answer)


def _list(call: Invocation) -> int:
    with call.doing("Error listing what was taken back: "):
        answer = call.client().list(_PATH)
    return print_keys(call, answer, "Nothing was taken back")


def _lift(call: Invocation) -> int:
    return _end(call, "lift", "Success! Things are issued again; what was issued before stays revoked.")


def _cancel(call: Invocation) -> int:
    return _end(call, "cancel", "Success! What wasn't cleared yet is valid again.")


def _end(call: Invocation, verb: str, done: str) -> int:
    id_ = call.arguments[0]
    with call.doing(f"Error: {id_}: "):
        call.client().write(f"{_PATH}/{id_}/{verb}", {})
    call.terminal.out(done)
    return 0


_WAIT = Flag("wait", "Show how it goes on until all is cleared. Exits with 2 if some can't be revoked yet.", "bool")

COMMANDS = {
    "break-glass revoke": Command(
        "break-glass revoke [options]",
        "Ends everything that was issued to somebody: tokens, leases and wrapped answers. None of it works from then "
        "on. Each option narrows the selection.\n\n"
        "$ strongroom break-glass revoke -dry-run -network=203.0.113.0/24 -since=24h\n"
        "$ strongroom break-glass revoke -network=203.0.113.0/24 -since=24h -block -wait",
        _revoke,
        (
            FORMAT_ONLY,
            Group(
                "Command Options",
                (
                    Flag("entity-id", "The entity that it was issued to."),
                    Flag("mount", "The mount that issued it, or that the client has logged in at."),
                    Flag("alias", "The client's name at that mount."),
                    Flag("role", "The role of that mount."),
                    Flag("accessor", "The token that it hangs on, which ends too."),
                    Flag("network", "An address or network that the client had; may be given often.", "strings"),
                    Flag("since", "Only what was issued later: a time, or how long ago, such as 24h."),
                    Flag("until", "Only what was issued earlier."),
                    Flag("undetermined", "end or keep what earlier versions issued without noting to whom."),
                    Flag("block", "Issue nothing to them any more either, until that is lifted.", "bool"),
                    Flag("dry-run", "Count what would end, and end nothing.", "bool"),
                    Flag("including-own", "Your own token may be among them.", "bool"),
                    _WAIT,
                ),
            ),
        ),
        Arity(),
    ),
    "break-glass status": Command(
        "break-glass status [options] ID",
        "Shows how far it is: what was found, what is left, what can't be revoked yet and is tried again.\n\n"
        "$ strongroom break-glass status 20260131T120000-K2x8a1Bc",
        _status,
        (FORMAT_ONLY, Group("Command Options", (_WAIT,))),
        Arity(1, 1),
    ),
    "break-glass list": Command(
        "break-glass list [options]",
        "Lists what was taken back, oldest first.\n\n$ strongroom break-glass list -detailed",
        _list,
        (LISTING,),
        Arity(),
    ),
    "break-glass lift": Command(
        "break-glass lift ID",
        "Has things issued again to those whom -block kept out. What was issued before stays revoked.\n\n"
        "$ strongroom break-glass lift 20260131T120000-K2x8a1Bc",
        _lift,
        (FORMAT_ONLY,),
        Arity(1, 1),
    ),
    "break-glass cancel": Command(
        "break-glass cancel ID",
        "Ends one that was a mistake. What isn't cleared yet is valid again; the rest stays revoked.\n\n"
        "$ strongroom break-glass cancel 20260131T120000-K2x8a1Bc",
        _cancel,
        (FORMAT_ONLY,),
        Arity(1, 1),
    ),
}
