"""One request, read top to bottom.

    resolve → authenticate → authorize → charge → audit → dispatch → lease, log in → wrap → commit → audit → answer

Everything between `resolve` and `commit` is one transaction, which may run several times.  Guards ensure that the
request's audit entry and the use of a token happen once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import msgspec
import structlog

from strongroom.audit import hiding
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core import access, approval, delegated, denials, existence, inline, login, measuring
from strongroom.core.answer import Answer, Receipt
from strongroom.core.attempt import Attempt, at_home, begin
from strongroom.core.complete import complete
from strongroom.core.decisions import Decisions
from strongroom.core.dispatch import dispatch, engine_request
from strongroom.core.limiting import Counting, Limiting
from strongroom.core.outside import carry_out
from strongroom.core.second_factor import on_paths, proving
from strongroom.core.trail import RequestState, Trail, too_long
from strongroom.lib.errors import (
    Internal,
    InvalidCredentials,
    InvalidRequest,
    PermissionDenied,
    StorageError,
    StrongroomError,
    UnsupportedPath,
)
from strongroom.lib.fault import where, without_frames
from strongroom.lib.seldom import Seldom
from strongroom.sdk.engine import AuthMethod
from strongroom.sdk.request import Operation
from strongroom.sdk.response import Response
from strongroom.services.exchange import ApiRequest, Exchange, Grant, InlineLogin
from strongroom.services.quotas.lease_counts import OverLeaseCount
from strongroom.services.quotas.limiter import LEASE_COUNT, OverLimit
from strongroom.services.tokens import Bearer
from strongroom.sysapi.served import Stages
from strongroom.sysapi.services import Services
from strongroom.sysapi.system.help_text import explain
from strongroom.sysapi.system.paths.wrapping import require_wrapping
from strongroom.sysapi.wrapping import signed

log = structlog.get_logger("core")

_WRITES = frozenset({Operation.UPDATE, Operation.PATCH})
"""Operations of incoming requests.  Whether one creates is known later."""


class Pipeline:
    """Serves requests while the server is unsealed.

    Args:
        stopwatch: seconds of a fine clock, by which the stages of requests are measured.
    """

    def __init__(self, services: Services, stopwatch: Callable[[], float] = time.perf_counter) -> None:
        self.services = services
        self._stopwatch = stopwatch
        self._told = Seldom()
        self._decisions = Decisions(services)
        self._trail = Trail(services.audit, services.clock)
        self._limiting = Limiting(services.limiter)

    async def serve(self, request: ApiRequest) -> Answer:
        """Serve one request.  An error is returned as an `Answer` too."""
        if request.inline is not None:
            return await self._with_login(request, request.inline, lambda error: inline.failed(request, error))
        progress = RequestState(request)
        try:
            return await self._serve(request, progress)
        except delegated.Wanted as wanted:
            login, challenge, bare = wanted.login, wanted.challenge, delegated.without_credentials(request)
        return await self._with_login(
            bare, login, lambda error: delegated.failed(bare, error, challenge), progress.counting
        )

    async def _with_login(
        self,
        request: ApiRequest,
        login: InlineLogin,
        failed: Callable[[StrongroomError], Answer],
        counted: Counting | None = None,
    ) -> Answer:
        """Serve a request by the token of a login, which comes first.

        Args:
            counted: of a request that was counted before it was known that it needs a login.
        """
        login_request = inline.login_of(request, login, self.services.random)
        progress = RequestState(login_request)
        bearer, error = inline.result(await self._serve(login_request, progress))
        if bearer is None:
            refused = RequestState(request)
            refused.sinks = progress.sinks
            return await self._trail.close(refused, failed(error))
        served = inline.with_token(request, bearer)
        state = RequestState(served)
        state.counting = counted or state.counting
        return await self._serve(served, state)

    async def _serve(self, request: ApiRequest, progress: RequestState) -> Answer:
        begun, served, tracing = self._stopwatch(), self.services.served, self.services.tracing
        sampled = next(served.samples)
        if tracing is not None and not tracing.wants(request):
            tracing = None
        progress.stages = stages = Stages(begun) if sampled or tracing is not None else None
        counting = progress.counting
        refusal = self._limiting.early(request, counting)
        if refusal is not None:
            return _over_limit(request, refusal)
        try:
            answer = await self._transacted(request, progress)
            if stages is not None:
                stages.committed_at = self._stopwatch()
            if answer.planned or answer.second_factor is not None:
                self._trail.require(progress)  # what follows asks other systems
                if stages is not None:
                    stages.asks_others = True
            if answer.planned:
                answer = await carry_out(self.services, progress.executed.exchange, answer)
            if answer.response is not None and answer.response.later is not None:
                self._trail.require(progress)
                answer = msgspec.structs.replace(answer, response=await answer.response.later())
            if answer.second_factor is not None:
                answer = await proving.prove(self.services, progress.exchange, answer, answer.second_factor)
        except delegated.Wanted:
            raise
        except StrongroomError as error:
            if isinstance(error, OverLimit) and not error.audited:
                return _over_limit(request, error)
            answer = await self._failed(request, progress, error)
        except asyncio.CancelledError:
            # The request took too long, and the listener sends the response.  The audit log still needs its second
            # entry.
            self._trail.abandon(progress, Answer(request_id=request.id, operation=request.operation, error=too_long()))
            raise
        except Exception as error:  # a bug of this server must not end the connection's other requests
            answer = await self._failed(request, progress, Internal(detail=where(error)))
        if stages is not None:
            stages.worked_at = self._stopwatch()
        answer = await self._trail.close(progress, answer)
        ended = self._stopwatch()
        measuring.count(served, progress, answer, ended - begun)
        if stages is not None:
            if sampled:
                measuring.count_stages(served, stages, ended)
            if tracing is not None:
                tracing.take(progress.exchange, stages, answer.error, ended)
        return msgspec.structs.replace(answer, headers=counting.headers) if counting.headers else answer

    async def _transacted(self, request: ApiRequest, progress: RequestState) -> Answer:
        """Run the request's transaction; after the proof of a second factor, if it needs one."""
        run = self._run if progress.stages is None else self._run_timed
        try:
            return await transact(self.services.barrier, lambda txn: run(txn, request, progress))
        except on_paths.Unproved as unproved:
            progress.proved = await on_paths.prove(self.services, unproved.exchange)
            return await transact(self.services.barrier, lambda txn: run(txn, request, progress))

    async def _failed(self, request: ApiRequest, progress: RequestState, error: StrongroomError) -> Answer:
        # While the store fails, every request fails.  The failure is logged once, at its beginning.
        if error.detail and (not isinstance(error, StorageError) or self._told.due(type(error).__name__)):
            path = hiding.shown(request.path, progress.exchange.entry, lambda _: "…")
            log.warning("request failed", request_id=request.id, path=path, detail=error.detail)
        if isinstance(error, OverLeaseCount):
            self.services.limiter.violated(LEASE_COUNT, error.quota)
        bearer = progress.exchange.bearer
        if bearer is not None and bearer.record.num_uses:
            error = await self._end_if_spent(request, bearer, error)
        if progress.login_user is not None and isinstance(error, InvalidCredentials):
            entry, user = progress.login_user
            try:
                self._trail.require(progress)
                await transact(
                    self.services.barrier,
                    lambda txn: login.count_failure(txn, entry, user, request),
                )
            except StrongroomError as uncounted:
                error = uncounted
        return Answer(request_id=request.id, operation=request.operation, error=without_frames(error))

    async def _run_timed(self, txn: Transaction, request: ApiRequest, progress: RequestState) -> Answer:
        answer = await self._run(txn, request, progress)
        if progress.stages is not None:
            progress.stages.answered_at = self._stopwatch()
        return answer

    async def _run(self, txn: Transaction, request: ApiRequest, progress: RequestState) -> Answer:
        services = self.services
        progress.sinks = await services.audit.sinks(txn)
        services.barrier.region.require_serves(request.path)
        decided = await self._decisions.recall(txn, request)
        if decided is not None:
            return await self._recalled(decided, progress)
        services.served.decided += 1
        attempt = await self._begin(txn, request, progress)
        attempt.check_namespace()
        inline.check(attempt)
        await delegated.check(attempt)
        if request.operation in _WRITES and request.path.endswith("/"):
            raise InvalidRequest("cannot write to a path ending in '/'")
        if attempt.needs_no_token:
            return await self._login(attempt, progress)
        attempt.check_open()
        bearer = await self._authenticated(attempt, progress)
        if attempt.is_away(bearer.record.namespace):
            attempt = await at_home(attempt, bearer.record.namespace)
            attempt.check_namespace()
        exchange = attempt.exchange
        attempt = attempt.knowing(Exchange(exchange.request, bearer, exchange.entry, namespace=exchange.namespace))
        progress.exchange = attempt.exchange
        attempt, refusal = await self._authorize(attempt)
        if refusal is None:
            await services.clients.saw(txn, services.mounts, bearer.record, request.received_at)
        is_kept = refusal is None and self._decisions.remember(request, attempt)
        attempt.join_existence()
        refusal = refusal or on_paths.refused(attempt, progress.proved)
        if refusal is None and progress.proved is None and attempt.needs_second_factor:
            if await services.tokens.spent(txn, bearer.record):
                raise PermissionDenied("permission denied")
            self._trail.open(progress, attempt.exchange, None)
            raise on_paths.Unproved(attempt.exchange)
        if bearer.record.num_uses:
            remaining = await services.tokens.use(txn, bearer.record)
            attempt = attempt.knowing(msgspec.structs.replace(attempt.exchange, remaining_uses=remaining))
        self._open(attempt, progress, refusal)
        if refusal is not None:
            raise refusal
        waiting = await approval.unwrapped(attempt)
        if waiting is not None:
            answer = await self._resume(attempt, waiting, progress)
        else:
            answer = await self._answer(attempt)
        if is_kept:
            answer = _repeatable(attempt, progress, answer)
        if bearer.record.num_uses and not attempt.exchange.remaining_uses:
            # After the request's lease was stored, because that lease ends with the token.
            await services.tokens.end_spent(txn, bearer.record, request.received_at)
        return answer

    async def _recalled(self, decided: Attempt, progress: RequestState) -> Answer:
        """Answer what was decided before.  It is counted like any other request."""
        self.services.served.recalled += 1
        request = progress.exchange.request
        await self._limiting.before_token(decided, request, progress.counting)
        self._limiting.after_token(decided.exchange.bearer, request, progress.counting)
        self._open(decided, progress, None)
        return _repeatable(decided, progress, await self._answer(decided))

    async def _begin(self, txn: Transaction, request: ApiRequest, progress: RequestState) -> Attempt:
        """Resolve the request's path, and count it."""
        try:
            attempt = await begin(self.services, txn, request)
        except StrongroomError:
            await self._limiting.nowhere(txn, request, progress.counting)
            raise
        progress.exchange = attempt.exchange
        await self._limiting.before_token(attempt, request, progress.counting)
        return attempt

    def _open(self, attempt: Attempt, progress: RequestState, refusal: StrongroomError | None) -> None:
        """Write the request's audit entry: before anything happens, or with the answer's if nothing will."""
        if progress.stages is not None:
            progress.stages.decided_at = self._stopwatch()
        if attempt.only_computes or attempt.acts_by_rows:
            self._trail.open_with_answer(progress, attempt.exchange, refusal, attempt.txn.once)
        else:
            self._trail.open(progress, attempt.exchange, refusal)

    async def _authenticated(self, attempt: Attempt, progress: RequestState) -> Bearer:
        """The request's token; counts the request for limits that go by its entity.

        A wrong token counts too: whoever tries many is limited as a client without an entity.
        """
        try:
            bearer = await self._authenticate(attempt)
        except StrongroomError:
            self._limiting.after_token(None, attempt.request, progress.counting)
            raise
        self._limiting.after_token(bearer, attempt.request, progress.counting)
        return bearer

    async def _authenticate(self, attempt: Attempt) -> Bearer:
        request, token, match = attempt.request, attempt.request.token, attempt.match
        if request.bearer is not None:
            return await self.services.tokens.still(
                attempt.txn, request.bearer, self.services.mounts, request.address, request.received_at
            )
        if match is not None and match.declaration.bad_token:
            await require_wrapping(self.services, attempt.txn, attempt.exchange, match.declaration.bad_token)
            token = await signed.named(attempt.txn, token)
        return await self.services.tokens.authenticate(
            attempt.txn, token, self.services.mounts, request.address, request.received_at
        )

    async def _authorize(self, attempt: Attempt) -> tuple[Attempt, StrongroomError | None]:
        """Decide whether the request is allowed.

        An error on the way is a refusal too: it costs a use of the token, and is audited before it is raised.
        """
        request, match = attempt.request, attempt.match
        grant: Grant | None = None
        refusal: StrongroomError | None = None
        try:
            ways = [attempt]
            if match is not None and existence.must_look(attempt):
                attempt, found = await existence.look(attempt)
                if not found:
                    exchange = msgspec.structs.replace(attempt.exchange, request=access.as_create(request))
                    creation = attempt.knowing(exchange)
                    ways = [attempt, creation] if match.declaration.update_creates else [creation]
                else:
                    ways = [attempt]
            for way in ways:
                attempt = way
                grant, refusal = await access.authorize(attempt)
                if refusal is None:
                    break
        except StrongroomError as error:
            refusal = error
        if refusal is not None:
            await denials.note(attempt, refusal)
        return attempt.knowing(msgspec.structs.replace(attempt.exchange, grant=grant)), refusal

    async def _answer(self, attempt: Attempt) -> Answer:
        """Have the mount serve a request that is allowed."""
        entry, request = attempt.entry, attempt.request
        if entry is None:
            raise UnsupportedPath(f'no handler for route "{request.path}". route entry not found.')
        if request.operation is Operation.HELP and entry.engine is not None:
            answered = Response(data=explain(entry.engine, request.path[len(entry.record.full_path) :]), flat=True)
            return await complete(attempt, entry, answered)
        if attempt.match is None or attempt.unresolved is not None:
            raise attempt.unresolved or UnsupportedPath("")
        grant = attempt.exchange.grant
        if grant is not None and grant.demand is not None:
            return await approval.hold(attempt, grant.demand)
        return await complete(attempt, entry, await dispatch(attempt, entry, attempt.match))

    async def _resume(self, attempt: Attempt, waiting: approval.Waiting, progress: RequestState) -> Answer:
        """Execute the request that had waited for approval, as if its own client asked for it now."""
        inner, refusal = await self._authorize(await approval.resume(attempt, waiting))
        inner.join_existence()
        if progress.resumed is None:
            progress.resumed = RequestState(inner.request)
        progress.resumed.sinks = progress.sinks
        self._trail.open(progress.resumed, inner.exchange, refusal)
        if refusal is not None:
            raise refusal
        return await self._answer(approval.released(inner, waiting.request))

    async def _login(self, attempt: Attempt, progress: RequestState) -> Answer:
        entry, match, txn = attempt.entry, attempt.match, attempt.txn
        if entry is None or match is None:
            raise Internal(detail="a path that leads nowhere is answered without a token")
        self._open(attempt, progress, None)
        progress.is_login = isinstance(entry.engine, AuthMethod)
        if progress.is_login:
            txn.barrier.region.require_writes()  # a login makes a token, which is a row of all regions
            await login.check_place(attempt, entry)
        user = ""
        if entry.lockout is not None and isinstance(entry.engine, AuthMethod):
            user = await entry.engine.login_name(engine_request(attempt, entry, attempt.request.token), match)
        await login.check_lockout(txn, entry, user, attempt.request)
        progress.login_user = (entry, user) if user else None
        response = await dispatch(attempt, entry, match)
        if response is not None and response.auth is not None:
            await login.clear_failures(txn, entry, user, attempt.request)
        return _repeatable(attempt, progress, await complete(attempt, entry, response))

    async def _end_if_spent(self, request: ApiRequest, bearer: Bearer, error: StrongroomError) -> StrongroomError:
        """End a token whose last use was a failed request.  Returns the error for the client."""

        async def end(txn: Transaction) -> None:
            if await self.services.tokens.spent(txn, bearer.record):
                await self.services.tokens.end_spent(txn, bearer.record, request.received_at)

        try:
            await transact(self.services.barrier, end)
        except StrongroomError as unended:
            return unended
        return error


def _repeatable(decided: Attempt, progress: RequestState, answer: Answer) -> Answer:
    """The answer, with a receipt if requests that ask the same may be given it too.

    Args:
        decided: needs no token, or its decision is kept.
    """
    if decided.match is None or not decided.match.declaration.repeatable or not answer.is_plain:
        return answer
    request = decided.request
    if request.inline is not None or request.bearer is not None or not request.keeps_token:
        return answer  # a login came with it, which counts each time
    counting = progress.counting
    if counting.headers:
        return answer  # it tells how many requests are left
    receipt = Receipt(decided, progress.sinks, counting.counts, counting.limits)
    return msgspec.structs.replace(answer, receipt=receipt)


def _over_limit(request: ApiRequest, refusal: OverLimit) -> Answer:
    """The answer to a request that a limit refuses.  It costs no audit entry unless operators want that."""
    return Answer(request_id=request.id, operation=request.operation, error=without_frames(refusal))
