"""Looking tokens up.

Source: https://developer.hashicorp.com/vault/api-docs/auth/token#lookup-a-token
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.audit.entry import timestamp, whole_timestamp
from strongroom.barrier import keys
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.sdk import path
from strongroom.sdk.fields import SECRET, Body, Doc
from strongroom.sdk.listing import Page
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.tokens import TokenRecord
from strongroom.services.tokens.records import BATCH, FIRST_PATH
from strongroom.sysapi.context import SystemEngine, presented, system
from strongroom.sysapi.token.finding import (
    INVALID_ACCESSOR,
    AccessorBody,
    TokenBody,
    by_accessor,
    named,
    text_of,
)


async def shown(request: Request, token: str, record: TokenRecord) -> dict[str, Any]:
    """A token as a lookup shows it."""
    view = system(request)
    uses = record.num_uses
    if uses:
        # The last use shows -1: the token ends with the request that looked.
        uses = uses - await view.services.tokens.used(view.txn, record) or -1
    # A batch token stores whole seconds.
    moment = whole_timestamp if record.type == BATCH else timestamp
    data: dict[str, Any] = {
        "accessor": record.accessor,
        "creation_time": int(record.created_at),
        "creation_ttl": record.creation_ttl_s,
        "display_name": record.display_name,
        "entity_id": record.entity_id,
        "expire_time": moment(record.expires_at) if record.expires_at else None,
        "explicit_max_ttl": record.explicit_max_ttl_s,
        "id": token,
        "issue_time": moment(record.created_at),
        "meta": record.metadata,
        "num_uses": uses,
        "orphan": await view.services.tokens.is_orphan(view.txn, record),
        "path": record.path,
        "policies": list(record.policies),
        "renewable": record.renewable,
        "ttl": request.left(record.expires_at),
        "type": record.type,
    }
    if record.namespace != keys.ROOT_NAMESPACE:
        place = await view.services.mounts.namespaces.by_id(view.txn, record.namespace)
        data["namespace_path"] = place.path if place is not None else ""
    if identity := await view.services.identity.policies_of(view.txn, record.home_of_entity, record.entity_id):
        data |= {"external_namespace_policies": {}, "identity_policies": list(identity)}
    if record.period_s:
        data["period"] = record.period_s
    if record.role:
        data["role"] = record.role
    if record.bound_cidrs:
        data["bound_cidrs"] = list(record.bound_cidrs)
    if record.last_renewed_at:
        data["last_renewal"] = timestamp(record.last_renewed_at)
        data["last_renewal_time"] = int(record.last_renewed_at)
    if record.path == FIRST_PATH:
        # It has no lease, and these two are a lease's.
        del data["issue_time"], data["renewable"]
    return data


class LookupSelfBody(Body, frozen=True):
    """The body of a request about the client's own token."""

    token: Annotated[str, Doc(description="Accepted for compatibility and ignored.", extra=SECRET)] = ""


class LookupPaths(SystemEngine):
    """`lookup`, `lookup-self`, `lookup-accessor`, `accessors`."""

    @path.read("lookup", repeatable=True)
    @path.write("lookup", computes=True, repeatable=True)
    async def lookup(self, request: Request, body: TokenBody) -> Response | None:
        """Looks up a token. Without a token in the body it looks up the request's own."""
        token = text_of(body.token) or presented(request).token
        record = await named(request, token)
        if record is None:
            raise PermissionDenied("bad token")
        return Response(data=await shown(request, token, record))

    @path.read("lookup-self", own_token=True, repeatable=True)
    @path.write("lookup-self", own_token=True, computes=True, repeatable=True)
    async def lookup_self(self, request: Request, body: LookupSelfBody) -> Response | None:
        """Looks up the request's own token. A token in the body is ignored."""
        bearer = presented(request)
        return Response(data=await shown(request, bearer.token, bearer.record))

    @path.write("lookup-accessor", computes=True, repeatable=True)
    async def lookup_accessor(self, request: Request, body: AccessorBody) -> Response | None:
        """Looks up a token by its accessor. The token itself isn't shown."""
        record = await by_accessor(request, body.accessor)
        if record is None:
            raise InvalidRequest(INVALID_ACCESSOR)
        return Response(data=await shown(request, "", record))

    @path.list_("accessors", sudo=True)
    async def accessors(self, request: Request, body: Page) -> Response | None:
        """Lists the accessors of all tokens."""
        # Outside the transaction: no commit depends on the list, and every new token would make it run again.
        view = system(request)
        place, storage = keys.accessors(view.namespace.id), view.services.barrier.storage
        listing = await request.once.wait("accessors", lambda: storage.list(place, body.after, body.most))
        return Response(data={"keys": listing.names}) if listing.names else None
