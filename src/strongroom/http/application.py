"""The application behind every listener: decode, serve, encode."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlencode

import msgspec
import structlog

from strongroom.audit import hiding
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core import front
from strongroom.core.answer import Answer, Envelope
from strongroom.core.front import SEALED
from strongroom.core.kept_answers import KeptAnswers
from strongroom.core.limiting import FrontCount, count_front
from strongroom.core.node import Node
from strongroom.core.pipeline import Pipeline
from strongroom.http import cors, encode, inline_login
from strongroom.http.decode import NAMESPACE, Call, Redirect, decode, is_namespace, token_in, wrap_ttl_of
from strongroom.http.decode import PREFIX as API
from strongroom.http.message import HttpRequest, HttpResponse, Peer
from strongroom.http.options import ListenerOptions
from strongroom.interface import Site
from strongroom.lib import json_weight
from strongroom.lib.errors import (
    Internal,
    InvalidRequest,
    PermissionDenied,
    RequestTooLarge,
    Sealed,
    StorageError,
    StrongroomError,
    UnsupportedOperation,
)
from strongroom.lib.fault import where
from strongroom.lib.rand import Uuids
from strongroom.lib.seldom import Seldom
from strongroom.lib.turn import Turn
from strongroom.sdk.request import Operation
from strongroom.services.cors import CorsRecord
from strongroom.services.cors import read as read_cors
from strongroom.services.exchange import ApiRequest
from strongroom.services.interface import headers as ui_headers
from strongroom.sysapi.reentry import Inner, Served
from strongroom.sysapi.served import FRONT
from strongroom.sysapi.system.paths import metrics

log = structlog.get_logger("http")

_PLAIN = ListenerOptions()
_EVERYWHERE = {"sys/seal-status", "sys/leader"}
_METRICS = "sys/metrics"
_REQUEST_ID: Final = "X-Strongroom-Request-Id"
_JSON = "application/json"
_NOBODY = Peer(address="", port=0, listener="")
_STRANGERS_BYTES: Final = 2 * 1024 * 1024
"""The most memory of a decoded body whose token wasn't checked yet.

A login needs a hundredth.  Decoding this much blocks all other requests for some ten milliseconds.
"""
_HARMLESS_BYTES: Final = _STRANGERS_BYTES // json_weight.MOST_OF_A_BYTE


class Application:
    """Serves HTTP requests with a node's state.

    Args:
        site: the web interface; None where there is none.
    """

    def __init__(self, node: Node, site: Site | None = None) -> None:
        self._node = node
        self._site = site
        self._pipeline: Pipeline | None = None
        self._kept: KeptAnswers | None = None
        self._told = Seldom()
        self._sealed_turn = Turn()
        self._ids = Uuids(node.random)

    @property
    def turn(self) -> Turn:
        """The turn of the open barrier.  While the node is sealed there is nothing to share."""
        services = self._node.unsealed
        return services.barrier.turn if services is not None else self._sealed_turn

    @property
    def repeats(self) -> KeptAnswers | None:
        """The answers that are kept; None while there are none."""
        pipeline = self._pipeline
        return self._kept if pipeline is not None and pipeline.services is self._node.unsealed else None

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve one request of a listener without its own settings."""
        return await self.answer(request, _PLAIN)

    async def answer(self, request: HttpRequest, options: ListenerOptions) -> HttpResponse:
        """Serve one request.  An error becomes a response too.

        Args:
            options: the settings of the request's listener.
        """
        if self._site is not None and not request.path.startswith(API):
            page = self._site.answer(request.method, request.path, request.headers)
            if page is not None:
                response = await self._as_interface(HttpResponse(page.status, page.headers, page.body))
                if response.status == HTTPStatus.SERVICE_UNAVAILABLE:
                    page = self._site.awaiting(request.path, request.headers)
                    return HttpResponse(page.status, page.headers, page.body) if page is not None else response
                return response
        origin = request.headers.get("origin")
        if origin is None or (self._site is not None and cors.is_own(origin, request.headers)):
            served = self._named if NAMESPACE in request.headers else self._answer
            return await served(request, options)
        try:
            rule = await self._cors()
        except StrongroomError as error:
            return encode.failure(error)
        if rule is None:
            return await self._named(request, options)
        if not rule.allows(origin):
            return cors.refusal()
        if request.method == "OPTIONS":
            return cors.preflight(rule, origin, request.headers)
        return cors.shared(await self._named(request, options), rule, origin)

    async def _cors(self) -> CorsRecord | None:
        """The origins that may call; None while the node is sealed."""
        services = self._node.unsealed
        return await transact(services.barrier, read_cors) if services is not None else None

    def is_interface(self, path: str) -> bool:
        """Whether a path is the web interface's, whose files are for everybody who reaches a listener.

        Args:
            path: as it was sent, without the query.
        """
        return self._site is not None and self._site.has(path)

    async def _as_interface(self, response: HttpResponse) -> HttpResponse:
        """A response below `/ui`, with the headers that were set for the user interface."""
        services = self._node.unsealed
        if services is None:
            return response
        try:
            added = ui_headers.fields(await transact(services.barrier, ui_headers.read))
        except StrongroomError as error:
            return encode.failure(error)
        names = {name.lower() for name, _ in added}
        kept = tuple(field for field in response.headers if field[0].lower() not in names)
        return msgspec.structs.replace(response, headers=(*kept, *added))

    async def _named(self, request: HttpRequest, options: ListenerOptions) -> HttpResponse:
        """The response with the namespace header of its request, from which clients tell where an error happened."""
        response = await self._answer(request, options)
        namespace = request.headers.get(NAMESPACE)
        if namespace and is_namespace(namespace):
            return msgspec.structs.replace(response, headers=(*response.headers, ("X-Vault-Namespace", namespace)))
        return response

    async def _answer(self, request: HttpRequest, options: ListenerOptions) -> HttpResponse:
        try:
            if len(request.body) > _HARMLESS_BYTES and json_weight.heavier(request.body, _STRANGERS_BYTES):
                await self._admit(request.headers, "refused JSON input due to high complexity")
            call = decode(request, front.PATHS, options.json)
        except Redirect as redirect:
            return encode.redirect(redirect.location)
        except StrongroomError as error:
            refusal = encode.failure(error)
            return await self._as_interface(refusal) if request.path.startswith(ui_headers.PREFIX) else refusal
        try:
            open_path = front.PATHS.get(call.path)
            if open_path is not None:
                _check_front(call, options)
                counted = self._counted(call.path, request)
                self._node.served.request(*FRONT, call.operation).value += 1
                answer = await open_path(self._node, call.operation, call.data)
                body = answer.body
                if options.redaction is not None and body is not None:
                    body = options.redaction.of(body)
                response = encode.flat(body, answer.status)
                if answer.basis is not None and self._kept is not None and "origin" not in request.headers:
                    response.keep = partial(self._kept.keep_open, *answer.basis, counted=counted)
                if counted.headers:
                    response.headers = (*response.headers, *counted.headers)
                return response
            if call.path == _METRICS and _opens_metrics(call, options):
                self._counted(call.path, request)
                return await self._metrics(call, options, request.headers.get("accept", ""))
            return await self._serve(request, call, options)
        except StrongroomError as error:
            if error.detail and (not isinstance(error, StorageError) or self._told.due("store")):
                log.warning("request failed", path=_shown(call.path), detail=error.detail)
            return encode.failure(error)
        except Exception as error:  # the listener relies on an answer
            log.error("request failed", path=_shown(call.path), detail=where(error))
            return encode.failure(Internal())

    def _counted(self, path: str, request: HttpRequest) -> FrontCount:
        """Count a request that the pipeline doesn't serve.  Raises `OverLimit`."""
        services = self._node.unsealed
        return count_front(services.limiter, path, request.peer.address) if services is not None else FrontCount()

    async def may_send(self, headers: Mapping[str, str]) -> HttpResponse | None:
        """Whether a client may send a large body.  Only clients with a valid token may.

        Returns: the refusal; None if it may.
        """
        try:
            await self._admit(headers, "request body is too large")
        except StrongroomError as error:
            return encode.failure(error)
        except Exception as error:  # the listener needs a response
            log.error("a token could not be checked", detail=where(error))
            return encode.failure(Internal())
        return None

    async def _admit(self, headers: Mapping[str, str], fault: str) -> None:
        """Refuse clients without a valid token.  Policies are checked later; this only detects invented tokens."""
        token = token_in(headers)
        if not token:
            raise RequestTooLarge(f"{fault} for a request without a token (max_unauthenticated_request_size)")
        services = self._node.unsealed
        if services is None:
            raise Sealed(SEALED)

        async def alive(txn: Transaction) -> bool:
            return await services.tokens.alive(txn, token, services.mounts, services.clock.now()) is not None

        if not await transact(services.barrier, alive):
            raise PermissionDenied("permission denied")

    def malformed(self, status: int, text: str) -> HttpResponse:
        """The response to a request that the listener itself refuses."""
        return encode.error_body(status, [text])

    async def _metrics(self, call: Call, options: ListenerOptions, accept: str) -> HttpResponse:
        """`sys/metrics` without a token.  It isn't audited, because the client is unknown."""
        if options.metrics.disallowed:
            return encode.raw(b"metrics endpoint is disabled for this listener\n", "text/plain; charset=utf-8", 403)
        if call.operation is not Operation.READ:
            raise UnsupportedOperation("")
        node, wanted = self._node, str(call.data.get("format", ""))
        response = metrics.described(node.exposure, await node.measured(), wanted, accept, node.clock.now())
        return encode_answer(Answer(request_id="", operation=call.operation, response=response))

    async def _serve(self, request: HttpRequest, call: Call, options: ListenerOptions) -> HttpResponse:
        services = self._node.unsealed
        if services is None:
            self._pipeline = None  # with all that it kept
            if call.path == "sys/seal" and call.operation is Operation.UPDATE:
                return encode.no_content()  # the client asked for exactly this
            raise Sealed(SEALED)
        if self._pipeline is None or self._pipeline.services is not services:
            self._pipeline = Pipeline(services)
            services.reentry.serve = partial(self._again, self._pipeline)
            keeps = self._node.keeps_answers
            self._kept = KeptAnswers(services, partial(front.standing, self._node)) if keeps else None
        inline, headers = None, request.headers
        if inline_login.PATH in headers:
            inline, headers = inline_login.login_in(headers, call.token, options.json), inline_login.without(headers)
        api = ApiRequest(
            id=self._ids(),
            operation=call.operation,
            path=call.path,
            data=call.data,
            token=call.token,
            wrap_ttl_s=wrap_ttl_of(request),
            headers=headers,
            address=request.peer.address,
            proxy=request.peer.proxy,
            port=request.peer.port,
            certificates=request.peer.certificates,
            in_clear=request.peer.in_clear,
            received_at=services.clock.now(),
            method=request.method,
            opened=options.opened,
            wrap_format=request.headers.get("x-vault-wrap-format", ""),
            confined_to=options.namespace,
            namespace=f"{options.namespace}/{call.namespace}" if options.namespace else call.namespace,
            inline=inline,
            upload=call.upload,
        )
        running = self._node.running
        running[api.id] = api
        try:
            answer = await self._pipeline.serve(api)
            response = encode_answer(answer)
            if answer.headers:
                response = msgspec.structs.replace(response, headers=(*response.headers, *answer.headers))
            # Which origins may read a response is decided apart from it.
            if answer.receipt is not None and self._kept is not None and "origin" not in headers:
                response.keep = partial(self._kept.keep, answer, answer.receipt)
            return response
        finally:
            del running[api.id]

    async def _again(self, pipeline: Pipeline, outer: ApiRequest, inner: Inner) -> Served:
        """Serve a request that another one makes, with its token and its address.

        Whatever is counted of each request has to be counted here, too.
        """
        try:
            call = _inner_call(inner)
        except StrongroomError as error:
            refused = encode.failure(error)
            return Served(refused.status, _JSON, refused.body)
        api = msgspec.structs.replace(
            outer,
            id=self._ids(),
            operation=call.operation,
            path=call.path,
            data=call.data,
            received_at=pipeline.services.clock.now(),
            method=inner.method,
            wrap_ttl_s=0,
            wrap_format="",
            opened=frozenset(),
        )
        response = encode_answer(await pipeline.serve(api))
        kind = next((value for name, value in response.headers if name.lower() == "content-type"), "")
        if response.stream is not None:
            if isinstance(response.stream, AsyncGenerator):
                await response.stream.aclose()
            return Served(response.status, kind, b"", is_stream=True)
        return Served(response.status, kind, response.body)


def _inner_call(inner: Inner) -> Call:
    """A request of a batch in the API's terms, by the rules for all requests.  Raises errors for the client."""
    message = HttpRequest(
        method=inner.method,
        path="/v1/" + quote(inner.path, safe="/"),
        query=urlencode(inner.query),
        headers={},
        body=b"",
        peer=_NOBODY,
    )
    try:
        call = decode(message)
    except Redirect as redirect:
        raise InvalidRequest("the path has empty segments, or `.` or `..`") from redirect
    if call.path in front.PATHS or call.path == _METRICS:
        raise InvalidRequest("this path tells of the node, and can't be in a batch")
    return call


def _check_front(call: Call, options: ListenerOptions) -> None:
    """Raise `InvalidRequest` for a path of the server itself in a request that works in a namespace.

    A listener that is confined to a namespace serves what load balancers and clients ask before anything else.
    """
    served = _EVERYWHERE | ({"sys/health"} if not call.namespace else set())
    if (call.namespace or options.namespace) and call.path not in served:
        raise InvalidRequest("operation unavailable in namespaces")


def _opens_metrics(call: Call, options: ListenerOptions) -> bool:
    """Whether the listener's settings decide on `sys/metrics`.  Those of all namespaces are for root alone."""
    if options.metrics.disallowed:
        return True
    return options.metrics.unauthenticated and not (call.namespace or options.namespace)


def _shown(path: str) -> str:
    """A path as the log may show it: the mount that it lies in isn't known here."""
    return hiding.shown(path, None, lambda _: "…")


def encode_answer(answer: Answer) -> HttpResponse:
    """The HTTP response of an answer, by the API's rules for the statuses 200, 204 and 404."""
    if answer.error is not None:
        failure = encode.failure(answer.error)
        if answer.login_failed:
            failure.headers = (*failure.headers, inline_login.FAILED)
        if isinstance(answer.error, PermissionDenied) and answer.request_id:
            # By it, administrators are told why: `sys/policies/denials`.
            failure.headers = (*failure.headers, (_REQUEST_ID, answer.request_id))
        return failure
    response = answer.response
    if response is None:
        if answer.operation in {Operation.READ, Operation.LIST, Operation.SCAN}:
            return encode.not_found()
        return encode.no_content()
    if answer.wrap is not None:
        return encode.encode(answer.envelope())
    status = response.status or 200
    if response.raw is not None:
        raw = response.raw
        if raw.receive is not None:
            return encode.upgraded(response.headers, raw.stream, raw.receive)
        return encode.raw(raw.content, raw.content_type, status, response.headers, raw.stream)
    if response.flat:
        return encode.flat(response.data, status, response.headers)
    envelope: Envelope = answer.envelope()
    if response.repeat:
        return encode.encode_repeated(envelope, status)
    return encode.encode(envelope, status, response.headers)
