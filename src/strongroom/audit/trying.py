"""Tries a device before it is stored, because a device that opens may still take no entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol, runtime_checkable

from strongroom.audit.channel import AuditDevice, Channel
from strongroom.audit.forwarding.target import Undeliverable
from strongroom.audit.records import AuditRecord
from strongroom.lib.errors import InvalidRequest, Unavailable
from strongroom.lib.outgoing import Threads

_WITHIN_S: Final = 30.0
_LANE: Final = "audit devices"

ChannelOf = Callable[[AuditRecord, AuditDevice], Channel]
"""Makes the channel of a record to a device."""


@runtime_checkable
class Reaching(Protocol):
    """A device whose entries go to a peer, by the forwarder."""

    def reach(self, line: bytes) -> None:
        """Bring one line to the peer at once.  It blocks.  Raises `OSError`, `Undeliverable`."""
        ...

    def judge(self) -> None:
        """Raise `OSError` if the peer's address isn't allowed.  It blocks."""
        ...


class _Held:
    """A device that holds its lines."""

    one_by_one = True

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def open(self) -> None:
        """Do nothing."""

    def write(self, *lines: bytes) -> int:
        """Hold lines."""
        self.lines += lines
        return len(lines)

    def reopen(self) -> None:
        """Do nothing."""

    def look(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class Trial:
    """Tries devices.

    Args:
        channel: opens the channel of a record.
    """

    def __init__(self, channel: ChannelOf) -> None:
        self._channel = channel
        self._threads = Threads("the audit device", at_once=2, waiting=4)

    def write(self, record: AuditRecord, device: AuditDevice, entry: bytes | None) -> bool:
        """Open a device, and write an entry to it.

        Args:
            entry: None to open it only.

        Raises: `InvalidRequest` if it can't be opened, or doesn't take the entry.
        """
        channel = self._channel(record, device)
        try:
            channel.open()
            if entry is not None:
                channel.write([entry])
        except Unavailable as error:
            raise InvalidRequest(f"sanity check failed; the device takes no entry: {error.detail}") from error
        finally:
            channel.close()
        return True

    async def reach(self, record: AuditRecord, device: Reaching, entry: bytes | None) -> bool:
        """Bring an entry to a device's peer.

        Args:
            entry: None to look only whether its address is allowed.

        Raises: `InvalidRequest` if that fails.
        """
        if entry is None:
            return await self._outside(device.judge)
        held = _Held()
        channel = self._channel(record, held)
        try:
            channel.open()
            channel.write([entry])
        finally:
            channel.close()
        return await self._outside(lambda: device.reach(held.lines[0]))

    async def _outside(self, work: Callable[[], None]) -> bool:
        try:
            await self._threads.run(_LANE, work, within_s=_WITHIN_S)
        except (OSError, Undeliverable) as error:
            raise InvalidRequest(f"sanity check failed; the device takes no entry: {_reason(error)}") from error
        return True


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError) and not str(error):
        return "no answer in time"
    return (error.strerror if isinstance(error, OSError) else "") or str(error) or type(error).__name__
