"""The flags that all imports have, and what they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag
from strongroom.cli.invocation import Invocation
from strongroom.client.settings import Settings
from strongroom.importing.calling import Caller, Pacing
from strongroom.importing.destination.standing import Conflict
from strongroom.importing.selection import Selection, UnknownKind, select

MOST_PARALLEL = 64
_SECOND_NS = 10**9

FLAGS = (
    Flag("plan", "Only list what there is, what moves and what doesn't.", "bool"),
    Flag("verify", "Compare source and destination, and write nothing.", "bool"),
    Flag("only", "Kinds of objects to import, separated by commas; may be repeated.", "strings"),
    Flag("exclude", "Kinds of objects to leave out; may be repeated.", "strings"),
    Flag(
        "conflict",
        "What to do where another object is: skip it, add a version to it (kv 2), or fail.",
        default=Conflict.SKIP.value,
    ),
    Flag("journal", "File that keeps what is done, so that the next run goes on there."),
    Flag("parallel", "How many objects are imported at a time.", "int", default=4),
    Flag("rate", "The most requests in a second, to either server; 0 for no limit.", "int", default=0),
    Flag("patience", "How long to try while a server is busy or away.", "duration", default=30 * _SECOND_NS),
)


@dataclass(frozen=True, slots=True)
class Options:
    """What the flags of an import say."""

    plan: bool
    verify: bool
    selection: Selection
    conflict: Conflict
    journal: Path | None
    parallel: int
    pacing: Pacing


def read_options(call: Invocation) -> Options:
    """What the flags say.  Raises `Failure` for what they can't."""
    flags = call.flags
    parallel, rate = flags.number("parallel"), flags.number("rate")
    if not 1 <= parallel <= MOST_PARALLEL:
        raise Failure(f"-parallel has to be from 1 to {MOST_PARALLEL}")
    if rate < 0:
        raise Failure("-rate must not be negative")
    if call.previews():
        raise Failure("-output-curl-string and -output-policy show one request, and an import sends many; use -plan")
    if flags.on("plan") and flags.on("verify"):
        raise Failure("-plan and -verify are two different things; give one of them")
    try:
        conflict = Conflict(flags.text("conflict"))
    except ValueError:
        raise Failure(f"-conflict has to be one of {', '.join(Conflict)}") from None
    try:
        selection = select(_words(call, "only"), _words(call, "exclude"))
    except UnknownKind as error:
        raise Failure(str(error)) from error
    journal = Path(flags.text("journal")) if flags.text("journal") else None
    pacing = Pacing(rate, flags.number("patience") / _SECOND_NS)
    return Options(flags.on("plan"), flags.on("verify"), selection, conflict, journal, parallel, pacing)


def _words(call: Invocation, flag: str) -> list[str]:
    return [word.strip() for text in call.flags.many(flag) for word in text.split(",") if word.strip()]


def caller_of(settings: Settings, options: Options) -> Caller:
    """What asks a server, as the flags want it."""
    return Caller(settings, options.pacing)
