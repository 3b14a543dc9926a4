"""A node's spool: a directory for each device whose entries the forwarder delivers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import structlog

from strongroom.audit.spool.device import SpoolDevice
from strongroom.audit.spool.place import Place
from strongroom.audit.spool.position import read_position

DEFAULT_MAX_BYTES = 256 * 1024 * 1024
MIN_MAX_BYTES = 64 * 1024
_SEGMENTS = 8
_LARGEST_SEGMENT_BYTES = 1024 * 1024

log = structlog.get_logger("audit")


class Spool:
    """The spool of this node.

    Args:
        directory: created when it is needed, readable for its owner only. max_bytes: the most waiting bytes of each
            device.  Each process may exceed it by one entry.
    """

    def __init__(self, directory: Path, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._directory = directory
        self._max_bytes = max_bytes
        self._segment_bytes = min(max_bytes // _SEGMENTS, _LARGEST_SEGMENT_BYTES)

    def device(self, id_: str, target: str, options: Mapping[str, str] | None = None) -> SpoolDevice:
        """The spool device of one audit device.

        Args:
            id_: the device's own, never used before by another.
            target: where the forwarder writes, as `forwarding.opening.open_target` knows it.
            options: what that target has to know besides; kept beside the entries, for their owner alone.
        """
        place = Place(self._directory / id_)
        return SpoolDevice(place, target, options or {}, self._segment_bytes, self._max_bytes)

    def keep_only(self, ids: Collection[str]) -> None:
        """Mark all other devices as ended.

        The forwarder removes them when no process has them open and no entries wait.
        """
        for place in places(self._directory):
            if place.directory.name not in ids:
                try:
                    place.ended = True
                except OSError as error:
                    log.warning(
                        "an audit device's spool was not given up", place=str(place.directory), reason=str(error)
                    )

    def backlog_bytes(self, id_: str) -> int | None:
        """The bytes that wait for the forwarder; None for a device that isn't spooled here."""
        place = Place(self._directory / id_)
        try:
            segments = place.segments()
            position = read_position(place)
            done = position.offset if position is not None and position.segment in segments else 0
            return max(0, place.segments_bytes() - done)
        except OSError:
            return None

    def undeliverable_bytes(self, id_: str) -> int | None:
        """The bytes that the forwarder has set aside; None for a device that isn't spooled here."""
        place = Place(self._directory / id_)
        if not place.directory.is_dir():
            return None
        try:
            return place.undeliverable.stat().st_size
        except OSError:
            return 0


def places(directory: Path) -> Iterator[Place]:
    """Every device's part of a spool.

    Args:
        directory: the spool's directory.  A missing directory counts as empty.
    """
    try:
        found = sorted(path for path in directory.iterdir() if path.is_dir())
    except FileNotFoundError:
        return
    for path in found:
        yield Place(path)
