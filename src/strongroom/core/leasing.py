"""Leases the secret of a response."""

from __future__ import annotations

import msgspec

from strongroom.audit.entry import timestamp
from strongroom.barrier import keys
from strongroom.core.answer import Answer
from strongroom.core.attempt import Attempt
from strongroom.lib.errors import Internal, InvalidRequest, PermissionDenied
from strongroom.sdk.response import Lease, Response
from strongroom.services.identity import entities
from strongroom.services.leases import LeaseRecord
from strongroom.services.leases.records import ENTITY, IN_FORCE, PLANNED, TOKEN
from strongroom.services.mounts import MountEntry
from strongroom.services.tokens import Bearer
from strongroom.services.tokens.issued import asked_by
from strongroom.services.tokens.logic import grant_ttl
from strongroom.services.withdrawals import Issue
from strongroom.sysapi.lease_owner import is_withdrawn, owned_until

_UNOWNED = (
    "the secret has a lease, which ends with the token it was asked with: that of a login in the request's headers is "
    "gone at once; log in first"
)
_NO_ENTITY = (
    "the secret's lease belongs to the client's entity, and this token has none: log in by an auth method, or have the "
    "secret leased to tokens"
)


async def lease(attempt: Attempt, entry: MountEntry, response: Response, wanted: Lease, answer: Answer) -> Answer:
    """Store the lease of a response's secret.

    Raises: `Internal` if the request has no token, `InvalidRequest` if nobody could own the lease, `PermissionDenied`
        while nothing is issued to this client.
    """
    request, bearer = attempt.request, attempt.exchange.bearer
    if bearer is None:
        raise Internal(detail=f"the path {request.path!r} leases a secret to nobody")
    if not bearer.is_kept and wanted.owner != ENTITY:
        raise InvalidRequest(_UNOWNED)
    _check_texts(wanted)
    entity_id = await entity_of(attempt, bearer)
    if wanted.owner == ENTITY and not entity_id:
        raise InvalidRequest(_NO_ENTITY)
    planned, warnings = _planned(attempt, entry, bearer, wanted, entity_id)
    issued = Issue(address=request.address, mount=entry.record.id)
    if not planned.token_key or not bearer.record.key:  # no row says who asked
        issued = await asked_by(attempt.txn, bearer.record, request.address, entry.record.id)
    planned = msgspec.structs.replace(planned, issued=issued)
    if await is_withdrawn(attempt.services, attempt.txn, planned, attempt.exchange.namespace.id):
        raise PermissionDenied("permission denied", detail="nothing is issued to this client")
    if not wanted.planned and planned.reuse:
        planned = msgspec.structs.replace(planned, answer=response.data or {})
    leases, namespace = attempt.services.leases, attempt.exchange.namespace.id
    made = await leases.create(attempt.txn, namespace, planned, ceiling=wanted.ceiling)
    if made.owner == ENTITY:
        # An entity that nobody uses any more would otherwise be cleared while its lease runs.
        ends_at = request.received_at + made.ttl_s
        await attempt.services.identity.has_token(attempt.txn, entity_id, ends_at, request.received_at)
    until = await owned_until(attempt.services, attempt.txn, made, request.received_at)
    if until is not None and until < request.received_at + made.ttl_s:
        warnings.append(f"the lease ends with its token at {timestamp(until)}, unless the token is renewed")
    if warnings:
        response.warnings = [*warnings, *response.warnings]
    return msgspec.structs.replace(
        answer,
        lease_id=made.id,
        lease_duration_s=made.ttl_s,
        renewable=wanted.renewable,
        planned=wanted.planned,
    )


def _planned(
    attempt: Attempt, entry: MountEntry, bearer: Bearer, wanted: Lease, entity_id: str
) -> tuple[LeaseRecord, list[str]]:
    """The lease to store, and warnings."""
    request, token = attempt.request, bearer.record
    of_token = wanted.owner == TOKEN
    # A batch token has no row, so nothing ends its leases when it expires.  Its leases therefore end no later than the
    # token, and together with its parent.
    left_s = max(1, int(token.expires_at - request.received_at)) if of_token and not token.key else 0
    limits = {"token": left_s, "role": wanted.max_ttl_s, "mount": entry.mount.max_lease_ttl_s}
    longest_s, bound_by = min(((s, name) for name, s in limits.items() if s), default=(0, ""))
    ttl_s, warnings = grant_ttl(wanted_s=wanted.ttl_s, default_s=entry.mount.default_lease_ttl_s, max_s=longest_s)
    planned = LeaseRecord(
        id="",
        mount=entry.record.id,
        path=request.path,
        token_key=(token.key or token.parent) if of_token else "",
        issued_at=request.received_at,
        expires_at=0.0,
        ttl_s=ttl_s,
        max_ttl_s=longest_s,
        renewable=wanted.renewable,
        internal=wanted.internal,
        state=PLANNED if wanted.planned else IN_FORCE,
        group=wanted.group,
        account=wanted.account,
        entity_id=entity_id,
        owner=wanted.owner,
        reuse=wanted.reuse if entity_id else "",
        target=wanted.target,
        bound_by=bound_by,
    )
    return planned, warnings


def _check_texts(wanted: Lease) -> None:
    for name in ("group", "account", "reuse", "target"):
        if len(getattr(wanted, name)) > Lease.GROUP_CHARACTERS:
            raise Internal(detail=f"the {name} of a lease is longer than {Lease.GROUP_CHARACTERS} characters")
    if (wanted.ceiling or wanted.reuse) and not wanted.group:
        raise Internal(detail="a lease with a ceiling, or that may be given again, needs a group")


async def entity_of(attempt: Attempt, bearer: Bearer) -> str:
    """The id of the client's entity, also if the one of its login was merged into it; empty for none."""
    id_ = bearer.record.entity_id
    entity = await entities.living(attempt.txn, keys.namespace_of(id_), id_) if id_ else None
    return entity.id if entity is not None else ""
