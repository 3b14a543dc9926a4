"""One pass over a log: selects lines, and adds what is known of each (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from strongroom.inquiry import entries
from strongroom.inquiry.criteria import Criteria
from strongroom.inquiry.entries import Entry
from strongroom.inquiry.trail import Trail
from strongroom.inquiry.unanswered import Unanswered

NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True)
class Found:
    """One request that was asked for."""

    line: bytes
    entry: Entry
    outcome: str
    """`ok`, `denied`, `error`, or `no answer`."""
    names: tuple[str, ...]
    """The display name of who asked, then of who made that token, and so on."""
    opened: str
    """The path whose wrapped answer this request opens; empty for any other request."""


class Inquiry:
    """Reads lines in order, and keeps only data that later lines need.

    Args:
        criteria: selects the requests. trail: the tokens that are known so far.
    """

    def __init__(self, criteria: Criteria, trail: Trail | None = None) -> None:
        self._criteria = criteria
        self.trail = trail if trail is not None else Trail()
        self._unanswered = Unanswered()
        self.unreadable = 0
        self.oldest = ""
        """The time of the first entry that was read."""

    def read(self, lines: Iterable[bytes]) -> Iterator[Found]:
        """Those that are meant among the lines of one file: a request once, when its answer comes."""
        for line in lines:
            entry = entries.read(line)
            if entry is None:
                self.unreadable += 1
                continue
            self.oldest = self.oldest or entry.time
            answer = entry.type == "response"
            if answer:
                self._unanswered.answered(entry.request.id)
            found = self._found(line, entry)
            if answer:
                self.trail.learn(entry)
            if found is not None and answer:
                yield found
            elif found is not None and entry.request.path == entries.TEST_PATH:
                yield found  # the test entry of a device, which has no client and no response
            elif found is not None:
                yield from map(self._without_answer, self._unanswered.asked(entry.request.id, line))

    def answered(self, lines: Iterable[bytes]) -> None:
        """Tell which requests are answered in lines that themselves aren't asked for."""
        for line in lines:
            entry = entries.read(line)
            if entry is not None and entry.type == "response":
                self._unanswered.answered(entry.request.id)

    def finish(self) -> Iterator[Found]:
        """The requests that no file has an answer of."""
        yield from map(self._without_answer, self._unanswered.rest())

    def _found(self, line: bytes, entry: Entry) -> Found | None:
        names, opened = self.trail.names(entry.auth), self.trail.opened(entry)
        paths = (entry.request.path, opened) if opened else (entry.request.path,)
        if not self._criteria.match(line, entry, names, paths):
            return None
        return Found(line, entry, entry.outcome, names, opened)

    def _without_answer(self, line: bytes) -> Found:
        entry = entries.read(line)
        assert entry is not None  # it was read before
        outcome = entry.outcome if entry.error else NO_ANSWER
        return Found(line, entry, outcome, self.trail.names(entry.auth), self.trail.opened(entry))
