"""The command `events subscribe`."""

from __future__ import annotations

import time
from collections.abc import Iterator

from strongroom.cli.command import Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.client.errors import Unreachable

_SECOND_NS = 1_000_000_000
_LONGEST_PAUSE_S = 30.0


def _subscribe(call: Invocation) -> int:
    cursor, pause_s = call.flags.text("cursor"), 1.0
    within_ns = call.flags.number("timeout")
    deadline = time.monotonic() + within_ns / _SECOND_NS if within_ns else None
    with call.doing("Error subscribing to events: "):
        while True:
            try:
                kind = ""
                for name, value in _fields(call, cursor, deadline):
                    pause_s = 1.0
                    if name == "id":
                        cursor = value
                    elif name == "event":
                        kind = value
                    elif kind == "error":
                        raise Failure(f"The subscription has ended: {value}")
                    elif name == "data":
                        call.terminal.raw(value + "\n")
                        call.terminal.flush()
            except Unreachable:
                if not cursor:
                    raise  # nothing was there yet to go on from
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return 0
            time.sleep(pause_s if left is None else min(pause_s, left))
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


def _fields(call: Invocation, cursor: str, deadline: float | None) -> Iterator[tuple[str, str]]:
    """The fields of server-sent events, until the connection or the time ends."""
    questions = [("namespaces", pattern) for pattern in call.flags.many("namespaces")]
    if call.flags.text("filter"):
        questions.append(("filter", call.flags.text("filter")))
    if cursor:
        questions.append(("cursor", cursor))
    rest = b""
    path = f"sys/events/subscribe/{call.arguments[0]}"
    for block in call.client().stream(path, questions, accept="text/event-stream", deadline=deadline):
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            name, _, value = line.decode("utf-8", "replace").partition(": ")
            if name:
                yield name, value


COMMANDS = {
    "events subscribe": Command(
        "events subscribe [options] TYPE",
        "Prints events as they happen, one in a line as JSON, until it is interrupted. TYPE is a type of events, in "
        "which * stands for any text.\n\n"
        "When the connection is cut, it goes on where it was, so nothing is missed or told twice.\n\n"
        "$ strongroom events subscribe 'kv-v2/*'",
        _subscribe,
        (
            Group(
                "Subscription Options",
                (
                    Flag("filter", "An expression that the events have to meet.", placeholder="expression"),
                    Flag("namespaces", "A pattern of further namespaces below the present one.", "strings"),
                    Flag("timeout", "End after this time. 0 is never.", "duration"),
                    Flag("cursor", "The place to go on from, as an earlier subscription has named it."),
                ),
            ),
        ),
        Arity(1, 1, "1"),
    ),
}
