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
        directory: is made when it is needed, for its owner alone.
        max_bytes: the most that each device may have waiting, exceeded by no more than an entry for each process.
    """

    def __init__(self, directory: Path, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._directory = directory
        self._max_bytes = max_bytes
        self._segment_bytes = min(max_bytes // _SEGMENTS, _LARGEST_SEGMENT_BYTES)

    def device(self, id_: str, target: str, options: Mapping[str, str] | None = None) -> SpoolDevice:
        """The writing end for one device.

        Args:
            id_: the device's own, never used before by another.
            target: where the forwarder writes, as `forwarding.opening.open_target` knows it.
            options: what that target has to know besides; kept beside the entries, for their owner alone.
        """
        place = Place(self._directory / id_)
        return SpoolDevice(place, target, options or {}, self._segment_bytes, self._max_bytes)

    def keep_only(self, ids: Collection[str]) -> None:
        """Mark all other devices as ended: once nobody has them open and nothing waits, the forwarder removes them."""
        for place in places(self._directory):
            if place.directory.name not in ids:
                try:
                    place.ended = True
                except OSError as error:
                    log.warning(
                        "an audit device's spool was not given up", place=str(place.directory), reason=str(error)
                    )

    def backlog_bytes(self, id_: str) -> int | None:
        """What waits for the forwarder; None for a device that isn't spooled here."""
        place = Place(self._directory / id_)
        try:
            segments = place.segments()
            position = read_position(place)
            done = position.offset if position is not None and position.segment in segments else 0
            return max(0, place.segments_bytes() - done)
        except OSError:
            return None

    def undeliverable_bytes(self, id_: str) -> int | None:
        """What the forwarder has set aside of a device's entries; None for a device that isn't spooled here."""
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
        directory: the spool's; one that isn't there is empty.
    """
    try:
        found = sorted(path for path in directory.iterdir() if path.is_dir())
    except FileNotFoundError:
        return
    for path in found:
        yield Place(path)
