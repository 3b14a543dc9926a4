"""The command `operator usage`."""

from __future__ import annotations

import re
from typing import Any

from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.render import SecretAnswer
from strongroom.cli.text import columns, table

_MONTH = re.compile(r"\d{4}-\d{2}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_HEADER = ("Namespace path", "Entity clients", "Non-entity clients", "Active clients")
_COUNTS = ("entity_clients", "non_entity_clients", "clients")


def _instant(text: str) -> str:
    """A time as the server takes it, of one that may be a month or a day."""
    if _MONTH.fullmatch(text):
        return f"{text}-01T00:00:00Z"
    return f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text


def _counts(counts: dict[str, Any]) -> list[str]:
    return [str(counts.get(name, 0)) for name in _COUNTS]


def _usage(call: Invocation) -> int:
    given = {name: call.flags.text(name) for name in ("start-time", "end-time")}
    questions = [(name.replace("-", "_"), _instant(text)) for name, text in given.items() if text]
    with call.doing("Error retrieving client counts: "):
        answer = call.client().read("sys/internal/counters/activity", questions)
    if answer is None:
        raise Failure("No data is available for the given time range.", 2)
    secret = SecretAnswer(answer)
    if not call.table:
        return call.document(secret.document())
    data: dict[str, Any] = secret.data or {}
    rows = [
        [each.get("namespace_path") or "[root]", *_counts(each.get("counts") or {})]
        for each in data.get("by_namespace") or []
    ]
    total = ["Total", *_counts(data.get("total") or {})]
    out = call.terminal.out
    out(columns([["Period start:", str(data.get("start_time"))], ["Period end:", str(data.get("end_time"))]]))
    out("")
    out(table(_HEADER, [*rows, total]))
    return 0


COMMANDS = {
    "operator usage": Command(
        "operator usage [options]",
        "Shows how many clients used the server, by namespace, from one month to another.\n\n"
        "$ strongroom operator usage -start-time=2027-01 -end-time=2027-03",
        _usage,
        (
            Group(
                "Usage Options",
                (
                    Flag("start-time", "The first month: 2027-01, a day, or a time as RFC 3339 has it."),
                    Flag("end-time", "The last month, likewise; the current one unless given."),
                ),
            ),
            FORMAT_ONLY,
        ),
        Arity(),
    ),
}
