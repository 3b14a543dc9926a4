"""The command `policy who-can`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strongroom.cli import text
from strongroom.cli.command import FORMAT, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.policies.explain import OPERATION
from strongroom.cli.render import SecretAnswer

_MOST = 1000
"""The most that the server tells in one answer."""


def _who_can(call: Invocation) -> int:
    flags, found = call.flags, list[Mapping[str, Any]]()
    most = flags.number("limit")
    if most < 1:
        raise Failure("-limit has to be at least 1")
    body: dict[str, Any] = {"path": call.arguments[0], "operation": flags.text("operation"), "after": ""}
    if flags.many("kind"):
        body["kinds"] = flags.many("kind")
    client, everybody = call.client(), False
    while len(found) < most:
        with call.doing("Error asking who can: "):
            answer = SecretAnswer(client.write("sys/policies/who-can", body | {"limit": min(_MOST, most - len(found))}))
        call.warnings(answer.warnings)
        data = answer.data or {}
        everybody = bool(data.get("everybody"))
        found += data.get("found") or []
        body["after"] = str(data.get("after") or "")
        if not body["after"]:
            break
    if not call.table:
        return call.document(found)
    if everybody:
        call.terminal.out("Everybody: the path needs no token.")
        return 0
    if not found:
        raise Failure("Nobody can", 2)
    call.terminal.out(text.table(("Kind", "Name", "Policies", "Operations", "Only"), [_row(each) for each in found]))
    if body["after"]:
        call.terminal.warn(f"There may be more: only {len(found)} are shown (-limit).")
    return 0


def _row(each: Mapping[str, Any]) -> tuple[str, ...]:
    kind, name = str(each.get("kind")), str(each.get("name"))
    only = [f"with {condition}" for condition in each.get("conditions") or []]
    if each.get("depends_on") and not each.get("certain"):
        only += [f"depending on {template}" for template in each["depends_on"]]
    if kind == "role":
        kind = f"{each.get('of')} of {each.get('mount')}"
    elif kind == "token":
        name = f"{name} ({each.get('display_name')})"
    policies, operations = (", ".join(each.get(part) or []) for part in ("policies", "operations"))
    return kind, name, policies, operations, "; ".join(only)


COMMANDS = {
    "policy who-can": Command(
        "policy who-can [options] PATH",
        "Lists who is allowed a request: policies, roles and users of auth mounts, groups, entities, and tokens by "
        "their accessors. Of policies, roles and groups it tells what each allows alone, whoever has it; of entities "
        "what they have beside the policies of their tokens.\n\n"
        "$ strongroom policy who-can -operation=update -kind=entity secret/data/web/db",
        _who_can,
        (
            Group("Output Options", (FORMAT,)),
            Group(
                "Command Options",
                (
                    Flag("kind", "policy, role, group, entity or token; may be repeated.", "strings"),
                    Flag("limit", "The most that are shown.", "int", default=_MOST),
                    OPERATION,
                ),
            ),
        ),
        Arity(1, 1),
    ),
}
