"""Asks one of several HTTP servers of a store, and another one when it doesn't answer."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Final

import structlog

from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError, Unreachable
from strongroom.lib.outgoing import KeptHttp, Reply, UnansweredError
from strongroom.storage.conditional.cells import ClockOffset, UnclearError

log = structlog.get_logger(__name__)

_MOST_BYTES: Final = 256 << 20
_LEAST_S: Final = 0.5
_DATE_S: Final = 1.0
"""The resolution of the `Date` header."""


class Endpoints:
    """The servers of one store, of which one is asked until it fails.

    Args:
        name: of the kind of store, for errors.
        urls: of the servers, without a path.
        clock: measures time limits, and is compared with the servers' `Date`.
        context: whom to trust; None for plain HTTP.
        patience_s: how long a request may take, whatever number of servers is asked.
        at_once: the number of concurrent requests.
    """

    def __init__(
        self,
        name: str,
        urls: Sequence[str],
        clock: Clock,
        *,
        context: ssl.SSLContext | None,
        patience_s: float,
        at_once: int,
    ) -> None:
        self._name = name
        self._urls = list(urls)
        self._clock = clock
        self._patience_s = patience_s
        each_s = max(_LEAST_S, patience_s / len(self._urls))
        self._http = KeptHttp(name, total_s=each_s, most_bytes=_MOST_BYTES, context=context, at_once=at_once)
        self._place = 0
        self.clock_offset: ClockOffset | None = None
        """What the newest answer told of the server's clock."""

    async def close(self) -> None:
        """Close all connections."""
        await self._http.close()

    async def ask(
        self, verb: str, path: str, *, headers: Mapping[str, str], content: bytes | None, repeatable: bool
    ) -> Reply:
        """Send a request to the server that answered last, or to the others in turn.

        Args:
            repeatable: whether another server may be asked although the first may have carried it out.

        Raises: `UnclearError` if it may have been carried out; `StorageError` if it surely wasn't.
        """
        deadline = self._clock.monotonic() + self._patience_s
        failures: list[str] = []
        for _ in self._urls:
            place = self._place
            try:
                sent_at = self._clock.now()
                reply = await self._http.ask(
                    *(verb, self._urls[place] + path), headers=headers, content=content, repeatable=repeatable
                )
            except UnansweredError as error:
                self.turn_away(place)
                if not repeatable:
                    raise UnclearError("the store failed", detail=error.detail or error.text) from error
                failures.append(error.detail or error.text)
            except Unreachable as error:
                self.turn_away(place)
                failures.append(error.detail or error.text)
            else:
                self._note_date(reply.headers.get("date", ""), sent_at)
                return reply
            if self._clock.monotonic() >= deadline:
                break
        raise StorageError("the store failed", detail=f"{self._name}: " + "; ".join(failures))

    def turn_away(self, place: int | None = None) -> None:
        """Ask another server from now on.

        Args:
            place: the one that failed, of which another request may have turned away already; None for the present one.
        """
        if place is None or place == self._place:
            self._place = (self._place + 1) % len(self._urls)

    def _note_date(self, text: str, sent_at: float) -> None:
        try:
            date = parsedate_to_datetime(text).timestamp()
        except ValueError:
            self.clock_offset = None
            return
        self.clock_offset = ClockOffset(date - self._clock.now(), date + _DATE_S - sent_at)
