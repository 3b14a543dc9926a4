"""An inventory and a report as data and as lines for people (p)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from shlex import quote
from typing import Any, Final

from strongroom.importing.inventory import Found, Kind, Lack, Name, Outcome, State
from strongroom.importing.running import Report

_ORDER: Final = tuple(State)
_TOLD: Final = frozenset({State.PARTLY, State.SKIPPED, State.LISTED, State.GONE, State.FAILED})
"""What is told of one by one."""


def plan_document(lines: Iterable[Found]) -> dict[str, Any]:
    """An inventory as JSON has it."""
    counts, unmoved = _planned(lines)
    return {
        "kinds": {kind.value: {"moves": moves, "stays": stays} for kind, (moves, stays) in counts.items()},
        "stays": [
            {**_named(found.name), **_why(found.reason, _in_namespace(found.remedy, found.name.namespace))}
            for found in unmoved
        ],
    }


def plan_lines(lines: Iterable[Found]) -> Iterator[str]:
    """An inventory for people: counts, and what stays with its reason."""
    counts, unmoved = _planned(lines)
    yield from _table(("Kind", "Moves", "Stays"), [(kind.value, *map(str, both)) for kind, both in counts.items()])
    if unmoved:
        yield ""
        yield "What doesn't move:"
    for found in unmoved:
        yield from _told(found.name, found.reason, found.remedy)


def _planned(lines: Iterable[Found]) -> tuple[dict[Kind, tuple[int, int]], list[Found]]:
    every = sorted(lines, key=lambda found: (list(Kind).index(found.name.kind), found.name))
    moves = Counter(found.name.kind for found in every if found.moves)
    stays = Counter(found.name.kind for found in every if not found.moves)
    counts = {kind: (moves[kind], stays[kind]) for kind in Kind if kind in moves or kind in stays}
    return counts, [found for found in every if not found.moves]


def report_document(report: Report) -> dict[str, Any]:
    """A report as JSON has it."""
    return {
        "succeeded": report.succeeded,
        "ended": report.ended,
        "left": report.left,
        "resumed": report.resumed,
        "kinds": {
            kind.value: {state.value: number for state, number in counts.items()}
            for kind, counts in report.counts().items()
        },
        "objects": [_outcome_document(outcome) for outcome in _in_order(report.outcomes.values())],
    }


def report_lines(report: Report) -> Iterator[str]:
    """A report for people: counts, and what didn't wholly come with its reason."""
    counts = report.counts()
    states = [state for state in _ORDER if any(state in counted for counted in counts.values())]
    head = ("Kind", *(state.value.capitalize() for state in states))
    yield from _table(head, [(kind.value, *(str(c[state]) for state in states)) for kind, c in counts.items()])
    told = [outcome for outcome in _in_order(report.outcomes.values()) if outcome.state in _TOLD]
    for state in (state for state in _ORDER if any(outcome.state is state for outcome in told)):
        yield ""
        yield f"{state.value.capitalize()}:"
        for outcome in told:
            if outcome.state is state:
                yield from _told(outcome.name, outcome.reason, outcome.remedy, outcome.lacks)


def _in_order(outcomes: Iterable[Outcome]) -> list[Outcome]:
    return sorted(outcomes, key=lambda outcome: (list(Kind).index(outcome.name.kind), outcome.name))


def _named(name: Name) -> dict[str, str]:
    return {"kind": name.kind.value, "namespace": name.namespace, "mount": name.mount, "path": name.path}


def _in_namespace(remedy: str, namespace: str) -> str:
    """A command as it is entered for an object of a namespace: program, verb, and then its flags."""
    words = remedy.split(" ", 2)
    return (
        " ".join([*words[:2], f"-namespace={quote(namespace.rstrip('/'))}", *words[2:]])
        if namespace and remedy
        else remedy
    )


def _why(reason: str, remedy: str) -> dict[str, str]:
    return {name: text for name, text in (("reason", reason), ("remedy", remedy)) if text}


def _outcome_document(outcome: Outcome) -> dict[str, Any]:
    namespace = outcome.name.namespace
    lacks = [{"what": lack.what, **_why(lack.reason, _in_namespace(lack.remedy, namespace))} for lack in outcome.lacks]
    why = _why(outcome.reason, _in_namespace(outcome.remedy, namespace))
    return {**_named(outcome.name), "state": outcome.state.value, **why, **({"lacks": lacks} if lacks else {})}


def _told(name: Name, reason: str, remedy: str, lacks: Iterable[Lack] = ()) -> Iterator[str]:
    yield _printable(f"  {name}{f': {reason}' if reason else ''}")
    for what, why, command in (("", "", remedy), *((lack.what, lack.reason, lack.remedy) for lack in lacks)):
        if what:
            yield _printable(f"      {what}: {why}")
        if command:
            yield _printable(f"      $ {_in_namespace(command, name.namespace)}")


def _printable(text: str) -> str:
    """A line without characters that a terminal obeys: names of secrets may hold any."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, tuple("-" * len(word) for word in head), *rows):
        yield "    ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip()
