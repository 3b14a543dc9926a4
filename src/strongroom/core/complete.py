"""From what an engine answered to what the client gets: a lease, a token, a wrapping."""

from __future__ import annotations

import msgspec

from strongroom.core import access, login
from strongroom.core.answer import Answer
from strongroom.core.attempt import Attempt
from strongroom.core.wrap import wrap
from strongroom.lib.errors import Internal
from strongroom.sdk.response import Lease, Response
from strongroom.services.mounts import MountEntry
from strongroom.services.tokens.logic import grant_ttl


async def complete(attempt: Attempt, entry: MountEntry, response: Response | None) -> Answer:
    """The answer to a request, with everything that it needs stored by the attempt's transaction.

    Args:
        entry: the mount that answered.
        response: what its engine said.
    """
    request = attempt.request
    if response is not None:
        response = await access.cut(attempt, response)
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
        answer = _leased(attempt, entry, response, response.lease, answer)
        if answer.planned:
            return answer  # the rest follows when its secret is made
    if response.auth is not None:
        made = await login.log_in(attempt, entry, response.auth)
        response.warnings = [*made.warnings, *response.warnings]
        answer = msgspec.structs.replace(answer, auth=made.block)
    elif response.token is not None:
        answer = msgspec.structs.replace(answer, auth=response.token)
    if response.wrap_info is not None:
        return msgspec.structs.replace(answer, wrap=response.wrap_info)
    if request.wrap_ttl_s and response.status < 400 and response.raw is None:
        answer = await wrap(attempt.services, attempt.txn, request, answer)
    return answer


def _leased(attempt: Attempt, entry: MountEntry, response: Response, wanted: Lease, answer: Answer) -> Answer:
    """Record a lease of the client's token.  Raises `Internal` for a path that has no token and leases all the same."""
    request, bearer = attempt.request, attempt.exchange.bearer
    if bearer is None:
        raise Internal(detail=f"the path {request.path!r} leases a secret to nobody")
    record = bearer.record
    # A batch token is no row that could be found when it ends: what it leases ends by then, and with its parent.
    left_s = 0 if record.key else max(1, int(record.expires_at - request.received_at))
    ceiling = min((s for s in (entry.mount.max_lease_ttl_s, wanted.max_ttl_s, left_s) if s), default=0)
    ttl_s, warnings = grant_ttl(wanted_s=wanted.ttl_s, default_s=entry.mount.default_lease_ttl_s, max_s=ceiling)
    lease = attempt.services.leases.create(
        attempt.txn,
        path=request.path,
        mount=entry.record.id,
        token_key=record.key or record.parent,
        ttl_s=ttl_s,
        max_ttl_s=ceiling,
        renewable=wanted.renewable,
        internal=wanted.internal,
        now=request.received_at,
        planned=wanted.planned,
    )
    if warnings:
        response.warnings = [*warnings, *response.warnings]
    return msgspec.structs.replace(
        answer,
        lease_id=lease.id,
        lease_duration_s=ttl_s,
        renewable=wanted.renewable,
        planned=wanted.planned,
    )
