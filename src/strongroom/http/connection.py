"""One connection: requests from bytes, answers to bytes, one at a time.

While a request is worked on nothing more is read, so a client can't pile up work; what had arrived before waits in
the parser, and pipelined requests are answered in order.
"""

from __future__ import annotations

import asyncio
import math
from typing import Final, cast

import structlog

from strongroom.http import first_step
from strongroom.http.delivery import Delivery, write_whole
from strongroom.http.faults import describe
from strongroom.http.forwarded import forwarded_request
from strongroom.http.listening import Listening
from strongroom.http.message import HttpRequest, HttpResponse
from strongroom.http.parser import RequestParser, RequestRefused
from strongroom.http.phases import OVER, OWES_ANSWER, RECEIVING, Phase
from strongroom.http.wire import Wire, WireFailed

_log = structlog.get_logger(__name__)

_BURST: Final = 16
"""Pipelined requests that are answered before other connections have their turn."""


class HttpConnection(asyncio.Protocol):
    """Serves one client.

    Args:
        listening: what the connections of the listener share.
    """

    __slots__ = (
        "_began",
        "_deadline",
        "_delivery",
        "_eof",
        "_held",
        "_listening",
        "_parser",
        "_phase",
        "_task",
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
        self._held = 0
        self._delivery: Delivery | None = None
        self._task: asyncio.Task[HttpResponse] | asyncio.Task[bool] | None = None

    # --- what the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        listening = self._listening
        config = listening.config
        self._wire = wire = Wire(
            cast("asyncio.Transport", transport),
            tls=listening.tls_layer(),
            proxy=config.proxy,
            high_water=config.limits.write_high_water,
        )
        listening.connections.add(self)
        if config.proxy is not None and not config.proxy.may_connect(wire.address):
            wire.abort()
        elif len(listening.connections) > config.limits.max_connections:
            if listening.tls is None:
                self._refuse(503, "too many connections")
            else:
                # A handshake costs more than the rest of what this client could be told.
                wire.abort()
        elif wire.established:
            self._open()
        else:
            self._deadline = listening.first_deadline(config.limits.handshake_timeout_s)

    def data_received(self, data: bytes) -> None:
        """Bytes have arrived."""
        wire = self._wire
        if self._phase in OVER:
            return
        if wire.wrapped:
            try:
                data = wire.unwrap(data)
            except WireFailed as failure:
                _log.debug("connection failed", peer=wire.address, reason=str(failure))
                self._close()
                return
            if self._phase is Phase.PREFACE and wire.established:
                self._open()
            self._eof = self._eof or wire.ended
            if not data and not self._eof:
                return
        if self._phase in RECEIVING:
            self._advance(data)
        elif data and self._phase is not Phase.PREFACE:
            self._keep(data)

    def eof_received(self) -> bool:
        """The client sends no more.  Returns whether the connection stays, so that it gets its answers."""
        self._eof = True
        # A stream may have no end of its own: a client that hangs up has had enough of it.
        return self._phase in OWES_ANSWER and not self._streaming()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone.

        A request that is being worked on goes on: half of what it does may be done already.  A stream ends.
        """
        self._phase = Phase.CLOSED
        self._wire.lost()
        if self._streaming():
            self._cancel()
        self._settle()

    def _streaming(self) -> bool:
        return self._delivery is not None and self._delivery.streaming

    def pause_writing(self) -> None:
        """The client reads too slowly."""
        self._wire.paused()

    def resume_writing(self) -> None:
        """The client has read what there was."""
        self._wire.resumed()
        self._take_turn()

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
        """Close now if nothing is being done, else after the answer that is being made."""
        if self._phase is Phase.PREFACE:
            self._wire.abort()
        elif self._phase is Phase.IDLE:
            self._wire.close()

    def abort(self) -> None:
        """Close at once and cancel what is being done."""
        self._cancel()
        self._wire.abort()

    # --- receiving

    def _open(self) -> None:
        limits = self._listening.config.limits
        self._parser = RequestParser(limits, self._wire.peer())
        self._phase = Phase.IDLE
        self._deadline = self._listening.first_deadline(limits.read_header_timeout_s)

    def _advance(self, data: bytes) -> None:
        """Serve what is complete, and wait for what isn't."""
        parser = self._parser
        rules = self._listening.config.forwarded
        for _ in range(_BURST):
            try:
                request = parser.receive(data)
                if request is not None and rules is not None:
                    request = forwarded_request(rules, request)
            except RequestRefused as refusal:
                self._refuse(refusal.status, refusal.text)
                return
            if request is None:
                self._await_more()
                return
            data = b""
            if not self._serve(request):
                return
        if parser.idle:
            self._await_more()
        else:
            self._phase = Phase.BLOCKED
            self._wire.pause_reading()
            self._listening.loop.call_soon(self._take_turn)

    def _take_turn(self) -> None:
        if self._phase is Phase.BLOCKED and self._wire.ready:
            self._continue()

    def _await_more(self) -> None:
        parser = self._parser
        listening = self._listening
        limits = listening.config.limits
        if self._eof or (listening.draining and parser.idle):
            # Nothing complete is left, and nothing more comes or is wanted.
            self._close()
        elif parser.idle:
            self._phase = Phase.IDLE
            self._deadline = listening.deadline(limits.idle_timeout_s)
            if self._held:
                self._hold(0)
        else:
            if self._phase is Phase.IDLE:
                self._began = listening.deadline(0)
            if not parser.in_body:
                self._phase = Phase.HEAD
                self._deadline = self._began + limits.read_header_timeout_s
                return
            self._phase = Phase.BODY
            self._deadline = self._began + limits.read_timeout_s
            if parser.awaits_continue:
                self._wire.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._hold(parser.buffered_bytes)
            if listening.body_bytes > limits.max_body_memory:
                self._refuse(503, "too many request bodies at once")

    def _keep(self, data: bytes) -> None:
        """Keep what came while something else is going on; the transport may have had it before it was paused."""
        self._parser.append(data)
        if self._parser.buffered_bytes > self._listening.config.limits.max_header_bytes:
            self._wire.pause_reading()

    def _hold(self, count: int) -> None:
        self._listening.body_bytes += count - self._held
        self._held = count

    def _serve(self, request: HttpRequest) -> bool:
        """Have a request answered.  Returns whether the next one can be taken at once."""
        listening = self._listening
        listening.requests += 1
        try:
            outcome = first_step.start(listening.loop, listening.application(request))
        except (Exception, asyncio.CancelledError) as error:
            _log.error("the application raised", fault=describe(error))
            return self._respond(listening.application.malformed(500, "internal error"))
        if isinstance(outcome, first_step.Finished):
            return self._respond(outcome.result)
        self._hold(len(request.body))
        self._phase = Phase.ANSWERING
        self._deadline = listening.deadline(listening.config.limits.max_request_duration_s)
        self._wire.pause_reading()
        self._own(outcome)
        outcome.add_done_callback(self._answered)
        return False

    def _own(self, task: asyncio.Task[HttpResponse] | asyncio.Task[bool]) -> None:
        self._task = task
        self._listening.in_flight += 1

    def _disown(self) -> None:
        self._task = None
        self._listening.in_flight -= 1

    def _settle(self) -> None:
        """Leave the listener, once the connection is gone and nothing is done for it any more."""
        if self._phase is Phase.CLOSED and self._task is None:
            self._hold(0)
            self._listening.forget(self)

    def _answered(self, task: asyncio.Task[HttpResponse]) -> None:
        self._disown()
        self._hold(0)
        malformed = self._listening.application.malformed
        if task.cancelled():
            response = malformed(503, "the request was cancelled")
        elif error := task.exception():
            _log.error("the application raised", fault=describe(error))
            response = malformed(500, "internal error")
        else:
            response = task.result()
        if self._phase is Phase.ANSWERING:
            if self._respond(response):
                self._continue()
        elif response.stream is not None or response.after_sent is not None:
            # Nobody reads it any more, but it is still to be finished with.
            self._deliver(response, keep_alive=False)
        self._settle()

    def _respond(self, response: HttpResponse) -> bool:
        """Send an answer.  Returns whether the next request can be taken at once."""
        head, listening = self._parser.last, self._listening
        assert head is not None
        keep_alive = head.keep_alive and not listening.draining
        if response.stream is not None or response.after_sent is not None:
            self._deliver(response, keep_alive=keep_alive)
            return False
        write_whole(self._wire, response, head, listening.fixed_headers, keep_alive=keep_alive)
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

    def _continue(self) -> None:
        """Go on with the next request."""
        self._phase = Phase.IDLE
        self._advance(b"")
        if self._phase in RECEIVING:
            self._wire.resume_reading()

    def _deliver(self, response: HttpResponse, *, keep_alive: bool) -> None:
        if self._phase not in OVER:
            self._phase = Phase.DELIVERING
            if response.stream is not None:
                # Reading goes on, or nobody would notice that the client hangs up.
                self._wire.resume_reading()
        self._deadline = math.inf
        head = self._parser.last
        assert head is not None
        self._delivery = delivery = Delivery(self._wire, response, head, self._listening.fixed_headers)
        task = self._listening.loop.create_task(delivery.run(lambda: self._phase in OVER, keep_alive=keep_alive))
        self._own(task)
        task.add_done_callback(self._delivered)

    def _delivered(self, task: asyncio.Task[bool]) -> None:
        self._disown()
        self._delivery = None
        failed = task.cancelled()
        if not failed and (error := task.exception()):
            _log.error("what was to follow an answer failed", fault=describe(error))
            failed = True
        if self._phase is not Phase.DELIVERING:
            self._settle()
        elif failed:
            self._wire.abort()
        elif self._sent(keep_alive=task.result()):
            self._continue()

    def _refuse(self, status: int, text: str) -> None:
        """Answer what the application never sees, and close: where the next request begins is unknown."""
        listening = self._listening
        listening.refused += 1
        response = listening.application.malformed(status, text)
        write_whole(self._wire, response, None, listening.fixed_headers, keep_alive=False)
        self._close()

    def _close(self) -> None:
        """Let the client read what was written, then close.

        Closing with unread bytes in the kernel resets the connection, and a reset makes the client's kernel throw
        away the answer that it hasn't read yet.  So only our direction ends, and what comes is thrown away for a
        while.  Source: RFC 9112, section 9.6.
        """
        self._phase = Phase.CLOSING
        self._deadline = self._listening.deadline(self._listening.config.limits.linger_timeout_s)
        if self._task is None:
            self._hold(0)
        if self._eof:
            self._wire.close()
        else:
            self._wire.shut()
            self._wire.resume_reading()

    def _refuse_slow(self) -> None:
        self._refuse(408, "the request took too long to arrive")

    def _give_up(self) -> None:
        """The application takes too long."""
        self._cancel()
        self._refuse(503, "the request took too long")

    def _cancel(self) -> None:
        self._deadline = math.inf
        # Once is enough: a second time would disturb what the application does to give in.
        if self._task is not None and not self._task.cancelling():
            self._task.cancel()


# What happens when a phase's time has run out; a phase that isn't here has no time of its own.
_EXPIRED: Final = {
    Phase.PREFACE: HttpConnection.abort,
    Phase.IDLE: HttpConnection._close,
    Phase.HEAD: HttpConnection._refuse_slow,
    Phase.BODY: HttpConnection._refuse_slow,
    Phase.ANSWERING: HttpConnection._give_up,
    Phase.CLOSING: HttpConnection.abort,
    Phase.CLOSED: HttpConnection._cancel,
}
