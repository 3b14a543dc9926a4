"""Looking tokens up."""

from __future__ import annotations

from typing import Any

from strongroom.audit.entry import timestamp, whole_timestamp
from strongroom.lib.errors import PermissionDenied
from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.tokens import TokenRecord
from strongroom.sysapi.context import SystemEngine, SystemView, system


async def shown(view: SystemView, token: str, record: TokenRecord, now: float) -> dict[str, Any]:
    """A token as a lookup shows it."""
    uses = record.num_uses
    if uses:
        uses = uses - await view.parts.tokens.used(view.txn, record) or -1
    data: dict[str, Any] = {
        "accessor": record.accessor,
        "creation_time": int(record.created_at),
        "creation_ttl": record.creation_ttl_s,
        "display_name": record.display_name,
        "entity_id": record.entity_id,
        "expire_time": timestamp(record.expires_at) if record.expires_at else None,
        "explicit_max_ttl": record.explicit_max_ttl_s,
        "id": token,
        "issue_time": timestamp(record.created_at),
        "meta": record.metadata,
        "num_uses": uses,
        "orphan": await view.parts.tokens.is_orphan(view.txn, record),
        "path": record.path,
        "policies": list(record.policies),
        "renewable": record.renewable,
        "ttl": max(0, int(record.expires_at - now)) if record.expires_at else 0,
        "type": record.type,
    }
    if record.period_s:
        data["period"] = record.period_s
    if record.role:
        data["role"] = record.role
    if record.bound_cidrs:
        data["bound_cidrs"] = list(record.bound_cidrs)
    if record.last_renewed_at:
        data["last_renewal"] = whole_timestamp(record.last_renewed_at)
        data["last_renewal_time"] = int(record.last_renewed_at)
    return data


class LookupPaths(SystemEngine):
    """`lookup`, `lookup-self`, `lookup-accessor`."""

    @path.read("lookup-self")
    async def lookup_self(self, request: Request) -> Response | None:
        """Look up the token of this request."""
        view = system(request)
        bearer = view.known.bearer
        if bearer is None:
            raise PermissionDenied("bad token")
        return Response(data=await shown(view, bearer.token, bearer.record, request.now))
