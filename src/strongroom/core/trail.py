"""The audit entries of one request: one before anything happens, and one with the response.

Both are written at once if nothing happens in between: the request only reads or computes, and ends within its turn.
"""

from __future__ import annotations

import asyncio

import structlog

from strongroom.audit import long_answers
from strongroom.audit.broker import AuditBroker
from strongroom.audit.channel import Sink
from strongroom.audit.entry import Outcome
from strongroom.audit.gathering import REFUSED, Entry
from strongroom.barrier.stable import StableValues
from strongroom.core.answer import Answer
from strongroom.core.limiting import Counting
from strongroom.lib.clock import Clock
from strongroom.lib.errors import Internal, NotFound, RequestTimeout, StrongroomError
from strongroom.lib.fault import where
from strongroom.services.exchange import ApiRequest, Exchange
from strongroom.services.mounts import MountEntry
from strongroom.sysapi.served import Stages

log = structlog.get_logger("core")


class RequestState:
    """What all attempts of one request share."""

    __slots__ = (
        "counting",
        "entry",
        "exchange",
        "is_login",
        "login_user",
        "proved",
        "resumed",
        "sinks",
        "stages",
    )

    def __init__(self, request: ApiRequest) -> None:
        self.exchange = Exchange(request)
        self.counting = Counting()
        self.sinks: tuple[Sink, ...] = ()
        self.entry: Entry | None = None
        """The request's audit entry, since it was handed to the devices."""
        self.login_user: tuple[MountEntry, str] | None = None
        self.proved: frozenset[str] | None = None
        """The second factors that the request has proved; None before it had to."""
        self.resumed: RequestState | None = None
        """That of the request that this one executes, which had waited for approval."""
        self.is_login = False
        """Whether it came to an auth method without a token."""
        self.stages: Stages | None = None
        """When it came to each stage; None if that isn't measured of this one."""

    @property
    def executed(self) -> RequestState:
        """That of the request whose work is done: the one that had waited, or this one."""
        return self.resumed or self


class Trail:
    """Writes the entries."""

    def __init__(self, audit: AuditBroker, clock: Clock) -> None:
        self._audit = audit
        self._clock = clock

    def open(self, state: RequestState, exchange: Exchange, refusal: StrongroomError | None) -> None:
        """Write the request's audit entry, once per request.  Raises `Internal` if no device takes it."""
        self._audit.require(self._entry(state, exchange, refusal))

    def open_with_answer(
        self, state: RequestState, exchange: Exchange, refusal: StrongroomError | None, once: StableValues
    ) -> None:
        """Have the request's audit entry written with that of the response, or before the first effect.

        Only for requests whose engine does nothing but through its view and through `once`.
        """
        if not self._audit.turn.is_open:
            self.open(state, exchange, refusal)
            return
        entry = self._entry(state, exchange, refusal)
        once.first(lambda: self._audit.require(entry))

    def _entry(self, state: RequestState, exchange: Exchange, refusal: StrongroomError | None) -> Entry:
        state.exchange = exchange
        if state.entry is None or _is_lost(state.entry):
            state.entry = self._audit.request(state.sinks, exchange, _error_text(refusal), self._clock.now())
        return state.entry

    def require(self, state: RequestState) -> None:
        """Have the request's entry taken before an effect outside of its transaction.

        Raises: `Internal` if no device takes it.
        """
        try:
            if state.entry is not None:
                self._audit.require(state.entry)
        except StrongroomError:
            raise
        except Exception as error:  # a bug in a device, which is told when the answer's entry is written too
            raise Internal(REFUSED, detail=where(error)) from error

    async def close(self, state: RequestState, answer: Answer) -> Answer:
        """Write the response's audit entry, at the end of the turn if there is one.

        If no device takes it, the client gets an error instead of the response.
        """
        try:
            entries = self._outstanding(state, answer, await self._hidden(state, answer))
            await self._audit.turn.over()
            for entry in entries:
                self._audit.require(entry)
        except Internal as error:
            return Answer(request_id=answer.request_id, operation=answer.operation, error=error)
        except Exception as error:  # a response that can't be written into an entry isn't sent
            fault = Internal(REFUSED, detail=where(error))
            log.error("request failed", request_id=answer.request_id, detail=fault.detail)
            return Answer(request_id=answer.request_id, operation=answer.operation, error=fault)
        return answer

    async def _hidden(self, state: RequestState, answer: Answer) -> tuple[Outcome, ...]:
        """The outcome for each device, if others are served while it is made."""
        outcome = outcome_of(answer)
        if not long_answers.is_long(outcome):
            return ()
        try:
            return await long_answers.hidden(state.sinks, state.exchange, outcome)
        except asyncio.CancelledError:
            self.abandon(state, Answer(request_id=answer.request_id, operation=answer.operation, error=too_long()))
            raise

    def abandon(self, state: RequestState, answer: Answer) -> None:
        """Write the response's audit entry of a request that was cancelled.  Nobody waits for the answer."""
        try:
            for entry in self._outstanding(state, answer):
                self._audit.require(entry)
        except StrongroomError as error:
            log.error("request failed", request_id=answer.request_id, detail=error.detail or error.text)
        except Exception as error:  # the cancellation goes on, whatever bug the devices have
            log.error("request failed", request_id=answer.request_id, detail=where(error))

    def _outstanding(self, state: RequestState, answer: Answer, hidden: tuple[Outcome, ...] = ()) -> list[Entry]:
        """The entries that have to be taken before the answer is given, in their order."""
        audit, now = self._audit, self._clock.now()
        text = _error_text(answer.error)
        if state.entry is None or _is_lost(state.entry):
            state.entry = audit.request(state.sinks, state.exchange, text, now)
        entries = [state.entry]
        outcome = outcome_of(answer)
        if state.resumed is not None and state.resumed.entry is not None:
            entries.append(audit.response(state.sinks, state.resumed.exchange, outcome, now))
            outcome, hidden = Outcome(error=text), ()  # the other entry has the response
        entries.append(audit.response(state.sinks, state.exchange, outcome, now, hidden))
        return entries


def too_long() -> RequestTimeout:
    """Why a request was cancelled."""
    return RequestTimeout("the request took too long (max_request_duration)")


def _is_lost(entry: Entry) -> bool:
    return entry.is_written and not entry.is_taken


def _error_text(error: StrongroomError | None) -> str:
    if error is None or (isinstance(error, NotFound) and not error.text):
        return ""  # a missing secret is no error of the request
    return error.text or type(error).__name__


def outcome_of(answer: Answer) -> Outcome:
    """The result of a request, as its response entry shows it."""
    return Outcome(
        response=answer.response if answer.wrap is None else None,
        auth=answer.auth if answer.wrap is None else None,
        wrap=answer.wrap,
        lease_id=answer.lease_id,
        error=_error_text(answer.error),
    )
