"""The command `policy simulate`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from strongroom.cli import text
from strongroom.cli.audit.files import STDIN, lines_of
from strongroom.cli.command import FORMAT, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.policies.draft import read_draft
from strongroom.cli.render import SecretAnswer

if TYPE_CHECKING:
    from strongroom.cli.policies.requests_made import RequestsMade

_AT_ONCE = 1000
"""The most requests that the server takes in one."""
_MOST = 500
"""Lines of the table."""


def _made(call: Invocation, files: list[str]) -> RequestsMade:
    from strongroom.cli.policies.requests_made import RequestsMade  # noqa: PLC0415 - needs msgspec, which is slow

    made = RequestsMade()
    for name in files:
        with lines_of(name) as lines:
            made.read(lines)
    if made.unreadable:
        call.terminal.warn(f"{made.unreadable} lines are no entries of an audit log; they were passed over.")
    if made.left_out:
        call.terminal.warn(f"{made.left_out} requests were left out for want of room: name fewer files.")
    return made


def _simulate(call: Invocation) -> int:
    name, *files = call.arguments
    delete = call.flags.on("delete")
    if len(files) < (1 if delete else 2):
        raise Failure("Not enough arguments: name the policy's file, and files of an audit log")
    if files.count(STDIN) > 1:
        raise Failure("Standard input can be named once.")
    draft = None if delete else read_draft(call, files.pop(0))
    made, client = _made(call, files), call.client()
    changed, totals, warnings = list[Mapping[str, Any]](), Counter[str](), list[str]()
    for batch in made.batches(_AT_ONCE):
        body = {"policies": {name: draft}, "requests": batch}
        with call.doing("Error simulating the policy: "):
            answer = SecretAnswer(client.write("sys/policies/simulate", body, method="POST"))
        data, warnings = answer.data or {}, answer.warnings
        changed += data.get("requests") or []
        totals.update({change: int(str(count)) for change, count in (data.get("totals") or {}).items()})
    call.warnings(warnings)
    if not call.table:
        return call.document({"requests": changed, "totals": dict(totals)})
    if changed:
        header = ("Change", "Times", "Operation", "Path", "Policies", "Entity")
        call.terminal.out(text.table(header, [_row(each) for each in changed[:_MOST]]))
        if len(changed) > _MOST:
            call.terminal.warn(f"{len(changed) - _MOST} more are in the output of -format=json.")
        call.terminal.out("")
    call.terminal.out(", ".join(f"{count} {change}" for change, count in totals.items()) or "The log has no requests.")
    return 0


def _row(each: Mapping[str, Any]) -> tuple[str, ...]:
    path = f"{each.get('namespace') or ''}{each.get('path')}"
    policies = ", ".join(each.get("policies") or [])
    return (
        str(each.get("change")),
        str(each.get("count")),
        str(each.get("operation")),
        path,
        policies,
        str(each.get("entity_id") or ""),
    )


COMMANDS = {
    "policy simulate": Command(
        "policy simulate [options] NAME PATH FILE...",
        "Tells which requests of an audit log a draft of a policy would newly allow or deny. The draft is read from "
        "PATH, or from standard input for -, the log from the files; those that end in .gz are unpacked. Nothing is "
        "written.\n\n"
        "$ strongroom policy simulate web web.hcl /var/log/strongroom/audit.log\n\n"
        "Requests are judged by path and operation, by the policies, entities and groups of now: a log has parameters "
        "as digests only. A request of root is passed over. It needs sudo on sys/policies/simulate.",
        _simulate,
        (
            Group("Output Options", (FORMAT,)),
            Group("Command Options", (Flag("delete", "What if the policy were deleted; no PATH is given.", "bool"),)),
        ),
        Arity(2, None),
    ),
}
