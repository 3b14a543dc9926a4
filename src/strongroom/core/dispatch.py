"""What an engine is asked, and what it never sees: the client's token, other mounts' rows."""

from __future__ import annotations

from strongroom.core import access
from strongroom.core.attempt import Attempt
from strongroom.crypto.mac import same
from strongroom.lib.errors import Internal
from strongroom.sdk.engine import Match
from strongroom.sdk.request import Client, Request
from strongroom.sdk.response import Response
from strongroom.sdk.view import View
from strongroom.services.exchange import ApiRequest
from strongroom.services.mounts import MountEntry
from strongroom.services.tokens import Bearer
from strongroom.sysapi.context import SystemEngine, SystemView


async def dispatch(attempt: Attempt, entry: MountEntry, match: Match) -> Response | None:
    """The engine's answer.

    Args:
        entry: the mount.
        match: what was declared for the request's path and verb.
    """
    if entry.engine is None:
        raise Internal(
            f'the mount "{entry.record.full_path}" is of type "{entry.record.type}", which this server does not '
            "have or its configuration does not allow"
        )
    token = attempt.request.token
    if attempt.exchange.bearer is None and not await _is_token(attempt, entry):
        token = ""
    return await entry.engine.answer(engine_request(attempt, entry, token), match)


def engine_request(attempt: Attempt, entry: MountEntry, token: str) -> Request:
    """What the engine is asked.

    Args:
        token: what no header may show it.
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
        now=request.received_at,
        client=_client(exchange.bearer) if exchange.bearer is not None else None,
        address=request.address,
        headers=_passed(request, entry.record.config.passthrough_request_headers, token),
        request_id=request.id,
    )


async def _is_token(attempt: Attempt, entry: MountEntry) -> bool:
    """Whether a login carries a token of ours, which its method must not see; another's is what it may be about.

    Source: CVE-2026-4525
    """
    request = attempt.request
    if not entry.record.config.passthrough_request_headers or not request.token:
        return False
    tokens = attempt.services.tokens
    return await tokens.alive(attempt.txn, request.token, attempt.router, request.received_at) is not None


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
