"""Stages 2 and 3: who asks, and whether they may."""

from __future__ import annotations

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import PermissionDenied
from strongroom.sdk.engine import Match
from strongroom.sdk.request import Operation
from strongroom.services.exchange import ApiRequest, Grant, Known
from strongroom.services.mounts import MountEntry
from strongroom.services.policy.acl import permits
from strongroom.services.tokens.rights import acl_of
from strongroom.sysapi.parts import Unsealed

DENIED = "1 error occurred:\n\t* permission denied\n\n"
_NS = 1_000_000_000


async def authorize(
    parts: Unsealed, txn: Transaction, known: Known, entry: MountEntry | None, match: Match | None
) -> tuple[Known, PermissionDenied | None]:
    """Decide on a request whose token is alive.

    Returns: what is known now, and the refusal, if it is one; the caller audits first and raises then.
    """
    request = known.request
    if known.bearer is None:
        raise PermissionDenied("permission denied")
    acl = await acl_of(parts.policies, parts.identity, txn, known.bearer.record, request.received_at)
    decision = acl.decide(request.path, request.operation)
    wrap_ns = request.wrap_ttl_s * _NS if request.wrap_ttl_s else None
    allowed = permits(decision, request.operation, request.data, wrap_ns)
    needs_sudo = match is not None and match.declaration.sudo
    if not allowed or (needs_sudo and not decision.sudo):
        return known, PermissionDenied(DENIED)
    grant = Grant(policies=decision.policies, root=decision.root)
    return msgspec.structs.replace(known, entry=entry, grant=grant), None


def as_create(request: ApiRequest) -> ApiRequest:
    """The same request, known to create what it writes."""
    return msgspec.structs.replace(request, operation=Operation.CREATE)
