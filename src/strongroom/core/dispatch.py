"""Calls the engine of a request.  The engine sees neither the client's token nor other mounts' rows."""

from __future__ import annotations

from strongroom.barrier.stable import Outside
from strongroom.core import access, loaded_snapshots
from strongroom.core.attempt import Attempt
from strongroom.core.identity_values import EntityValues
from strongroom.core.mount_leases import MountLeases
from strongroom.crypto.mac import same
from strongroom.lib.errors import Internal
from strongroom.sdk.request import Client, Request
from strongroom.sdk.response import Response
from strongroom.sdk.routing import Match
from strongroom.sdk.view import View
from strongroom.services import restoration
from strongroom.services.exchange import ApiRequest
from strongroom.services.mounts import MountEntry
from strongroom.services.tokens import Bearer
from strongroom.services.well_known import MountClaims
from strongroom.sysapi.context import SystemEngine, SystemView


async def dispatch(attempt: Attempt, entry: MountEntry, match: Match) -> Response | None:
    """Call the engine, and return its response.

    Args:
        entry: the mount.
        match: the route of the request's path and operation.
    """
    if entry.engine is None:
        raise Internal(
            f'the mount "{entry.record.full_path}" is of type "{entry.record.type}", which this server does not '
            "have or its configuration does not allow"
        )
    token = attempt.request.token
    if attempt.exchange.bearer is None and not await _is_token(attempt, entry):
        token = ""
    if attempt.request.snapshot:
        return await loaded_snapshots.read(attempt, entry, match, lambda then: engine_request(then, entry, token))
    request = engine_request(attempt, entry, token)
    try:
        response = await entry.engine.answer(request, match)
    except Outside:
        if entry.engine.changes_others or "rotate" in match.declaration.pattern:
            await _require_effective(attempt, entry)
        raise
    if response is not None and response.lease is not None and response.lease.planned:
        await restoration.require_thawed(attempt.txn, "making secrets in other systems")
    if match.declaration.event and _has_succeeded(response):
        told = match.declaration.event.replace("{operation}", request.operation)
        request.emit(told, request.path, **match.parameters)
    return response


async def _require_effective(attempt: Attempt, entry: MountEntry) -> None:
    """Raise an error where another system must not be changed, because what was done to it couldn't be stored."""
    await restoration.require_thawed(attempt.txn, "what may change another system")
    if not entry.record.local:
        attempt.txn.barrier.region.require_writes()


def _has_succeeded(response: Response | None) -> bool:
    """Whether a change was made.  A secret that is only planned tells of itself when it is made."""
    return response is None or (response.status < 400 and (response.lease is None or not response.lease.planned))


def engine_request(attempt: Attempt, entry: MountEntry, token: str) -> Request:
    """The request that the engine gets.

    Args:
        token: the client's token, which no header may contain.
    """
    exchange, request, txn = attempt.exchange, attempt.request, attempt.txn
    view: View
    if isinstance(entry.engine, SystemEngine):
        view = SystemView(txn, entry.prefix, exchange, attempt.router, attempt.services)
    else:
        view = View(txn, entry.prefix)
    return Request(
        operation=request.operation,
        path=request.path[len(entry.record.full_path) :],
        data=access.asked_data(exchange),
        mount=entry.mount,
        view=view,
        once=txn.once,
        received_at=request.received_at,
        client=_client(exchange.bearer) if exchange.bearer is not None else None,
        address=request.address,
        proxy=request.proxy,
        names_another="x-forwarded-for" in request.headers and not request.proxy,
        certificates=request.certificates,
        in_clear=request.in_clear,
        headers=_passed(request, _names(entry), token),
        request_id=request.id,
        leases=MountLeases(attempt, entry),
        identity=EntityValues(attempt),
        well_known=MountClaims(txn, attempt.router, exchange.namespace.id, entry.record.id),
    )


async def _is_token(attempt: Attempt, entry: MountEntry) -> bool:
    """Whether a login carries a token of this server.

    The auth method must not see that token.  A token of another server passes, because a method may check it.

    Source: CVE-2026-4525
    """
    request = attempt.request
    if not _names(entry) or not request.token:
        return False
    tokens = attempt.services.tokens
    mounts = attempt.services.mounts
    return await tokens.alive(attempt.txn, request.token, mounts, request.received_at) is not None


def _names(entry: MountEntry) -> tuple[str, ...]:
    """The headers that the mount or its engine wants."""
    own = entry.engine.request_headers if entry.engine is not None else ()
    return (*(entry.record.config.passthrough_request_headers or ()), *own)


def _passed(request: ApiRequest, names: tuple[str, ...], token: str) -> dict[str, str]:
    """The headers that are passed to the engine.  A header that contains the request's token never passes."""
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
