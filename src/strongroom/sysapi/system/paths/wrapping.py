"""`sys/wrapping`: put data away, look at a wrapping token, open it, exchange it.

Source: https://developer.hashicorp.com/vault/api-docs/system/wrapping-unwrap
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.audit.entry import timestamp
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest, PermissionDenied, UnsupportedOperation
from strongroom.sdk import path
from strongroom.sdk.fields import SECRET, Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import RawBody, Response
from strongroom.sdk.routing import UNSUPPORTED_OPERATION
from strongroom.services.approvals import service
from strongroom.services.exchange import ApiRequest, Exchange
from strongroom.services.namespaces import Namespace
from strongroom.services.tokens import TokenRecord
from strongroom.services.tokens.logic import WRAPPING
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.services import Services
from strongroom.sysapi.wrapping import signed
from strongroom.sysapi.wrapping.records import WrappedRecord, wrapped_key
from strongroom.sysapi.wrapping.wrapping import put_away

INVALID = "wrapping token is not valid or does not exist"
"""One text for all reasons, so that nobody learns which tokens exist."""
_UNREADABLE = "error validating wrapping token: "


class WrappingBody(Body, frozen=True):
    """A wrapping token; without one, that of the request."""

    token: Annotated[Any, Doc(description="The wrapping token.", extra=SECRET)] = None


class Opened(msgspec.Struct, frozen=True):
    """A wrapping token that this request has used, and its response."""

    token: TokenRecord
    answer: WrappedRecord


class WrappingPaths(SystemEngine):
    """`wrapping/wrap`, `wrapping/lookup`, `wrapping/unwrap`, `wrapping/rewrap`."""

    @path.write("wrapping/wrap", takes_anything=True)
    async def wrap(self, request: Request) -> Response | None:
        """Wraps the request's own data in a wrapping token."""
        if not system(request).exchange.request.wrap_ttl_s:
            raise InvalidRequest("endpoint requires response wrapping to be used")
        return Response(data=request.data)

    @path.read("wrapping/lookup", unauthenticated=True)
    @path.write("wrapping/lookup", unauthenticated=True, computes=True)
    async def lookup_wrapped(self, request: Request, body: WrappingBody) -> Response | None:
        """Looks up a wrapping token without using it, also while its request waits for approval."""
        view = system(request)
        named = _named(request.data)
        token = await signed.named(view.txn, named or view.exchange.request.token)
        if not token:
            raise PermissionDenied(f"{_UNREADABLE}token is empty")
        place = view.namespace if named else await _outermost(view.services, view.txn, view.exchange.request)
        record = await view.services.tokens.find(view.txn, token, view.services.mounts, request.now, place)
        if record is None or not _wraps(record):
            raise InvalidRequest(INVALID)
        home = await view.services.mounts.namespaces.by_id(view.txn, record.namespace)
        if not named and home is not None and home.locked_at:
            # A token of a locked namespace does nothing from outside.  Others may look at it from above.
            raise InvalidRequest(INVALID)
        waiting = await service.held(view.txn, record.key)
        if waiting is not None:
            return _looked_up(waiting.path, waiting.held_at, waiting.ttl_s)
        answer = await _held(request, record)
        return _looked_up(answer.creation_path, answer.created_at, answer.creation_ttl_s)

    @path.write("wrapping/unwrap", bad_token=INVALID, own_token=True)
    async def unwrap(self, request: Request, body: WrappingBody) -> Response | None:
        """Returns the answer that a wrapping token holds. The token is revoked."""
        opened, view = await _open(request), system(request)
        if view.exchange.request.wrap_ttl_s:
            api = view.exchange.request
            info = await put_away(
                view.services,
                view.txn,
                namespace=opened.token.namespace,
                body=opened.answer.body,
                path=api.path,
                ttl_s=_ttl_s(request, opened),
                now=request.now,
                format_=api.wrap_format,
                issued=opened.token.issued,
                accessor=opened.answer.wrapped_accessor,
                content_type=opened.answer.content_type,
            )
            return Response(wrap_info=info)
        if opened.answer.content_type:
            return Response(raw=RawBody(opened.answer.body, opened.answer.content_type))
        return Response(raw=RawBody(opened.answer.body + b"\n", "application/json"))

    @path.read("wrapping/unwrap", bad_token=INVALID, own_token=True)
    @path.delete("wrapping/unwrap", bad_token=INVALID, own_token=True)
    @path.read("wrapping/rewrap", bad_token=INVALID, own_token=True)
    @path.delete("wrapping/rewrap", bad_token=INVALID, own_token=True)
    async def refuse_verb(self, request: Request) -> Response | None:
        """Always refuses. The wrapping token is checked first, as clients expect."""
        raise UnsupportedOperation(UNSUPPORTED_OPERATION)

    @path.write("wrapping/rewrap", bad_token=INVALID, own_token=True)
    async def rewrap(self, request: Request, body: WrappingBody) -> Response | None:
        """Replaces a wrapping token by a new one that holds the same answer."""
        opened, view = await _open(request), system(request)
        info = await put_away(
            view.services,
            view.txn,
            namespace=opened.token.namespace,
            body=opened.answer.body,
            path=opened.answer.creation_path,
            ttl_s=_ttl_s(request, opened),
            now=request.now,
            format_="",  # whatever form the old one had, clients get the plain one here
            issued=opened.token.issued,
            content_type=opened.answer.content_type,
        )
        return Response(wrap_info=info)


def _looked_up(path: str, at: float, ttl_s: int) -> Response:
    return Response(data={"creation_path": path, "creation_time": timestamp(at), "creation_ttl": ttl_s})


def _ttl_s(request: Request, opened: Opened) -> int:
    """The time of a rewrapped response: at most the first one's.

    Otherwise the holder of a wrapping token for a minute could turn it into one for years.
    """
    wanted_s, first_s = system(request).exchange.request.wrap_ttl_s, opened.answer.creation_ttl_s
    return min(wanted_s, first_s) if wanted_s else first_s


def _named(data: dict[str, Any]) -> str:
    """The token in a body; empty when it names none.  Raises `PermissionDenied` for one that can't be a token."""
    token = data.get("token")
    if token is None:
        return ""
    if not isinstance(token, str):
        raise PermissionDenied(f"{_UNREADABLE}could not decode token in request body")
    if not token:
        raise PermissionDenied(f"{_UNREADABLE}empty token in request body")
    return token


async def named_token(txn: Transaction, asked: ApiRequest) -> str:
    """The wrapping token that a request is about: the one in its body, or its own."""
    return await signed.named(txn, _named(asked.data) or asked.token)


async def require_wrapping(services: Services, txn: Transaction, exchange: Exchange, text: str) -> None:
    """Refuse a token that isn't a valid wrapping token.

    It comes in the body, or is the request's own token.

    Raises: `InvalidRequest` with `text`; `PermissionDenied` when there is none at all.
    """
    asked = exchange.request
    named = _named(asked.data)
    token = await signed.named(txn, named or asked.token)
    if not token:
        raise PermissionDenied(f"{_UNREADABLE}token is empty")
    # The request's own token is served in its own namespace, whichever one the request names.
    place = exchange.namespace if named else await _outermost(services, txn, asked)
    record = await services.tokens.find(txn, token, services.mounts, asked.received_at, place)
    if record is None or not _wraps(record):
        raise InvalidRequest(text)


async def _outermost(services: Services, txn: Transaction, asked: ApiRequest) -> Namespace:
    """The namespace from which on a request may use its own token: root, or where its listener confines it to."""
    found = await services.mounts.namespaces.at(txn, asked.confined_to)
    if found is None:
        raise InvalidRequest(INVALID)  # the listener's namespace is gone
    return found


def _wraps(record: TokenRecord) -> bool:
    return record.policies == (WRAPPING,)


async def _held(request: Request, record: TokenRecord) -> WrappedRecord:
    answer = await system(request).txn.read(wrapped_key(record.key), WrappedRecord)
    if answer is None:
        raise InvalidRequest(INVALID)
    return answer


async def _open(request: Request) -> Opened:
    """Claim a wrapping token: of two requests that name the same, one gets here.

    The token that the request came with was claimed when its use was counted; one in the body is claimed the same
    way, by its counter, so that the two ways exclude each other too.
    """
    view = system(request)
    bearer, token = view.exchange.bearer, await signed.named(view.txn, _named(request.data))
    if bearer is not None and token in {"", bearer.token}:
        record: TokenRecord | None = bearer.record
    else:
        record = await view.services.tokens.find(view.txn, token, view.services.mounts, request.now, view.namespace)
    if record is None or not _wraps(record):
        raise InvalidRequest(INVALID)
    answer = await _held(request, record)
    view.txn.delete(wrapped_key(record.key))
    if bearer is None or record.key != bearer.record.key:
        try:
            await view.services.tokens.use(view.txn, record)
        except PermissionDenied as error:
            raise InvalidRequest(INVALID) from error
        await view.services.tokens.revoke(view.txn, record)
    return Opened(token=record, answer=answer)
