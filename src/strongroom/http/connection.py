"""One connection: requests from bytes, answers to bytes, one at a time.

A complete request is handed to the turn (`http/turns.py`).  While it is in progress, nothing more is read, so a client
can't pile up work.  Bytes that had arrived before wait in the parser, and pipelined requests are served in order.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Coroutine
from typing import Any, cast

import structlog

from strongroom.http import first_step
from strongroom.http.admission import crowded
from strongroom.http.faults import describe
from strongroom.http.forwarded import forwarded_request
from strongroom.http.held import SMALL_BYTES
from strongroom.http.message import HttpResponse
from strongroom.http.parser import RequestParser, RequestRefused
from strongroom.http.phases import OVER, OWES_ANSWER, RECEIVING, Phase
from strongroom.http.repeating import Repeating, source_of
from strongroom.http.turns import Outcome
from strongroom.http.wire import Wire, WireFailed

_log = structlog.get_logger(__name__)


class HttpConnection(Repeating):
    """Serves one client.

    Args:
        listening: what the connections of the listener share.
    """

    __slots__ = ()

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
        elif not self._may_stay():
            return
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
                if self._phase in OVER:
                    return
            self._eof = self._eof or wire.ended
            if not data and not self._eof:
                return
        if self._phase is Phase.IDLE and self._asks_again(data):
            return
        if self._phase in RECEIVING:
            self._advance(data)
        elif self._delivery is not None and self._delivery.receive is not None:
            self._delivery.receive(data)
        elif data and self._phase is not Phase.PREFACE:
            self._keep(data)

    def eof_received(self) -> bool:
        """The client sends no more.  Returns whether the connection stays, so that it gets its answers."""
        self._eof = True
        # A stream may be endless, so it ends when the client hangs up.
        return self._phase in OWES_ANSWER and not self._streaming()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone.

        A request in progress continues, because half of its work may be done already.  A stream ends.
        """
        self._phase = Phase.CLOSED
        self._wire.lost()
        self._was_read()
        if self._streaming():
            self._cancel()
        self._settle()

    def pause_writing(self) -> None:
        """The client reads too slowly."""
        self._wire.paused()

    def resume_writing(self) -> None:
        """The client has read what there was."""
        self._wire.resumed()
        if self._wire.ready:
            self._was_read()
            if self._phase is Phase.BLOCKED:
                self._continue()

    # --- receiving

    def _may_stay(self) -> bool:
        """Whether this connection may stay.  If not, the client gets a response."""
        text = crowded(self._listening, self, self._wire)
        if text is None:
            return True
        if self._phase is Phase.PREFACE and self._listening.tls is not None:
            # A TLS handshake for the refusal would cost too much.
            self._wire.abort()
        else:
            self._refuse(503, text)
        return False

    def _open(self) -> None:
        if self._listening.config.proxy is not None and not self._may_stay():
            return
        limits = self._listening.config.limits
        self._parser = RequestParser(limits, self._wire.peer())
        self._source = source_of(self._parser.peer)
        self._phase = Phase.IDLE
        self._deadline = self._listening.first_deadline(limits.read_header_timeout_s)

    def _advance(self, data: bytes) -> None:
        """Have a request served that is complete, and wait for one that isn't.

        The next one is looked for when this one is answered.  Otherwise a client that pipelines thousands of requests
        on hundreds of connections could keep a new client waiting for seconds.
        """
        rules = self._listening.config.forwarded
        try:
            request = self._parser.receive(data)
            if request is not None and rules is not None:
                request = forwarded_request(rules, request)
        except RequestRefused as refusal:
            self._refuse(refusal.status, refusal.text)
            return
        if request is None:
            self._known = None
            self._await_more()
            return
        self._request = request
        if not self._parser.idle:
            self._known = None  # the bytes had more in them
        self._phase = Phase.ANSWERING
        self._deadline = math.inf  # the time before its turn isn't the request's
        self._listening.turns.add(self)

    def _await_more(self) -> None:
        parser = self._parser
        listening = self._listening
        limits = listening.config.limits
        if self._eof or (listening.draining and parser.idle):
            # No complete request is left, and no more bytes come or are wanted.
            self._close()
        elif parser.idle:
            self._phase = Phase.IDLE
            self._deadline = listening.deadline(limits.idle_timeout_s)
            if self._held.body:
                self._hold(0)
        else:
            if self._phase is Phase.IDLE:
                self._began = listening.deadline(0)
            if parser.needs_leave:
                self._ask_leave()
                return
            if not parser.in_body:
                self._phase = Phase.HEAD
                self._deadline = self._began + limits.read_header_timeout_s
                return
            self._phase = Phase.BODY
            self._deadline = self._began + limits.read_timeout_s
            if parser.awaits_continue:
                self._wire.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._hold(parser.buffered_bytes)
            if self._held.body > SMALL_BYTES and listening.held.too_much(
                limits.max_inflight_memory, known=parser.granted
            ):
                listening.refusals["body_memory"] += 1
                self._refuse(503, "too many request bodies at once (max_inflight_memory)")

    def _ask_leave(self) -> None:
        """Ask the application whether this client may send its large body."""
        listening = self._listening
        head = self._parser.head
        assert head is not None
        self._phase = Phase.VETTING
        outcome = first_step.start(listening.loop, listening.application.may_send(head.headers))
        if isinstance(outcome, first_step.Finished):
            self._vetted(outcome.result)
            return
        self._deadline = listening.deadline(listening.config.limits.max_request_duration_s)
        self._wire.pause_reading()
        self._own(outcome)
        outcome.add_done_callback(self._vetted_late)

    def _vetted_late(self, task: asyncio.Task[HttpResponse | None]) -> None:
        self._disown()
        if self._phase is Phase.VETTING:
            failed = task.cancelled() or task.exception() is not None
            self._vetted(self._listening.application.malformed(503, "unavailable") if failed else task.result())
            if self._phase in RECEIVING:
                self._wire.resume_reading()
        self._settle()

    def _vetted(self, refusal: HttpResponse | None) -> None:
        if refusal is not None:
            self._listening.refusals["unauthenticated_request_size"] += 1
            self._refuse_with(refusal)
            return
        self._parser.grant()
        self._phase = Phase.BODY
        self._advance(b"")

    def _keep(self, data: bytes) -> None:
        """Keep bytes that arrive while a request is in progress.

        The transport may have had them before it was paused.
        """
        self._parser.append(data)
        if self._parser.buffered_bytes > self._listening.config.limits.max_header_bytes:
            self._wire.pause_reading()

    # --- what the turn calls

    def begin(self) -> Coroutine[Any, Any, HttpResponse]:
        """Have the application begin with the request.

        A client that has hung up meanwhile is served all the same: it may have wanted no answer.
        """
        request = self._request
        if request is None:  # its response was kept, and is no more
            self._request = request = self._parsed()
        self._listening.requests += 1
        return self._listening.application(request)

    def served(self, outcome: Outcome) -> None:
        """Send the answer, or wait for the Task that goes on with the request."""
        request, self._request, self._unparsed = self._request, None, b""
        listening = self._listening
        if isinstance(outcome, first_step.Finished):
            self._respond_late(outcome.result)
        elif isinstance(outcome, BaseException):
            _log.error("the application raised", fault=describe(outcome))
            self._respond_late(listening.application.malformed(500, "internal error"))
        elif not isinstance(outcome, asyncio.Task):
            self._repeat(outcome)
        else:
            assert request is not None
            self._hold(len(request.body))
            self._deadline = listening.deadline(listening.config.limits.max_request_duration_s)
            if self._phase is Phase.ANSWERING:
                self._wire.pause_reading()
            self._own(outcome)
            outcome.add_done_callback(self._answered)

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
        self._respond_late(response)

    def _respond_late(self, response: HttpResponse) -> None:
        if self._phase is Phase.ANSWERING:
            if self._respond(response):
                self._continue()
        elif response.stream is not None or response.after_sent is not None:
            # No client reads it any more, but its actions must still run.
            self._deliver(response, keep_alive=False)
        self._settle()

    def _continue(self) -> None:
        """Go on with the next request."""
        self._known = None
        self._phase = Phase.IDLE
        self._advance(b"")
        if self._phase in RECEIVING:
            self._wire.resume_reading()
