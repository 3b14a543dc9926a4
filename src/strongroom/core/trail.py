"""The audit entries of one request: one before anything happens, and one with the response."""

from __future__ import annotations

import structlog

from strongroom.audit.broker import AuditBroker
from strongroom.audit.channel import Sink
from strongroom.audit.entry import Outcome
from strongroom.core.answer import Answer
from strongroom.lib.clock import Clock
from strongroom.lib.errors import Internal, NotFound, StrongroomError
from strongroom.lib.fault import where
from strongroom.services.exchange import ApiRequest, Exchange
from strongroom.services.mounts import MountEntry

log = structlog.get_logger("core")


class RequestState:
    """What all attempts of one request share."""

    __slots__ = ("audited", "exchange", "login_user", "proved", "resumed", "sinks")

    def __init__(self, request: ApiRequest) -> None:
        self.exchange = Exchange(request)
        self.sinks: tuple[Sink, ...] = ()
        self.audited = False
        self.login_user: tuple[MountEntry, str] | None = None
        self.proved: frozenset[str] | None = None
        """The second factors that the request has proved; None before it had to."""
        self.resumed: RequestState | None = None
        """That of the request that this one executes, which had waited for approval."""

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
        """Write the request's audit entry, once per request."""
        state.exchange = exchange
        if not state.audited:
            self._audit.request(state.sinks, exchange, _error_text(refusal), self._clock.now())
            state.audited = True

    def close(self, state: RequestState, answer: Answer) -> Answer:
        """Write the response's audit entry.

        If no device takes it, the client gets an error instead of the response.
        """
        audit, now = self._audit, self._clock.now()
        text = _error_text(answer.error)
        try:
            if not state.audited:
                audit.request(state.sinks, state.exchange, text, now)
            if state.resumed is not None and state.resumed.audited:
                audit.response(state.sinks, state.resumed.exchange, _outcome(answer, text), now)
                outcome = Outcome(error=text)  # the other entry has the response
            else:
                outcome = _outcome(answer, text)
            audit.response(state.sinks, state.exchange, outcome, now)
        except Internal as error:
            return Answer(request_id=answer.request_id, operation=answer.operation, error=error)
        except Exception as error:  # a response that can't be written into an entry isn't sent
            fault = Internal("failed to audit request, cannot continue", detail=where(error))
            log.error("request failed", request_id=answer.request_id, detail=fault.detail)
            return Answer(request_id=answer.request_id, operation=answer.operation, error=fault)
        return answer


def _error_text(error: StrongroomError | None) -> str:
    if error is None or (isinstance(error, NotFound) and not error.text):
        return ""  # a missing secret is no error of the request
    return error.text or type(error).__name__


def _outcome(answer: Answer, error: str) -> Outcome:
    return Outcome(
        response=answer.response if answer.wrap is None else None,
        auth=answer.auth if answer.wrap is None else None,
        wrap=answer.wrap,
        lease_id=answer.lease_id,
        error=error,
    )
