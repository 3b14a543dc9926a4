"""The chain of an audit log: lines that are written together have one MAC, over themselves and the MAC before (pure).

    {"time":…,"type":…,…,"chain":{"writer":"node-1a2b","sequence":17,"mac":"…"}}

    {"time":…,"type":…,…,"chain":{"writer":"node-1a2b","sequence":18}}
    {"time":…,"type":…,…,"chain":{"writer":"node-1a2b","sequence":19,"previous":"…","mac":"…"}}

The MAC of a line that was written alone is over the 32 bytes of the MAC before it and the entry without `chain`.  The
MAC of several lines is over their text in the file, from the first byte of the first line to the last byte before
`,"mac"`, without the device's prefix.  `previous` is the MAC before them.  It is in the text, so that the lines can be
checked without an earlier file.  Otherwise an attacker could remove many MACs at the begin of a file, and the lines
would count as those that only an earlier file can prove.

No text can be taken for one of another kind:

- a writer's name, in `start`: no brace, no quotation mark, no newline
- a line that was written alone: ends in a brace, and has no newline behind its first 32 bytes
- several lines: ends in a quotation mark
- lines that have no MAC yet, in `unfinished`: ends in a newline and 64 hexadecimal digits

An attacker without the device's key can't change, drop, insert or reorder lines of a writer without being detected.
Lines that are cut from the end are detected only by a later line or by a count elsewhere (`audit/heads.py`).  A writer
is one process from its start to its end, so a new process begins at 1.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from strongroom.crypto.mac import hmac_sha256, hmac_sha256_begun

_LINK = re.compile(
    rb',"chain":\{"writer":"([A-Za-z0-9._-]{1,256})","sequence":([1-9][0-9]{0,17})'
    rb'(?:(?:,"previous":"([0-9a-f]{64})")?(,"mac":"([0-9a-f]{64})"))?\}\}$'
)


class ChainLink(msgspec.Struct, frozen=True):
    """The last line of one writer: its sequence number, and the MAC over it and all lines before."""

    sequence: int
    mac: bytes
    """As the log has it, or as `unfinished` makes it if the line has none."""

    def __repr__(self) -> str:
        return f"ChainLink(sequence={self.sequence})"


class Line(NamedTuple):
    """One line of a log."""

    writer: str
    sequence: int
    covered: bytes
    """The part of it that a MAC covers, behind the device's prefix that it still begins with."""
    previous: bytes
    """The MAC before the lines that its MAC covers; empty if it has none, or one over itself alone."""
    mac: bytes
    """Empty if a later line has the MAC."""


def key_of(device_key: bytes) -> bytes:
    """The chain's key, derived from the device's key, so that no digest of a value can pass for a link."""
    return hmac_sha256(device_key, b"strongroom audit chain")


def start(key: bytes, writer: str) -> ChainLink:
    """The link before a writer's first line."""
    return ChainLink(0, hmac_sha256(key, writer.encode()))


def parse(line: bytes) -> Line | None:
    """A line without its newline; None if it is no entry.  No MAC is checked."""
    found = _LINK.search(line)
    if found is None:
        return None
    writer, sequence, previous, mac = found[1].decode(), int(found[2]), found[3], found[5]
    if mac is None:
        return Line(writer, sequence, line + b"\n", b"", b"")
    if previous is None:
        return Line(writer, sequence, line[: found.start()] + b"}", b"", _bytes(mac))
    return Line(writer, sequence, line[: found.start(4)], _bytes(previous), _bytes(mac))


def _bytes(digits: bytes) -> bytes:
    return bytes.fromhex(digits.decode())


def writer_of(line: bytes) -> str:
    """The writer that a line names; empty if the line is no entry.  No MAC is checked."""
    found = _LINK.search(line)
    return found[1].decode() if found is not None else ""


def mac_of(key: bytes, before: bytes, covered: bytes) -> bytes:
    """The MAC of a line that was written alone.

    Args:
        before: the MAC before it. covered: the entry without `chain`.
    """
    return hmac_sha256(key, before + covered)


def unfinished(since: hmac.HMAC, before: bytes) -> bytes:
    """What stands for the MAC of lines that have none yet.

    Args:
        since: fed with these lines and their newlines. before: the MAC before them.
    """
    made = since.copy()
    made.update(before.hex().encode())
    return made.digest()


class Batch(NamedTuple):
    """Lines to write together."""

    lines: list[bytes]
    """With newlines, without the device's prefix."""
    links: Mapping[int, ChainLink]
    """The links that have a MAC, by how many lines were taken up to there."""


class Chain:
    """The chain of one writer, as far as its device took it.

    Args:
        key: as `key_of` gives it.
    """

    __slots__ = ("_alone", "_before", "_keyed", "_several", "_since", "_without", "link")

    def __init__(self, key: bytes, writer: str) -> None:
        begin = f',"chain":{{"writer":"{writer}","sequence":%d'.encode()
        self._without = begin + b"}}\n"
        self._alone = begin + b',"mac":"%b"}}\n'
        self._several = begin + b',"previous":"%b"'
        self._keyed = hmac_sha256_begun(key)
        """Copied for each MAC, which costs less than having OpenSSL take the key anew."""
        self.link = start(key, writer)
        """The last line that the device took."""
        self._before = self.link.mac
        """The last MAC that the log has."""
        self._since: hmac.HMAC | None = None
        """Fed with the lines that the device took since, of a batch that it didn't take whole; None if it took all.

        Each failing write may add lines.  A digest has one size, however many they are.
        """

    def together(self, entries: Sequence[bytes]) -> Batch:
        """Chain entries with one MAC, which the last one has.

        Args:
            entries: JSON objects, at least one.
        """
        lines, link = self._closed(self.link.sequence, self._before, self._since, entries)
        return Batch(lines, {len(lines): link})

    def apart(self, entries: Sequence[bytes]) -> Batch:
        """Chain entries with a MAC each, for readers that may get some of them alone.

        Args:
            entries: JSON objects, at least one.
        """
        lines, links = list[bytes](), dict[int, ChainLink]()
        sequence, before, since = self.link.sequence, self._before, self._since
        for entry in entries:
            closed, link = self._closed(sequence, before, since, (entry,))
            lines += closed
            links[len(lines)] = link
            sequence, before, since = link.sequence, link.mac, None
        return Batch(lines, links)

    def _closed(
        self, sequence: int, before: bytes, since: hmac.HMAC | None, entries: Sequence[bytes]
    ) -> tuple[list[bytes], ChainLink]:
        last = sequence + len(entries)
        made = self._keyed.copy() if since is None else since.copy()
        if since is None and len(entries) == 1:
            made.update(before + entries[0])  # as in `mac_of`
            mac = made.digest()
            return [entries[0][:-1] + self._alone % (last, mac.hex().encode())], ChainLink(last, mac)
        without = self._without
        lines = [entry[:-1] + without % number for number, entry in enumerate(entries, sequence + 1)]
        lines[-1] = entries[-1][:-1] + self._several % (last, before.hex().encode())
        made.update(b"".join(lines))
        mac = made.digest()
        lines[-1] += b',"mac":"%b"}}\n' % mac.hex().encode()
        return lines, ChainLink(last, mac)

    def take(self, batch: Batch, taken: int) -> None:
        """Go on from what the device took, so that the next line fits to what the log has.

        Args:
            batch: made since the last call. taken: how many of its lines, from the first on; at least one.
        """
        link = batch.links.get(taken)
        if link is not None:
            self.link, self._before, self._since = link, link.mac, None
            return
        since = self._since if self._since is not None else self._keyed.copy()
        since.update(b"".join(batch.lines[:taken]))
        self._since = since
        self.link = ChainLink(self.link.sequence + taken, unfinished(since, self._before))
