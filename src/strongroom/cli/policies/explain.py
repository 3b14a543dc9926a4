"""The command `policy explain`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from strongroom.cli import text
from strongroom.cli.command import FORMAT, Arity, Command
from strongroom.cli.data import DataError, DataReader
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.render import SecretAnswer
from strongroom.client.durations import go_text

_SUBJECTS = ("accessor", "of-token", "entity-id", "entity-name")


def _body(call: Invocation) -> dict[str, Any]:
    """The question.  Raises `Failure`."""
    flags = call.flags
    body: dict[str, Any] = {"path": call.arguments[0], "operation": flags.text("operation")}
    if call.arguments[1:]:
        try:
            body["parameters"] = DataReader(call.stdin).read(call.arguments[1:])
        except DataError as error:
            raise Failure(f"Failed to parse K=V data: {error}") from error
    if flags.number("wrapped"):
        body["wrap_ttl"] = go_text(flags.number("wrapped"))
    for name in _SUBJECTS:
        if flags.text(name):
            body[name.removeprefix("of-").replace("-", "_")] = flags.text(name)
    if flags.many("policy"):
        body["policies"] = flags.many("policy")
    return body


def _of_denial(call: Invocation, request_id: str) -> int:
    """Tell why a request was denied that was made."""
    if call.arguments or any(call.flags.given(name) for name in (*_SUBJECTS, "policy", "operation", "wrapped")):
        raise Failure("With -request-id the server knows what was asked, and by whom: nothing else can be given")
    with call.doing("Error asking for the explanation: "):
        answer = call.client().read(f"sys/policies/denials/{request_id}")
    if answer is None:
        raise Failure(
            "No such denial is known. If it was just now, ask again in five seconds, when all processes know it. "
            "Otherwise it wasn't in this namespace, or is more than 15 minutes ago, or was one of many. The audit log "
            "has it.",
            2,
        )
    data: Mapping[str, Any] = SecretAnswer(answer).data or {}
    if not call.table:
        return call.document(dict(data))
    who = data.get("display_name") or data.get("accessor") or data.get("entity_id")
    lines = [f"{data.get('time')}: {who} was denied {data.get('operation')} on {data.get('path')}"]
    lines += [f"  {reason}" for reason in data.get("reasons") or []]
    call.terminal.out("\n".join([*lines, "", "By the policies of now:", "", told(data.get("now") or {})]))
    return 0


def _explain(call: Invocation) -> int:
    request_id = call.flags.text("request-id").strip("/ ")
    if request_id:
        return _of_denial(call, request_id)
    if not call.arguments:
        raise Failure("Not enough arguments (expected a path, or -request-id)")
    body = _body(call)
    others = any(call.flags.given(name) for name in (*_SUBJECTS, "policy"))
    with call.doing("Error asking for the explanation: "):
        answer = call.client().write(f"sys/policies/explain{'' if others else '-self'}", body, method="POST")
    data: Mapping[str, Any] = SecretAnswer(answer).data or {}
    if not call.table:
        return call.document(dict(data))
    call.terminal.out(told(data))
    return 0


def told(data: Mapping[str, Any]) -> str:
    """An explanation for people."""
    parts = [_outcome(outcome) for outcome in data.get("outcomes") or []]
    policies = data.get("policies") or []
    if policies:
        parts.append(text.table(("Policy", "From", "In force"), [_policy(policy) for policy in policies]))
    return "\n\n".join(parts)


def _outcome(outcome: Mapping[str, Any]) -> str:
    verdict = "allowed" if outcome.get("allowed") else "denied"
    lines = [f"{verdict}: {outcome.get('operation')} on {outcome.get('path')}"]
    lines += [f"  {reason}" for reason in outcome.get("reasons") or []]
    lines += [f"  it asks for {name}: {_plain(value)}" for name, value in (outcome.get("asks") or {}).items()]
    rules = outcome.get("rules") or []
    if not rules:
        return "\n".join(lines)
    rows = [
        (
            str(rule.get("rule")),
            f"{rule.get('namespace') or ''}{rule.get('policy')}:{rule.get('line')}",
            ", ".join(rule.get("capabilities") or []),
            str(rule.get("standing")),
            str(rule.get("why") or ""),
        )
        for rule in rules
    ]
    table = text.table(("Rule", "Policy", "Capabilities", "Standing", "Why"), rows)
    more = int(str(outcome.get("left_out") or 0))
    return "\n".join([*lines, "", table, *([f"{more} more rules"] if more else [])])


def _plain(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value))
    return str(value)


def _policy(policy: Mapping[str, Any]) -> tuple[str, str, str]:
    ways = [" > ".join([str(way.get("by")), *(way.get("names") or [])]) for way in policy.get("from") or []]
    in_force = "yes" if policy.get("in_force") else "no"
    return f"{policy.get('namespace') or ''}{policy.get('name')}", "; ".join(ways), in_force


OPERATION = Flag("operation", "create, read, update, patch, delete, list, scan, or write.", default="read")

COMMANDS = {
    "policy explain": Command(
        "policy explain [options] [PATH] [K=V...]",
        "Explains why a request would be allowed or denied: each rule that covers it, which of them decides, why, and "
        "whose policy it is. Without options it is about the token in use. The parameters are those of the request.\n\n"
        "$ strongroom policy explain -operation=write -accessor=… secret/data/web/db\n"
        "$ strongroom policy explain -request-id=0a96a6cf-…\n\n"
        "About another token, an entity or policies, it tells only what the token in use could read itself: it needs "
        "update on sys/policies/explain, what looks up the token or reads the entity, and read on each policy.",
        _explain,
        (
            Group("Output Options", (FORMAT,)),
            Group(
                "Command Options",
                (
                    Flag("accessor", "A token by its accessor."),
                    Flag("entity-id", "An entity by its id."),
                    Flag("entity-name", "An entity by its name."),
                    Flag("of-token", "A token."),
                    OPERATION,
                    Flag("policy", "A policy, alone or of a token of the entity; may be repeated.", "strings"),
                    Flag("request-id", "A request that was denied, by the id that its client was told."),
                    Flag("wrapped", "How long the response would be wrapped.", "duration"),
                ),
            ),
        ),
        Arity(0, None),
    ),
}
