"""What every import does with its source: plan, import, or verify, and tell what became of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from strongroom.cli.failure import Failure
from strongroom.cli.importing.options import Options, caller_of
from strongroom.cli.invocation import Invocation
from strongroom.importing.destination.destination import Destination, DestinationLost
from strongroom.importing.inventory import Found, Source, SourceFault
from strongroom.importing.journal import JournalFault, open_journal
from strongroom.importing.running import Import, Report, inventory
from strongroom.importing.summary import plan_document, plan_lines, report_document, report_lines

_BAR: Final = 30
_REDRAW_S: Final = 0.2
_INCOMPLETE: Final = 2
"""The exit code if something that was to move isn't there."""


class Bar:
    """A line on a terminal that says how far it is.

    Args:
        draw: puts a line in the place of the last one; None where nobody looks.
        clock: monotonic, in seconds.
    """

    def __init__(self, draw: Callable[[str], None] | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._draw = draw
        self._clock = clock
        self._next = 0.0

    def surveyed(self, number: int) -> None:
        """So many objects were found until now."""
        self._show(f"Looking what there is: {number}", last=False)

    def done(self, number: int, total: int) -> None:
        """So many of all were done."""
        filled = _BAR * number // max(total, 1)
        self._show(f"[{'#' * filled}{'.' * (_BAR - filled)}] {number} of {total}", last=number == total)

    def clear(self) -> None:
        """Leave the line to others."""
        if self._draw is not None:
            self._draw("")

    def _show(self, text: str, *, last: bool) -> None:
        if self._draw is not None and (last or self._clock() >= self._next):
            self._next = self._clock() + _REDRAW_S
            self._draw(text)


def carry_out(call: Invocation, source: Source, options: Options) -> int:
    """Do what the flags say with a source; the exit code.  Raises `Failure`."""
    bar = Bar(call.terminal.redraw if call.terminal.interactive else None)
    caller = caller_of(call.settings(), options)
    try:
        # A plan writes no journal, and a comparison doesn't ask for one.
        path = None if options.plan or options.verify else options.journal
        with open_journal(path, source.label, caller.address) as journal:
            destination = Destination(caller, options.conflict, journal.made, journal.making)
            destination.begin()
            lines = inventory(source, destination, bar)
            if options.plan:
                bar.clear()
                return _tell_plan(call, lines)
            run = Import(source, destination, journal, bar, parallel=options.parallel, verify=options.verify)
            report = run.run(lines)
    except SourceFault as error:
        raise Failure(f"Error reading {source.label}: {error}", 2) from error
    except DestinationLost as error:
        raise Failure(f"Error asking {caller.address}: {error}", 2) from error
    except JournalFault as error:
        raise Failure(f"Error with the journal: {error}") from error
    finally:
        bar.clear()
    return _tell(call, report, options)


def _tell_plan(call: Invocation, lines: list[Found]) -> int:
    if not call.table:
        return call.document(plan_document(lines))
    call.terminal.out("\n".join(plan_lines(lines)))
    return 0


def _tell(call: Invocation, report: Report, options: Options) -> int:
    if call.table:
        call.terminal.out("\n".join(report_lines(report)))
    else:
        call.document(report_document(report))
    if report.ended:
        again = (
            "Run the same command again to go on."
            if options.journal
            else "Run it again: what is there isn't written twice."
        )
        call.terminal.error(f"Error: it ended early, by {report.ended}. {report.left} objects weren't tried. {again}")
    elif not report.succeeded:
        call.terminal.error("Error: not all that was to move is there; what failed is listed")
    return 0 if report.succeeded else _INCOMPLETE
