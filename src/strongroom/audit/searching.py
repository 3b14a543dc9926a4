"""Finds requests in a piece of a log (pure)."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from strongroom.audit.file.lookback import Piece
from strongroom.audit.reading import Reading
from strongroom.inquiry.criteria import Criteria
from strongroom.inquiry.inquiry import Found, Inquiry


class Looked(msgspec.Struct, frozen=True):
    """What was found in a piece."""

    found: tuple[Found, ...]
    """The newest first."""
    unreadable: int
    """Lines that are no entries, or too long to be looked at."""
    oldest: str
    """The time of the first entry of the piece, as the log has it; empty if there is none."""


def search(piece: Piece, criteria: Criteria, outcomes: Collection[str]) -> Looked:
    """The requests of a piece that match, and had one of some outcomes, each once.

    Who made a token is known only of tokens that were made in the piece.
    """
    inquiry = Inquiry(criteria)
    found = list(inquiry.read(_plain(piece.lines)))
    inquiry.answered(_plain(piece.behind))
    found.extend(inquiry.finish())
    found = [each for each in found if not outcomes or each.outcome in outcomes]
    found.reverse()  # and of one moment the last first
    found.sort(key=lambda each: each.entry.time, reverse=True)
    return Looked(tuple(found), inquiry.unreadable + piece.passed_over, inquiry.oldest)


def _plain(lines: tuple[bytes, ...]) -> tuple[bytes, ...]:
    plain = Reading().lines(line + b"\n" for line in lines)
    return tuple(line for line in plain if line != b"\n")
