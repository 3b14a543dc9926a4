"""Turns an engine's response into the client's: adds the lease, the token or the wrapping."""

from __future__ import annotations

import msgspec

from strongroom.core import access, login
from strongroom.core.answer import Answer
from strongroom.core.attempt import Attempt
from strongroom.core.wrap import wrap
from strongroom.lib.errors import Internal, InvalidRequest
from strongroom.sdk.response import Lease, Response
from strongroom.services.mounts import MountEntry
from strongroom.services.tokens.logic import grant_ttl

_STRANGERS = "the response to a request without a token can be wrapped only if it is a login's"

_UNOWNED = (
    "the secret has a lease, which ends with the token it was asked with: that of a login in the request's headers is "
    "gone at once; log in first"
)


async def complete(attempt: Attempt, entry: MountEntry, response: Response | None) -> Answer:
    """Make the response to a request.  The attempt's transaction stores its lease, token or wrapping.

    Args:
        entry: the mount that served the request. response: the engine's response.

    Raises: `InvalidRequest` if a client without a token wants a response wrapped that isn't a login's.
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
            return answer  # the second transaction does the rest, after the secret was made
    if response.second_factor is not None:
        return msgspec.structs.replace(answer, second_factor=response.second_factor)
    if response.auth is not None:
        made = await login.log_in(attempt, entry, response.auth)
        response.warnings = [*made.warnings, *response.warnings]
        answer = msgspec.structs.replace(answer, auth=made.block, second_factor=made.second_factor, bearer=made.bearer)
        if made.held:
            return answer  # there is no token to wrap yet
    elif response.token is not None:
        answer = msgspec.structs.replace(answer, auth=response.token)
    if response.wrap_info is not None:
        return msgspec.structs.replace(answer, wrap=response.wrap_info)
    if request.wrap_ttl_s and response.status < 400 and response.raw is None:
        if attempt.exchange.bearer is None and response.auth is None:
            # Anybody could otherwise fill the store with rows that stay for years.
            raise InvalidRequest(_STRANGERS)
        answer = await wrap(attempt.services, attempt.txn, attempt.exchange, answer)
    return answer


def _leased(attempt: Attempt, entry: MountEntry, response: Response, wanted: Lease, answer: Answer) -> Answer:
    """Store a lease that belongs to the client's token.  Raises `Internal` if the request has no token."""
    request, bearer = attempt.request, attempt.exchange.bearer
    if bearer is None:
        raise Internal(detail=f"the path {request.path!r} leases a secret to nobody")
    if not bearer.is_kept:
        raise InvalidRequest(_UNOWNED)
    record = bearer.record
    # A batch token has no row, so nothing ends its leases when it expires.  Its leases therefore end no later than the
    # token, and together with its parent.
    left_s = 0 if record.key else max(1, int(record.expires_at - request.received_at))
    ceiling = min((s for s in (entry.mount.max_lease_ttl_s, wanted.max_ttl_s, left_s) if s), default=0)
    ttl_s, warnings = grant_ttl(wanted_s=wanted.ttl_s, default_s=entry.mount.default_lease_ttl_s, max_s=ceiling)
    lease = attempt.services.leases.create(
        attempt.txn,
        namespace=attempt.exchange.namespace.id,
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
