"""Sends a node's numbers to statsd, statsite or DogStatsD, from one process of the node.

Nothing waits for a receiver: what it doesn't take at once is dropped, and told in the log when that begins.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

import structlog

from strongroom.lib.errors import StrongroomError
from strongroom.lib.exposition import Measure
from strongroom.lib.fault import where
from strongroom.lib.statsd import Naming, Past, lines, packets, past_of
from strongroom.server.telemetry.settings import Receiver, Target, TelemetrySettings

log = structlog.get_logger("metrics")

EVERY_S: Final = 10.0
"""How often numbers are sent: what receivers of statsd gather by default."""
LAST_S: Final = 5.0
"""How long the last numbers may take, when the server stops."""
_DATAGRAM_BYTES: Final = 1400
"""A datagram that passes any network whole."""
_PATIENCE_S: Final = 5.0
"""How long a connection or a name may take."""


class Sender:
    """Sends to the receivers of a configuration.

    Args:
        settings: where to, and how numbers are named. measure: gives all numbers of the node. hostname: of the machine.
            every_s: how often, in seconds.
    """

    def __init__(
        self,
        settings: TelemetrySettings,
        measure: Callable[[], Awaitable[Sequence[Measure]]],
        hostname: str,
        *,
        every_s: float = EVERY_S,
    ) -> None:
        self._settings = settings
        self._measure = measure
        self._hostname = hostname
        self._every_s = every_s
        self._streams: dict[Target, asyncio.StreamWriter] = {}
        self._failing: set[Target] = set()

    async def run_forever(self) -> None:
        """Send until cancelled, and then what came since.

        The first numbers are what the next ones are compared with.
        """
        past = past_of(await self._measured())
        log.info("numbers are sent from now on", to=[target.receiver.value for target in self._settings.targets])
        try:
            while True:
                await asyncio.sleep(self._every_s)
                past = await self.send(past)
        except asyncio.CancelledError:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.send(past), LAST_S)
            raise
        finally:
            self.close()

    def close(self) -> None:
        """Close the connections."""
        for stream in self._streams.values():
            stream.close()
        self._streams.clear()

    async def send(self, past: Past) -> Past:
        """Send what is new.  Returns the numbers that the next ones are compared with."""
        measures = await self._measured()
        if not measures:
            return past
        for target in self._settings.targets:
            try:
                await self._send(target, lines(measures, past, self._naming(target)))
                self._told(target, "")
            except (OSError, TimeoutError, UnicodeError) as error:  # the last for a host that can be no name
                self._told(target, str(error) or type(error).__name__)
        return past_of(measures)

    async def _measured(self) -> Sequence[Measure]:
        """The numbers, or none if they can't be had just now."""
        try:
            return await self._measure()
        except StrongroomError as error:
            log.warning("no numbers were sent", reason=error.detail or error.text)
        except Exception as error:  # a bug in one number must not end the sending of all
            log.error("no numbers were sent", fault=where(error))
        return ()

    def _naming(self, target: Target) -> Naming:
        settings = self._settings
        return Naming(
            tagged=target.receiver is Receiver.DOGSTATSD,
            prefix=settings.exposure.prefix,
            hostname=self._hostname if settings.names_host or settings.host_label else "",
            host_label=settings.host_label,
            tags=settings.tags,
        )

    async def _send(self, target: Target, new: Iterable[str]) -> None:
        if target.receiver is Receiver.STATSITE:
            await asyncio.wait_for(self._stream(target, new), _PATIENCE_S)
            return
        loop = asyncio.get_running_loop()
        # Asked each time: a receiver may move.
        found = await asyncio.wait_for(
            loop.getaddrinfo(target.host, target.port, type=socket.SOCK_DGRAM), timeout=_PATIENCE_S
        )
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as sock:
            sock.setblocking(False)
            for packet in packets(new, _DATAGRAM_BYTES):
                sock.sendto(packet, address)

    async def _stream(self, target: Target, new: Iterable[str]) -> None:
        """Send over a connection, which is opened anew after a fault."""
        stream = self._streams.get(target)
        try:
            if stream is None or stream.is_closing():
                _, stream = await asyncio.open_connection(target.host, target.port)
                self._streams[target] = stream
            stream.write("".join(f"{line}\n" for line in new).encode())
            await stream.drain()
        except BaseException:
            if stream is not None:
                self._streams.pop(target, None)
                with contextlib.suppress(OSError):
                    stream.transport.abort()
            raise

    def _told(self, target: Target, reason: str) -> None:
        """Log that a receiver fails, or takes numbers again; once."""
        named = {"receiver": target.receiver.value, "address": f"{target.host}:{target.port}"}
        if reason and target not in self._failing:
            self._failing.add(target)
            log.warning("numbers can't be sent", reason=reason, **named)
        elif not reason and target in self._failing:
            self._failing.discard(target)
            log.info("numbers are sent again", **named)
