"""The lines of one writer, as a check of a log finds them (pure)."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

import msgspec

from strongroom.audit import chain
from strongroom.audit.chain import ChainLink, Line
from strongroom.crypto.mac import hmac_sha256_begun


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


class Span(NamedTuple):
    """Lines of one writer, one after the other."""

    writer: str
    first: int
    last: int

    def __str__(self) -> str:
        if self.first == self.last:
            return f"{self.writer}'s line {self.last}"
        return f"{self.writer}'s lines {self.first} to {self.last}"

    def say(self, one: str, several: str) -> str:
        """A sentence about them, whose rest depends on how many they are."""
        return f"{self} {one if self.first == self.last else several}"


class Before(Enum):
    """What is known of the lines before the present ones."""

    KNOWN = auto()
    ELSEWHERE = auto()
    """They are in files that weren't given."""
    MISSING = auto()
    """They are missing, which was told."""


class _Device:
    """One of the devices that may have written the lines, and what it must write next."""

    __slots__ = ("_before", "_fits", "_since", "key")

    def __init__(self, key: ChainKey, writer: str) -> None:
        self.key = key
        self.go_on(chain.start(key.chain_key, writer).mac)

    def go_on(self, before: bytes | None) -> None:
        """Begin behind a MAC; None if that isn't known."""
        self._before = before
        self._since: hmac.HMAC | None = None
        self._fits = True

    def add(self, line: Line) -> None:
        """A line without a MAC."""
        if self._since is None:
            self._since = hmac_sha256_begun(self.key.chain_key)
        self._since.update(self._own(line))

    def made(self, line: Line) -> bool:
        """Whether the MAC of a line is over it, the lines since the last MAC, and that one if it is known."""
        covered, before, since = self._own(line), self._before, self._since
        if line.previous:
            if before is not None and not hmac.compare_digest(before, line.previous):
                return False
            made = since.copy() if since is not None else hmac_sha256_begun(self.key.chain_key)
            made.update(covered)
            mac = made.digest()
        elif before is not None and since is None:
            mac = chain.mac_of(self.key.chain_key, before, covered)
        else:
            return False
        return self._fits and hmac.compare_digest(mac, line.mac)

    def stands_for(self, mac: bytes) -> bool:
        """Whether a head's MAC is over the lines since the last MAC of the log."""
        if self._since is None or self._before is None or not self._fits:
            return False
        return hmac.compare_digest(chain.unfinished(self._since, self._before), mac)

    def _own(self, line: Line) -> bytes:
        prefix = self.key.prefix
        self._fits = self._fits and line.covered.startswith(prefix)
        return line.covered[len(prefix) :]


class Strand:
    """The lines of one writer so far.

    Args:
        keys: of the devices that may have written them, at least one. head: the line that the store knows.
    """

    def __init__(self, writer: str, keys: Sequence[ChainKey], head: ChainLink | None) -> None:
        self._writer = writer
        self._head = head
        self._devices = [_Device(key, writer) for key in keys]
        self._before = Before.KNOWN
        self._proven = 0
        """The last line that a MAC or the head covers, or that a fault was told of."""
        self.sequence = 0
        """The last line."""
        self.unchecked: Span | None = None
        """A line that was compared with nothing, because the line before is in a file that wasn't given.

        It is one line at the most: lines that were written together are checked by themselves.
        """

    @property
    def unproven(self) -> Span | None:
        """The lines since the last MAC; None if there are none."""
        return Span(self._writer, self._proven + 1, self.sequence) if self.sequence > self._proven else None

    def skip_to(self, sequence: int, before: Before) -> None:
        """Go on at a line although those before aren't there."""
        self.sequence = self._proven = sequence - 1
        self._before = before
        for device in self._devices:
            device.go_on(None)

    def gap(self, sequence: int) -> str:
        """What is wrong with the number of the next line; empty if nothing is."""
        last = self.sequence
        if sequence == last + 1:
            return ""
        back = ": lines come again, or the files aren't named oldest first" if sequence <= last else ""
        left = f"; so {self.unproven} can't be checked" if self.unproven else ""
        self.skip_to(sequence, Before.MISSING)
        return f"{self._writer} goes on at {sequence} after {last}{back}{left}"

    def add(self, line: Line) -> str:
        """Check the next line, and those before that it has the MAC of.  Returns what is wrong; empty if nothing is."""
        self.sequence = line.sequence
        if line.mac:
            return self._close(line)
        for device in self._devices:
            device.add(line)
        if self._head is None or self._head.sequence != line.sequence or self._before is not Before.KNOWN:
            return ""
        span = Span(self._writer, self._proven + 1, line.sequence)
        if not any(device.stands_for(self._head.mac) for device in self._devices):
            return _unlike(span)
        self._proven = line.sequence
        return ""

    def _close(self, line: Line) -> str:
        span = Span(self._writer, self._proven + 1, line.sequence)
        fitting = [device for device in self._devices if device.made(line)]
        if fitting:
            self._devices, problem = fitting, ""
        elif self._before is not Before.KNOWN and not line.previous and span.first == span.last:
            # Nothing tells whether it was changed.  The lines that follow are compared with it.
            self.unchecked, problem = span if self._before is Before.ELSEWHERE else None, ""
        else:
            problem = self._unlike_any(span)
        self._proven, self._before = line.sequence, Before.KNOWN
        for device in self._devices:
            device.go_on(line.mac)
        head = self._head
        if not problem and head is not None and head.sequence == line.sequence:
            return "" if hmac.compare_digest(head.mac, line.mac) else _unlike(span)
        return problem

    def _unlike_any(self, span: Span) -> str:
        match self._before:
            case Before.MISSING:
                return f"{span} can't be checked without the lines that are missing"
            case Before.ELSEWHERE:
                return span.say(
                    "is not what was written, or belongs to lines in an earlier file",
                    "are not what was written, or the first of them are in an earlier file",
                )
            case Before.KNOWN:
                other = ", or of another device" if span.first == 1 else ""
                return span.say("is not what was written", "are not what was written") + other


def _unlike(span: Span) -> str:
    return span.say("is not the one that the store knows", "are not those that the store knows")
