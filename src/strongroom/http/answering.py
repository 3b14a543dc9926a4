"""The part of a connection that sends responses: the memory that they hold, and the connection's end."""

from __future__ import annotations

import asyncio
import math
from abc import abstractmethod
from typing import Any, Final

import structlog

from strongroom.http.delivery import Delivery, keep, write_whole
from strongroom.http.faults import describe
from strongroom.http.held import Held
from strongroom.http.listening import Listening
from strongroom.http.message import HttpRequest, HttpResponse
from strongroom.http.parser import RequestParser
from strongroom.http.phases import OVER, Phase
from strongroom.http.wire import Wire

_log = structlog.get_logger(__name__)

_BODYS_WORTH_S: Final = 86_400.0
"""A connection with half a request ends after all idle ones, whatever times are configured."""


class Answering(asyncio.Protocol):
    """Sends responses to one client.

    Args:
        listening: what the connections of the listener share.
    """

    __slots__ = (
        "_began",
        "_deadline",
        "_delivery",
        "_eof",
        "_held",
        "_known",
        "_listening",
        "_parser",
        "_phase",
        "_request",
        "_source",
        "_task",
        "_unparsed",
        "_wire",
    )

    _wire: Wire
    _parser: RequestParser

    def __init__(self, listening: Listening) -> None:
        self._listening = listening
        self._phase = Phase.PREFACE
        self._deadline = math.inf
        self._began = 0.0
        self._eof = False
        self._held = Held(listening.held)
        self._delivery: Delivery | None = None
        self._request: HttpRequest | None = None
        """The request that waits for its turn."""
        self._known: bytes | None = None
        """The name of its response, if that may be kept."""
        self._unparsed = b""
        """Its bytes, if they were all there before, and nobody has looked at them yet."""
        self._source: bytes | None = None
        """Where the requests come from, as far as it decides about responses; None if none is kept."""
        self._task: asyncio.Task[Any] | None = None

    @abstractmethod
    def _continue(self) -> None:
        """Go on with the next request."""

    # --- what the listener calls

    def sweep(self, now: float) -> None:
        """Enforce the limits on time."""
        wire = self._wire
        limits = self._listening.config.limits
        if wire.stalled(now, limits.write_timeout_s, closing=self._phase is Phase.CLOSING):
            wire.abort()
        elif self._phase is Phase.CLOSING and wire.unsent_bytes:
            self._deadline = self._listening.deadline(limits.linger_timeout_s)
        elif now >= self._deadline:
            _EXPIRED[self._phase](self)

    def wind_down(self) -> None:
        """Close now if the connection is idle, else after the response in progress."""
        if self._phase is Phase.PREFACE:
            self._wire.abort()
        elif self._phase is Phase.IDLE:
            self._wire.close()

    def waiting_until(self) -> float | None:
        """When its time for the next request ends; None while a request is in progress."""
        match self._phase:
            case Phase.PREFACE | Phase.IDLE | Phase.HEAD:
                return self._deadline
            case Phase.BODY:
                return self._deadline + _BODYS_WORTH_S
            case Phase.CLOSING if not self._wire.unsent_bytes:
                return 0.0
            case _:
                return None

    def abort(self) -> None:
        """Close at once, and cancel the request in progress."""
        self._cancel()
        self._was_read()
        self._wire.abort()

    # --- answering

    def _streaming(self) -> bool:
        return self._delivery is not None and self._delivery.streaming

    def _hold(self, count: int) -> None:
        self._held.hold_body(count, known=self._parser.granted)

    def _was_read(self) -> None:
        """Called when the client has read the response, or never will."""
        if self._listening.readers.pop(self, None) is not None:
            self._held.hold_answer(0)

    def _own(self, task: asyncio.Task[Any]) -> None:
        self._task = task
        self._listening.in_flight += 1

    def _disown(self) -> None:
        self._task = None
        self._listening.in_flight -= 1

    def _settle(self) -> None:
        """Leave the listener, when the connection is gone and no request is in progress."""
        if self._phase is Phase.CLOSED and self._task is None and self._request is None and not self._unparsed:
            self._held.hold_body(0, known=True)
            self._listening.forget(self)

    def _respond(self, response: HttpResponse) -> bool:
        """Send a response.  Returns whether the next request can be served at once."""
        head, listening = self._parser.last, self._listening
        assert head is not None
        keep_alive = head.keep_alive and not listening.draining
        if response.keep is not None and self._known is not None and keep_alive and head.answers_chunked:
            assert head.method != "HEAD", "no path of that operation is repeatable"
            keep(response, self._known)
        if response.stream is not None or response.after_sent is not None:
            listening.count(response.status)
            self._deliver(response, keep_alive=keep_alive)
            return False
        large = len(response.body) > listening.config.limits.write_high_water
        if large and not listening.has_room(len(response.body)):
            response = self._busy("too many answers wait for their clients (max_inflight_memory)")
        listening.count(response.status)
        write_whole(self._wire, response, head, listening.fixed_headers, keep_alive=keep_alive)
        if large and not self._wire.ready:
            self._held.hold_answer(len(response.body))
            listening.readers[self] = listening.now
        return self._sent(keep_alive=keep_alive)

    def _sent(self, *, keep_alive: bool) -> bool:
        if not keep_alive:
            self._close()
            return False
        if self._wire.ready:
            return True
        self._phase = Phase.BLOCKED
        self._deadline = math.inf
        self._wire.pause_reading()
        return False

    def _deliver(self, response: HttpResponse, *, keep_alive: bool) -> None:
        if self._phase not in OVER:
            self._phase = Phase.DELIVERING
            if response.stream is not None:
                # Reading continues, so that a hang-up of the client is noticed.
                self._wire.resume_reading()
        self._deadline = math.inf
        head = self._parser.last
        assert head is not None
        self._delivery = delivery = Delivery(self._wire, response, head, self._listening.fixed_headers)
        task = self._listening.loop.create_task(delivery.run(lambda: self._phase in OVER, keep_alive=keep_alive))
        self._own(task)
        task.add_done_callback(self._delivered)
        if delivery.receive is not None and (early := self._parser.taken()):
            delivery.receive(early)

    def _delivered(self, task: asyncio.Task[bool]) -> None:
        self._disown()
        self._delivery = None
        failed = task.cancelled()
        if not failed and (error := task.exception()):
            _log.error("an action after a response failed", fault=describe(error))
            failed = True
        if self._phase is not Phase.DELIVERING:
            self._settle()
        elif failed:
            self._wire.abort()
        elif self._sent(keep_alive=task.result()):
            self._continue()

    def _refuse(self, status: int, text: str) -> None:
        """Respond to a refused request, and close.

        The application never sees it, and the start of the next request is unknown.
        """
        self._refuse_with(self._busy(text) if status == 503 else self._listening.application.malformed(status, text))

    def _busy(self, text: str) -> HttpResponse:
        """The response of a server that may have more capacity in a moment.  Source: RFC 9110, section 10.2.3."""
        response = self._listening.application.malformed(503, text)
        response.headers = (*response.headers, ("Retry-After", "1"))
        return response

    def _refuse_with(self, response: HttpResponse) -> None:
        listening = self._listening
        listening.refused += 1
        listening.count(response.status)
        write_whole(self._wire, response, None, listening.fixed_headers, keep_alive=False)
        self._close()

    def _close(self) -> None:
        """Let the client read what was written, then close.

        Closing with unread bytes in the kernel resets the connection, and a reset makes the client's kernel drop a
        response that the client hasn't read yet.  So only the sending direction is closed, and incoming bytes are
        dropped for a while.  Source: RFC 9112, section 9.6.
        """
        self._phase = Phase.CLOSING
        self._deadline = self._listening.deadline(self._listening.config.limits.linger_timeout_s)
        if self._task is None:
            self._held.hold_body(0, known=True)
        if self._eof:
            self._wire.close()
        else:
            self._wire.shut()
            self._wire.resume_reading()

    def _cancel(self) -> None:
        self._deadline = math.inf
        # Cancelled once, because a second cancellation would disturb the application's cleanup.
        if self._task is not None and not self._task.cancelling():
            self._task.cancel()

    def _refuse_slow(self) -> None:
        self._refuse(408, "the request took too long to arrive (http_read_header_timeout, http_read_timeout)")

    def _give_up(self) -> None:
        """The application takes too long."""
        self._cancel()
        self._refuse(503, "the request took too long (max_request_duration)")


# The actions when a phase's time has run out.  A phase that isn't listed has no time limit.
_EXPIRED: Final = {
    Phase.PREFACE: Answering.abort,
    Phase.IDLE: Answering._close,
    Phase.HEAD: Answering._refuse_slow,
    Phase.BODY: Answering._refuse_slow,
    Phase.VETTING: Answering._give_up,
    Phase.ANSWERING: Answering._give_up,
    Phase.CLOSING: Answering.abort,
    Phase.CLOSED: Answering._cancel,
}
