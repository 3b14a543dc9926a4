"""Checks the files of an audit log against the store's keys and heads (pure).

The chain detects lines that were changed, dropped, inserted or moved.  The heads detect lines that were cut from a
writer's end, and writers that are missing completely.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable

import msgspec

from strongroom.audit import chain
from strongroom.audit.chain import ChainLink, Fault


class ChainKey(msgspec.Struct, frozen=True):
    """The key and the heads of one device."""

    chain_key: bytes
    prefix: bytes
    heads: dict[str, ChainLink]
    """Lines that the log must contain, by writer."""
    lost: int = 0
    """The number of heads that the store has lost."""
    former: bool = False
    """Whether the device no longer exists, so that its files may be gone too."""

    def __repr__(self) -> str:
        return "ChainKey(…)"


class Summary(msgspec.Struct, frozen=True):
    """The result of a check."""

    lines: int
    writers: int
    unknown: tuple[str, ...]
    """Writers without a head.  Lines missing at their end can't be detected."""
    unchecked: tuple[str, ...]
    """Lines that follow lines in files that weren't given.  Changes of these lines can't be detected."""
    faults: tuple[str, ...]
    """Faults of the log as a whole.  Faults of single lines are returned when they are found."""


class Verification:
    """One check of a log.  Its files are given one by one, oldest first.

    Args:
        keys: the keys of the devices that have written to it. partial: whether the oldest files aren't given, so that
            writers may begin later or be missing.
    """

    def __init__(self, keys: list[ChainKey], *, partial: bool = False) -> None:
        self._keys = keys
        self._partial = partial
        self._last: dict[str, tuple[ChainKey, ChainLink]] = {}
        self._by_writer = {writer: key for key in keys for writer in key.heads}
        self._unchecked: list[str] = []
        self._lines = 0

    def file(self, lines: Iterable[bytes]) -> Iterable[Fault]:
        """Check one file.  Returns the faults of its lines when they are found."""
        for number, raw in enumerate(lines, 1):
            line = raw.rstrip(b"\n")
            if not line:
                continue  # two processes have ended the same cut line
            self._lines += 1
            if problem := self._line(line):
                yield Fault(number, problem)

    def _line(self, line: bytes) -> str:
        found = chain.parse(line)
        if found is None:
            return "no entry with a link of the chain"
        writer, body, link = found
        before = self._last.get(writer)
        if before is None:
            return self._first(writer, body, link)
        key, last = before
        if link.sequence != last.sequence + 1:
            self._last[writer] = (key, link)
            back = (
                ": lines come again, or the files aren't named oldest first" if link.sequence <= last.sequence else ""
            )
            return f"{writer} goes on at {link.sequence} after {last.sequence}{back}"
        if not _made(key, last, body, link):
            self._last[writer] = (key, link)  # so that the following lines are compared with this one
            return f"{writer}'s line {link.sequence} is not what was written"
        return self._took(writer, key, link)

    def _first(self, writer: str, body: bytes, link: ChainLink) -> str:
        """Find the device of a writer by its first line."""
        candidates = [self._by_writer[writer]] if writer in self._by_writer else self._keys
        for key in candidates:
            if link.sequence == 1 and _made(key, chain.start(key.chain_key, writer), body, link):
                return self._took(writer, key, link)
        if not candidates:
            return "the store knows no device at this path"
        if link.sequence > 1 and self._partial:
            self._unchecked.append(f"{writer}'s line {link.sequence}")
            return self._took(writer, candidates[0], link)
        self._last[writer] = (candidates[0], link)
        if link.sequence == 1:
            return f"{writer}'s line 1 is not what was written, or of another device"
        return f"{writer} begins at line {link.sequence}: those before are in none of the files"

    def _took(self, writer: str, key: ChainKey, link: ChainLink) -> str:
        self._last[writer] = (key, link)
        head = key.heads.get(writer)
        if head is not None and head.sequence == link.sequence and not hmac.compare_digest(head.mac, link.mac):
            return f"{writer}'s line {link.sequence} is not the one that the store knows"
        return ""

    def finish(self) -> Summary:
        """Find the faults of the log as a whole."""
        faults = []
        for key in self._keys:
            if key.lost:
                faults.append(f"the store has lost what it knew of {key.lost} writers")
            if key.former and key.heads and not self._last.keys() & key.heads.keys():
                faults += [] if self._partial else [_earlier(key)]
            else:
                faults += self._ends(key)
        known = {writer for key in self._keys for writer in key.heads}
        unknown = tuple(sorted(self._last.keys() - known))
        return Summary(self._lines, len(self._last), unknown, tuple(self._unchecked), tuple(faults))

    def _ends(self, key: ChainKey) -> Iterable[str]:
        for writer, head in sorted(key.heads.items()):
            last = self._last.get(writer)
            if last is None:
                if not self._partial:
                    yield f"{writer} is missing: it has written {head.sequence} lines at least"
            elif last[1].sequence < head.sequence:
                yield f"{writer} ends at line {last[1].sequence}: it has written {head.sequence} at least"


def _earlier(key: ChainKey) -> str:
    """One text for all writers of a device whose files weren't given."""
    lines = sum(head.sequence for head in key.heads.values())
    return (
        f"an earlier device of this path is missing, with {lines} lines at least of {len(key.heads)} writers: "
        "name its files too, or check with -partial"
    )


def _made(key: ChainKey, before: ChainLink, body: bytes, link: ChainLink) -> bool:
    if not body.startswith(key.prefix):
        return False
    return hmac.compare_digest(link.mac, chain.mac_of(key.chain_key, before, body[len(key.prefix) :]))
