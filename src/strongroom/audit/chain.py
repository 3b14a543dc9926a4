"""The chain of an audit log: each line has a MAC over itself and its writer's line before it (pure).

    {"time":…,"type":…,…,"chain":{"writer":"node-1a2b","sequence":17,"mac":"…"}}

An attacker without the device's key can't change, drop, insert or reorder lines of a writer without being detected.
Lines that are cut from the end are detected only by a later line or by a count elsewhere (`audit/heads.py`).  A writer
is one process from its start to its end, so a new process begins at 1.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping

import msgspec

from strongroom.crypto.mac import hmac_sha256

_LINK = re.compile(
    rb',"chain":\{"writer":"([A-Za-z0-9._-]{1,256})","sequence":([0-9]{1,18}),"mac":"([0-9a-f]{64})"\}\}$'
)


class ChainLink(msgspec.Struct, frozen=True):
    """The last line of one writer: its sequence number and its MAC."""

    sequence: int
    mac: bytes

    def __repr__(self) -> str:
        return f"ChainLink(sequence={self.sequence})"


class Fault(msgspec.Struct, frozen=True):
    """One line that breaks the chain."""

    line: int
    """Counted from 1."""
    problem: str


class Verified(msgspec.Struct, frozen=True):
    """The result of checking a log."""

    faults: tuple[Fault, ...]
    writers: dict[str, ChainLink]
    """The last line of every writer.  The next file of a rotated log must continue there."""


def key_of(device_key: bytes) -> bytes:
    """The chain's key, derived from the device's key, so that no digest of a value can pass for a link."""
    return hmac_sha256(device_key, b"strongroom audit chain")


def start(key: bytes, writer: str) -> ChainLink:
    """The link before a writer's first line."""
    return ChainLink(0, hmac_sha256(key, writer.encode()))


def append(key: bytes, before: ChainLink, writer: str, body: bytes) -> tuple[bytes, ChainLink]:
    """Chain an entry to the one before.

    Args:
        key: as `key_of` gives it.
        body: the entry as a JSON object.

    Returns: the line without its newline, and its link.
    """
    mac = mac_of(key, before, body)
    link = ChainLink(before.sequence + 1, mac)
    tail = f',"chain":{{"writer":"{writer}","sequence":{link.sequence},"mac":"{mac.hex()}"}}}}'
    return body[:-1] + tail.encode(), link


def parse(line: bytes) -> tuple[str, bytes, ChainLink] | None:
    """A line's writer, its entry without the link, and the link; None if the line is no entry.

    The entry still begins with the device's prefix.
    """
    found = _LINK.search(line)
    if found is None:
        return None
    link = ChainLink(int(found[2]), bytes.fromhex(found[3].decode()))
    return found[1].decode("utf-8", "replace"), line[: found.start()] + b"}", link


def mac_of(key: bytes, before: ChainLink, body: bytes) -> bytes:
    """The MAC that links an entry to the line before it."""
    return hmac_sha256(key, before.mac + body)


def writer_of(line: bytes) -> str:
    """The writer that a line names; empty if the line is no entry.  The MAC isn't checked."""
    found = _LINK.search(line)
    return found[1].decode("utf-8", "replace") if found is not None else ""


def verify(
    key: bytes, lines: Iterable[bytes], *, prefix: bytes = b"", begun: Mapping[str, ChainLink] | None = None
) -> Verified:
    """Check every line of a log.

    Args:
        key: as `key_of` gives it.
        lines: the log's lines, with or without newlines.
        prefix: the device's `prefix` option.
        begun: the last links of the files before this one.  Other writers must begin at 1.
    """
    faults: list[Fault] = []
    writers = dict(begun or {})
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip(b"\n")
        found = _LINK.search(line)
        if found is None or not line.startswith(prefix):
            faults.append(Fault(number, "no entry with a link of the chain"))
            continue
        writer, sequence, mac = found[1].decode("utf-8", "replace"), int(found[2]), bytes.fromhex(found[3].decode())
        before = writers.get(writer) or start(key, writer)
        body = line[len(prefix) : found.start()] + b"}"
        if sequence != before.sequence + 1:
            faults.append(Fault(number, f"{writer} goes on at {sequence} after {before.sequence}"))
        elif not hmac.compare_digest(mac, hmac_sha256(key, before.mac + body)):
            faults.append(Fault(number, f"{writer}'s line {sequence} is not what was written"))
        writers[writer] = ChainLink(sequence, mac)
    return Verified(tuple(faults), writers)
