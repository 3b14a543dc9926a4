"""One request, read top to bottom.

    resolve → authenticate → authorize → charge → audit → dispatch → lease, log in → wrap → commit → audit → answer

Everything between `resolve` and `commit` is one transaction, which may run several times; what must not happen
twice (the request's audit entry, the use of a token) is guarded.
"""

from __future__ import annotations

import asyncio

import msgspec
import structlog

from strongroom.audit import hiding
from strongroom.audit.channel import Sink
from strongroom.audit.entry import Outcome
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core import access, login
from strongroom.core.answer import Answer
from strongroom.core.fault import where
from strongroom.core.outside import carry_out
from strongroom.core.wrap import wrap
from strongroom.crypto.mac import same
from strongroom.lib.errors import (
    Internal,
    InvalidCredentials,
    InvalidRequest,
    NotFound,
    OutOfRange,
    RateLimited,
    RequestTimeout,
    StorageError,
    StrongroomError,
    UnsupportedOperation,
    UnsupportedPath,
)
from strongroom.lib.seldom import Seldom
from strongroom.sdk.engine import Match
from strongroom.sdk.request import Client, Operation, Request
from strongroom.sdk.response import Response
from strongroom.sdk.view import View
from strongroom.services.exchange import ApiRequest, Exchange
from strongroom.services.mounts import MountEntry, Router
from strongroom.services.tokens import Bearer
from strongroom.services.tokens.logic import grant_ttl
from strongroom.sysapi.context import SystemEngine, SystemView
from strongroom.sysapi.services import Services
from strongroom.sysapi.system.help_text import explain
from strongroom.sysapi.system.paths.wrapping import require_wrapping
from strongroom.sysapi.wrapping import signed

log = structlog.get_logger("core")

_WRITES = frozenset({Operation.UPDATE, Operation.PATCH})
"""As requests come; which of them create is known later."""


class Progress:
    """What outlives the attempts of one request."""

    __slots__ = ("audited", "known", "login_user", "sinks")

    def __init__(self, request: ApiRequest) -> None:
        self.known = Exchange(request)
        self.sinks: tuple[Sink, ...] = ()
        self.audited = False
        self.login_user: tuple[MountEntry, str] | None = None


class Pipeline:
    """Serves requests while the server is unsealed."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._told = Seldom()

    async def serve(self, request: ApiRequest) -> Answer:
        """Answer one request; every error comes back as an answer too."""
        progress = Progress(request)
        try:
            answer = await transact(self.services.barrier, lambda txn: self._run(txn, request, progress))
            if answer.planned:
                answer = await carry_out(self.services, progress.known, answer)
        except StrongroomError as error:
            answer = await self._failed(request, progress, error)
        except asyncio.CancelledError:
            # It took too long, and the listener answers: the audit log has its second entry all the same.
            gone = RequestTimeout("the request took too long")
            self._close(progress, Answer(request_id=request.id, operation=request.operation, error=gone))
            raise
        except Exception as error:  # a fault of ours must not take the connection's other requests with it
            answer = await self._failed(request, progress, Internal(detail=where(error)))
        return self._close(progress, answer)

    async def _failed(self, request: ApiRequest, progress: Progress, error: StrongroomError) -> Answer:
        if isinstance(error, OutOfRange):
            error = RateLimited("lease count quota exceeded", retry_after_s=60, detail=error.key)
        # While the store fails every request does: that it does is told when it begins.
        if error.detail and (not isinstance(error, StorageError) or self._told.due(type(error).__name__)):
            path = hiding.shown(request.path, progress.known.entry, lambda _: "…")
            log.warning("request failed", request_id=request.id, path=path, detail=error.detail)
        bearer = progress.known.bearer
        if bearer is not None and bearer.record.num_uses:
            error = await self._end_if_spent(request, bearer, error)
        if progress.login_user is not None and isinstance(error, InvalidCredentials):
            entry, user = progress.login_user
            try:
                await transact(
                    self.services.barrier,
                    lambda txn: login.count_failure(txn, entry, user, request.received_at),
                )
            except StrongroomError as uncounted:
                error = uncounted
        return Answer(request_id=request.id, operation=request.operation, error=error)

    def _close(self, progress: Progress, answer: Answer) -> Answer:
        """The second half of the audit bracket: nothing is answered that no device took."""
        audit, now = self.services.audit, self.services.clock.now()
        text = _error_text(answer.error)
        try:
            if not progress.audited:
                audit.request(progress.sinks, progress.known, text, now)
            audit.response(progress.sinks, progress.known, _outcome(answer, text), now)
        except Internal as error:
            return Answer(request_id=answer.request_id, operation=answer.operation, error=error)
        except Exception as error:  # what cannot be put into an entry is not answered either
            fault = Internal("failed to audit request, cannot continue", detail=where(error))
            log.error("request failed", request_id=answer.request_id, detail=fault.detail)
            return Answer(request_id=answer.request_id, operation=answer.operation, error=fault)
        return answer

    async def _run(self, txn: Transaction, request: ApiRequest, progress: Progress) -> Answer:
        services = self.services
        progress.sinks = await services.audit.sinks(txn)
        router = await services.mounts.router(txn)
        entry = router.find(request.path)
        if request.operation in _WRITES and request.path.endswith("/"):
            progress.known = Exchange(request, entry=entry)
            raise InvalidRequest("cannot write to a path ending in '/'")
        match, unresolved = _resolve(entry, request)
        request = _spelled(request, entry, match)
        progress.known = Exchange(request, entry=entry)
        if entry is not None and match is not None and _needs_no_token(match, request):
            return await self._login(txn, progress, entry, match, router)
        if entry is not None and unresolved is not None and _is_open(entry, request):
            wrong = "operation" if isinstance(unresolved, UnsupportedOperation) else "path"
            raise type(unresolved)(f"unsupported {wrong}")
        bearer = await self._authenticate(txn, request, match, router)
        known = progress.known = Exchange(request, bearer=bearer, entry=entry)
        known, refusal = await self._authorize(txn, known, match, router)
        if bearer.record.num_uses:
            remaining = await services.tokens.use(txn, bearer.record)
            known = msgspec.structs.replace(known, remaining_uses=remaining)
        self._open(progress, known, refusal)
        if refusal is not None:
            raise refusal
        if entry is None:
            raise UnsupportedPath(f'no handler for route "{request.path}". route entry not found.')
        if request.operation is Operation.HELP and entry.engine is not None:
            answered = Response(data=explain(entry.engine, request.path[len(entry.record.full_path) :]), flat=True)
            return await self._finish(txn, known, entry, answered)
        if match is None or unresolved is not None:
            raise unresolved or UnsupportedPath("")
        response = await self._dispatch(txn, known, entry, match, router)
        answer = await self._finish(txn, known, entry, response)
        if bearer.record.num_uses and known.remaining_uses == 0:
            # After what the request has leased, which ends with the token.
            await services.tokens.end_spent(txn, bearer.record, request.received_at)
        return answer

    async def _authorize(
        self, txn: Transaction, known: Exchange, match: Match | None, router: Router
    ) -> tuple[Exchange, StrongroomError | None]:
        """Decide; whatever fails on the way is a refusal too, which costs a use of the token and is audited first."""
        entry = known.entry
        try:
            if known.request.operation is Operation.UPDATE and entry is not None and match is not None:
                asked = self._ask(txn, known, entry, router, known.request.token)
                if entry.engine is not None and not await entry.engine.exists(asked, match):
                    known = msgspec.structs.replace(known, request=access.as_create(known.request))
            return await access.authorize(self.services, txn, known, entry, match)
        except StrongroomError as error:
            return known, error

    async def _authenticate(self, txn: Transaction, request: ApiRequest, match: Match | None, router: Router) -> Bearer:
        token = request.token
        if match is not None and match.declaration.bad_token:
            await require_wrapping(self.services, txn, router, request, match.declaration.bad_token)
            token = await signed.named(txn, token)
        return await self.services.tokens.authenticate(txn, token, router, request.address, request.received_at)

    async def _login(
        self, txn: Transaction, progress: Progress, entry: MountEntry, match: Match, router: Router
    ) -> Answer:
        known, request = progress.known, progress.known.request
        self._open(progress, known, None)
        user = match.parameters.get("username", "")
        await login.check_lockout(txn, entry, user, request.received_at)
        progress.login_user = (entry, user) if user else None
        response = await self._dispatch(txn, known, entry, match, router)
        if response is not None and response.auth is not None:
            await login.clear_failures(txn, entry, user)
        return await self._finish(txn, known, entry, response)

    def _open(self, progress: Progress, known: Exchange, refusal: StrongroomError | None) -> None:
        """The first half of the audit bracket, once per request."""
        progress.known = known
        if not progress.audited:
            now = self.services.clock.now()
            self.services.audit.request(progress.sinks, known, _error_text(refusal), now)
            progress.audited = True

    def _ask(self, txn: Transaction, known: Exchange, entry: MountEntry, router: Router, token: str) -> Request:
        """What the engine is asked; `token` is what no header may show it."""
        request, bearer = known.request, known.bearer
        view: View
        if isinstance(entry.engine, SystemEngine):
            view = SystemView(txn, entry.prefix, known, router, self.services)
        else:
            view = View(txn, entry.prefix)
        return Request(
            operation=request.operation,
            path=request.path[len(entry.record.full_path) :],
            data=access.asked_data(known),
            mount=entry.mount,
            view=view,
            once=txn.once,
            now=request.received_at,
            client=_client(bearer) if bearer is not None else None,
            address=request.address,
            headers=_passed(request, entry.record.config.passthrough_request_headers, token),
            request_id=request.id,
        )

    async def _dispatch(
        self, txn: Transaction, known: Exchange, entry: MountEntry, match: Match, router: Router
    ) -> Response | None:
        if entry.engine is None:
            raise Internal(
                f'the mount "{entry.record.full_path}" is of type "{entry.record.type}", which this server does not '
                "have or its configuration does not allow"
            )
        token = known.request.token
        if known.bearer is None and not await self._is_token(txn, entry, known.request, router):
            token = ""
        return await entry.engine.answer(self._ask(txn, known, entry, router, token), match)

    async def _is_token(self, txn: Transaction, entry: MountEntry, request: ApiRequest, router: Router) -> bool:
        """Whether a login carries a token of ours, which its method must not see; another's is what it may be about.

        Source: CVE-2026-4525
        """
        if not entry.record.config.passthrough_request_headers or not request.token:
            return False
        return await self.services.tokens.alive(txn, request.token, router, request.received_at) is not None

    async def _finish(self, txn: Transaction, known: Exchange, entry: MountEntry, response: Response | None) -> Answer:
        """Turn what the engine answered into what the client gets: a lease, a token, a wrapping."""
        request, services = known.request, self.services
        if response is not None:
            response = await access.cut(services, txn, known, response)
        answer = Answer(request_id=request.id, operation=request.operation, response=response)
        if response is None:
            return answer
        if response.hint_ttl_s or response.lease_id:
            answer = msgspec.structs.replace(
                answer,
                lease_duration_s=response.hint_ttl_s,
                lease_id=response.lease_id,
                renewable=response.renewable,
            )
        if response.lease is not None:
            if known.bearer is None:
                raise Internal(detail=f"the path {request.path!r} leases a secret to nobody")
            answer = self._lease(txn, known, known.bearer, entry, answer)
            if answer.planned:
                return answer  # the rest follows when its secret is made
        if response.auth is not None:
            made = await login.log_in(services, txn, request, entry, response.auth)
            response.warnings = [*made.warnings, *response.warnings]
            answer = msgspec.structs.replace(answer, auth=made.block)
        elif response.token is not None:
            answer = msgspec.structs.replace(answer, auth=response.token)
        if response.wrap_info is not None:
            return msgspec.structs.replace(answer, wrap=response.wrap_info)
        if request.wrap_ttl_s and response.status < 400 and response.raw is None:
            answer = await wrap(services, txn, request, answer)
        return answer

    def _lease(self, txn: Transaction, known: Exchange, bearer: Bearer, entry: MountEntry, answer: Answer) -> Answer:
        wanted = answer.response.lease if answer.response is not None else None
        if wanted is None:
            return answer
        record = bearer.record
        # A batch token is no row that could be found when it ends: what it leases ends by then, and with its parent.
        left_s = 0 if record.key else max(1, int(record.expires_at - known.request.received_at))
        ceiling = min((s for s in (entry.mount.max_lease_ttl_s, wanted.max_ttl_s, left_s) if s), default=0)
        ttl_s, warnings = grant_ttl(wanted_s=wanted.ttl_s, default_s=entry.mount.default_lease_ttl_s, max_s=ceiling)
        lease = self.services.leases.create(
            txn,
            path=known.request.path,
            mount=entry.record.id,
            token_key=record.key or record.parent,
            ttl_s=ttl_s,
            max_ttl_s=ceiling,
            renewable=wanted.renewable,
            internal=wanted.internal,
            now=known.request.received_at,
            planned=wanted.planned,
        )
        if answer.response is not None and warnings:
            answer.response.warnings = [*warnings, *answer.response.warnings]
        return msgspec.structs.replace(
            answer,
            lease_id=lease.id,
            lease_duration_s=ttl_s,
            renewable=wanted.renewable,
            planned=wanted.planned,
        )

    async def _end_if_spent(self, request: ApiRequest, bearer: Bearer, error: StrongroomError) -> StrongroomError:
        """End a token whose last use was a request that failed; the error to answer with."""

        async def end(txn: Transaction) -> None:
            if await self.services.tokens.spent(txn, bearer.record):
                await self.services.tokens.end_spent(txn, bearer.record, request.received_at)

        try:
            await transact(self.services.barrier, end)
        except StrongroomError as unended:
            return unended
        return error


def _resolve(entry: MountEntry | None, request: ApiRequest) -> tuple[Match | None, StrongroomError | None]:
    if entry is None or entry.engine is None:
        return None, None
    try:
        return entry.engine.routes.find(request.operation, request.path[len(entry.record.full_path) :]), None
    except StrongroomError as error:
        return None, error


def _spelled(request: ApiRequest, entry: MountEntry | None, match: Match | None) -> ApiRequest:
    """The request by the one spelling of its path: rules, audit log, quotas and the engine see no other."""
    if entry is None or match is None:
        return request
    path = entry.record.full_path + match.path
    # Without its slash a mount may be named as a whole: no route knows more of it than the empty path.
    if path == request.path or not match.path:
        return request
    return msgspec.structs.replace(request, path=path)


def _needs_no_token(match: Match, request: ApiRequest) -> bool:
    declaration = match.declaration
    return declaration.unauthenticated or declaration.opened_by in request.opened


def _is_open(entry: MountEntry, request: ApiRequest) -> bool:
    """Whether the path is answered without a token, by whatever verb."""
    return entry.engine is not None and entry.engine.routes.is_open(request.path[len(entry.record.full_path) :])


def _passed(request: ApiRequest, names: tuple[str, ...] | None, token: str) -> dict[str, str]:
    """The headers that a mount lets through to its engine: never the one that this request's token came in."""
    if not names:
        return {}
    wanted = {name.lower() for name in names} - {"x-vault-token"}
    headers = {name: request.headers[name] for name in wanted if name in request.headers}
    bearer = headers.get("authorization", "").removeprefix("Bearer ").strip()
    if token and same(bearer.encode(), token.encode()):
        del headers["authorization"]
    return headers


def _client(bearer: Bearer) -> Client:
    record = bearer.record
    return Client(
        accessor=record.accessor,
        display_name=record.display_name,
        entity_id=record.entity_id,
        policies=record.policies,
        metadata=record.metadata or {},
        token_key=record.key,
    )


def _error_text(error: StrongroomError | None) -> str:
    if error is None or (isinstance(error, NotFound) and not error.text):
        return ""  # nothing is there, and nothing was wrong with asking
    return error.text or type(error).__name__


def _outcome(answer: Answer, error: str) -> Outcome:
    return Outcome(
        response=answer.response if answer.wrap is None else None,
        auth=answer.auth if answer.wrap is None else None,
        wrap=answer.wrap,
        lease_id=answer.lease_id,
        error=error,
    )
