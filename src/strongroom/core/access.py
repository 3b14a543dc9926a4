"""Stages 2 and 3: who asks, and whether they may."""

from __future__ import annotations

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import PermissionDenied
from strongroom.sdk.engine import Match
from strongroom.sdk.request import Operation
from strongroom.sdk.response import Response
from strongroom.services.exchange import ApiRequest, Grant, Known
from strongroom.services.mounts import MountEntry
from strongroom.services.policy.acl import permits
from strongroom.services.policy.parse import Constraints
from strongroom.services.tokens.rights import acl_of
from strongroom.sysapi.parts import Unsealed

DENIED = "1 error occurred:\n\t* permission denied\n\n"
_NS = 1_000_000_000
_LISTINGS = frozenset({Operation.LIST, Operation.SCAN})


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
    if allowed and (unserved := _unserved(decision.constraints, request.operation)):
        return known, PermissionDenied(DENIED, detail=f"a policy's {unserved} is not served, so it refuses")
    needs_sudo = match is not None and match.declaration.sudo
    if not allowed or (needs_sudo and not decision.sudo):
        return known, PermissionDenied(DENIED)
    limit = decision.constraints.pagination_limit if decision.constraints is not None else 0
    grant = Grant(policies=decision.policies, root=decision.root, page_limit=limit)
    return msgspec.structs.replace(known, entry=entry, grant=grant), None


def _unserved(rules: Constraints | None, operation: Operation) -> str:
    """The first condition of a policy that this server cannot judge yet: what it protects stays closed."""
    if rules is None:
        return ""
    if rules.control_groups:
        return "control_group"
    if rules.mfa_methods:
        return "mfa_methods"
    return "list_scan_response_keys_filter_path" if rules.keys_filter_paths and operation in _LISTINGS else ""


def cut(known: Known, response: Response) -> None:
    """Shorten a listing to what the policies let a client see of it at a time, whatever the engine made of `limit`."""
    limit = known.grant.page_limit if known.grant is not None else 0
    if not limit or known.request.operation not in _LISTINGS or response.data is None:
        return
    names = response.data.get("keys")
    if isinstance(names, list) and len(names) > limit:
        kept = names[:limit]
        response.data = {**response.data, "keys": kept}
        details = response.data.get("key_info")
        if isinstance(details, dict):
            response.data["key_info"] = {name: details[name] for name in kept if name in details}


def as_create(request: ApiRequest) -> ApiRequest:
    """The same request, known to create what it writes."""
    return msgspec.structs.replace(request, operation=Operation.CREATE)
