"""Requests that wait for others' approval: holds them back, and executes them when they are unwrapped.

A held request is a row behind a wrapping token.  `sys/wrapping/unwrap` of that token executes it in the unwrap's own
transaction, which also deletes the row: it is executed once, or not at all.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec

from strongroom.audit.entry import timestamp
from strongroom.core.answer import Answer
from strongroom.core.attempt import Attempt
from strongroom.core.attempt import within as within_namespace
from strongroom.lib import json
from strongroom.lib.errors import Internal, InvalidRequest, PermissionDenied
from strongroom.lib.rand import uuid4
from strongroom.sdk.request import Operation
from strongroom.sdk.response import Response
from strongroom.services.approvals import Demand, HeldRequest, service
from strongroom.services.approvals.logic import wait_s, within
from strongroom.services.approvals.records import held_key
from strongroom.services.exchange import ApiRequest, Exchange, Resumed
from strongroom.services.identity import entities
from strongroom.services.tokens import Bearer, TokenRecord
from strongroom.services.tokens.logic import WRAPPING
from strongroom.services.withdrawals import Issue
from strongroom.sysapi.context import SystemEngine
from strongroom.sysapi.system.paths.wrapping import named_token

PENDING = "request needs further approval"
CHANGED = "the policies of this request demand other approvals than when it was made, so it has to be made again"
MOVED = "the mount that this request asked was disabled or moved, so it has to be made again"
_NO_ENTITY = "this request needs the approval of others, who can't tell whose it is: its token has no entity"
_LAST_USE = "this request needs the approval of others, and can't wait for it: it was the last use of its token"
_UNWRAP = "wrapping/unwrap"
_NOT_KEPT = frozenset({"x-vault-token", "x-vault-mfa", "x-vault-wrap-ttl", "x-vault-wrap-format", "cookie"})
"""Headers that a held request loses: credentials, and those that are kept in another form."""
_WRITES = frozenset({Operation.CREATE, Operation.UPDATE})


class Waiting(msgspec.Struct, frozen=True):
    """A request that waits, and the wrapping token for it."""

    token: TokenRecord
    request: HeldRequest


async def hold(attempt: Attempt, demand: Demand) -> Answer:
    """Store an allowed request instead of executing it.

    Returns: an answer with the wrapping token that executes it later.

    Raises: `PermissionDenied` if its token has no entity, or ends with this request.
    """
    request, bearer = attempt.request, attempt.exchange.bearer
    if bearer is None or attempt.entry is None:
        raise Internal(detail=f"the path {request.path!r} needs approval of a request without a token, or of no mount")
    record = bearer.record
    if not bearer.is_kept:
        raise PermissionDenied(_LAST_USE)
    if not record.entity_id:
        # Whoever may make tokens without an entity could otherwise ask with one, and approve as themselves.
        raise PermissionDenied(_NO_ENTITY)
    if record.num_uses and not attempt.exchange.remaining_uses:
        raise PermissionDenied(_LAST_USE)
    services, txn, now = attempt.services, attempt.txn, request.received_at
    entity = await entities.living(txn, record.home_of_entity, record.entity_id)
    settings = await service.settings(txn, attempt.exchange.namespace.id)
    fixed = bool(record.expires_at) and not record.renewable
    left_s = record.expires_at - now if fixed else math.inf
    ttl_s = wait_s(demand, settings.max_ttl_s if settings is not None else 0, left_s)
    waiting = _waiting_token(attempt, record, ttl_s)
    services.tokens.create(txn, waiting)
    row = HeldRequest(
        id=request.id,
        token=bearer.token,
        operation=(Operation.UPDATE if request.operation in _WRITES else request.operation).value,
        path=request.path,
        mount=attempt.entry.record.id,
        body=json.dumps_unsorted(request.data),
        held_at=now,
        ttl_s=ttl_s,
        factors=demand.factors,
        namespaces=await _namespaces(attempt, demand),
        namespace=attempt.exchange.namespace.id,
        headers={name: value for name, value in request.headers.items() if name.lower() not in _NOT_KEPT},
        method=request.method,
        wrap_ttl_s=request.wrap_ttl_s,
        wrap_format=request.wrap_format,
        mfa_methods=attempt.exchange.grant.mfa_methods if attempt.exchange.grant is not None else (),
        entity_id=record.entity_id,
        entity_name=entity.name if entity is not None else "",
        entity_namespace=record.home_of_entity,
    )
    txn.write(held_key(waiting.key), row)
    info: dict[str, Any] = {
        "token": services.tokens.new_token(txn, "held", waiting.namespace),
        "accessor": waiting.accessor,
        "ttl": ttl_s,
        "creation_time": timestamp(now),
        "creation_path": request.path,
    }
    return Answer(request_id=request.id, operation=request.operation, response=Response(), wrap=info)


async def _namespaces(attempt: Attempt, demand: Demand) -> dict[str, str]:
    """The ids of the namespaces whose groups approve, by their paths.  Another one may get the path later."""
    found = {}
    for path in {factor.namespace for factor in demand.factors}:
        namespace = await attempt.services.mounts.namespaces.at(attempt.txn, path)
        if namespace is None:
            raise PermissionDenied("permission denied")
        found[path] = namespace.id
    return found


def _waiting_token(attempt: Attempt, record: TokenRecord, ttl_s: int) -> TokenRecord:
    """The wrapping token of a held request.  It ends with the token that asked.

    It has no limited number of uses: an unwrap that comes too early must not spend it.  Its row is what can be used
    once.
    """
    tokens, txn, request = attempt.services.tokens, attempt.txn, attempt.request
    namespace = attempt.exchange.namespace.id
    return TokenRecord(
        key=tokens.key_of(tokens.new_token(txn, "held", namespace)),
        accessor=tokens.new_accessor(txn, "held", namespace),
        namespace=namespace,
        policies=(WRAPPING,),
        path=request.path,
        created_at=request.received_at,
        display_name=record.display_name,
        ttl_s=ttl_s,
        creation_ttl_s=ttl_s,
        expires_at=request.received_at + ttl_s,
        explicit_max_ttl_s=ttl_s,
        parent=record.key or record.parent,
        no_default_policy=True,
        issued=Issue(address=request.address, mount=attempt.entry.record.id if attempt.entry is not None else ""),
    )


async def unwrapped(attempt: Attempt) -> Waiting | None:
    """The request that this one executes; None unless it unwraps the token of a request that waits."""
    entry, match, bearer, grant = attempt.entry, attempt.match, attempt.exchange.bearer, attempt.exchange.grant
    if match is None or match.route.pattern != _UNWRAP or attempt.request.operation not in _WRITES or bearer is None:
        return None
    if entry is None or not isinstance(entry.engine, SystemEngine):
        return None
    if grant is None or grant.demand is not None:
        return None  # the unwrap needs approval itself, so it waits
    token = await named_token(attempt.txn, attempt.request)
    record: TokenRecord | None = bearer.record
    if token != bearer.token:
        tokens, now = attempt.services.tokens, attempt.request.received_at
        record = await tokens.find(attempt.txn, token, attempt.services.mounts, now, attempt.exchange.namespace)
    request = await service.held(attempt.txn, record.key) if record is not None else None
    return Waiting(record, request) if record is not None and request is not None else None


async def resume(attempt: Attempt, waiting: Waiting) -> Attempt:
    """The attempt to execute a request that has its approvals, in the same transaction.

    Nobody can execute it again, because its row is deleted.

    Raises: `PermissionDenied` before it has all approvals, or if its token isn't valid any more or can't be used from
    the client's address; `InvalidRequest` if its path leads to another mount now.
    """
    services, txn, outer, held = attempt.services, attempt.txn, attempt.request, waiting.request
    now = outer.received_at
    if not await service.is_approved(txn, services.mounts.namespaces, waiting.token.key, held, now):
        raise PermissionDenied(PENDING)
    bearer = await _asked_with(attempt, held)
    approvals = await service.approvals(txn, waiting.token.key)
    txn.delete(held_key(waiting.token.key))
    await services.tokens.revoke(txn, waiting.token)
    request = ApiRequest(
        id=txn.once("resumed request", lambda: uuid4(services.random)),
        operation=Operation(held.operation),
        path=held.path,
        data=json.loads(held.body),
        token=held.token,
        wrap_ttl_s=outer.wrap_ttl_s or held.wrap_ttl_s,
        wrap_format=outer.wrap_format or held.wrap_format,
        headers=held.headers,
        address=outer.address,
        port=outer.port,
        certificates=outer.certificates,
        in_clear=outer.in_clear,
        received_at=now,
        method=held.method,
        opened=outer.opened,
    )
    resumed = Resumed(
        held_id=held.id,
        unwrap_id=outer.id,
        accessor=waiting.token.accessor,
        approvers=tuple(approval.entity_id for approval in approvals),
    )
    namespace = await services.mounts.namespaces.by_id(txn, held.namespace)
    if namespace is None:
        raise PermissionDenied("permission denied")
    router = await services.mounts.router(txn, namespace.id)
    entry = router.find(request.path)
    if entry is None or entry.record.id != held.mount:
        # Whoever may mount could otherwise lead an approved request to something that nobody has approved.
        raise InvalidRequest(MOVED)
    exchange = Exchange(request, entry=entry, namespace=namespace)
    inner = within_namespace(services, txn, router, exchange)
    inner.check_namespace()
    uses = bearer.record.num_uses
    left = uses - await services.tokens.used(txn, bearer.record) if uses else 0
    known = msgspec.structs.replace(inner.exchange, bearer=bearer, remaining_uses=left, resumed=resumed)
    return inner.knowing(known)


async def _asked_with(attempt: Attempt, held: HeldRequest) -> Bearer:
    """The token that asked.  Raises `PermissionDenied` if it isn't valid any more."""
    tokens, outer = attempt.services.tokens, attempt.request
    bearer = await tokens.authenticate(
        attempt.txn, held.token, attempt.services.mounts, outer.address, outer.received_at
    )
    if await tokens.spent(attempt.txn, bearer.record):
        raise PermissionDenied("permission denied")
    return bearer


def released(attempt: Attempt, held: HeldRequest) -> Attempt:
    """The attempt without its demand, which is met.

    Raises: `InvalidRequest` if the policies demand now what they didn't when the request was made.
    """
    grant = attempt.exchange.grant
    if grant is None:
        raise Internal(detail="a request that was refused can't be executed")
    if not within(grant.demand, held.factors) or not set(grant.mfa_methods) <= set(held.mfa_methods):
        raise InvalidRequest(CHANGED)
    grant = msgspec.structs.replace(grant, demand=None)
    return attempt.knowing(msgspec.structs.replace(attempt.exchange, grant=grant))
