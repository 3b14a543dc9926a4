"""Making tokens.

Source: https://developer.hashicorp.com/vault/api-docs/auth/token#create-token
"""

from __future__ import annotations

import msgspec

from strongroom.barrier import keys
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.quotas.lease_counts import Asked
from strongroom.services.tokens import TokenRecord, TokenRole
from strongroom.services.tokens.creation import Mint, Planned, TokenRequest, plan
from strongroom.services.tokens.issued import asked_by
from strongroom.services.tokens.records import BATCH
from strongroom.services.tokens.shown import auth_block
from strongroom.services.withdrawals import Issue
from strongroom.sysapi.context import SystemEngine, is_last_use, presented, system
from strongroom.sysapi.token.finding import has_sudo


class CreatePaths(SystemEngine):
    """`create`, `create-orphan`, `create/:role`."""

    @path.write("create", by_rows=True)
    async def create(self, request: Request, body: TokenRequest) -> Response | None:
        """Creates a token. It is a child of the request's token unless it is an orphan."""
        return await _create(request, body)

    @path.write("create-orphan", by_rows=True)
    async def create_orphan(self, request: Request, body: TokenRequest) -> Response | None:
        """Creates a token without a parent."""
        return await _create(request, body, orphan=True)

    @path.write("create/{role_name}", by_rows=True)
    async def create_by_role(self, request: Request, role_name: str, body: TokenRequest) -> Response | None:
        """Creates a token with the settings of a role."""
        role = await system(request).txn.read(keys.token_roles(system(request).namespace.id) + role_name, TokenRole)
        if role is None:
            raise InvalidRequest(f"unknown role {role_name}")
        return await _create(request, body, role=role)


async def _create(
    request: Request, wanted: TokenRequest, *, orphan: bool = False, role: TokenRole | None = None
) -> Response:
    view, bearer = system(request), presented(request)
    services = view.services
    if is_last_use(request):
        raise InvalidRequest("parent token lookup failed: no parent found")
    mint = Mint(
        parent=bearer.record,
        sudo=await has_sudo(request),
        orphan=orphan,
        role=role,
        default_ttl_s=request.mount.default_lease_ttl_s,
        max_ttl_s=request.mount.max_lease_ttl_s,
        now=request.now,
        address=request.address,
        namespace=view.namespace.id,
    )
    planned = plan(wanted, mint)
    entity_id = planned.record.entity_id
    if wanted.entity_alias:
        entity_id = await services.identity.entity_of(
            view.txn,
            view.namespace.id,
            request.mount.accessor,
            wanted.entity_alias.lower(),
            metadata={},
            now=request.now,
        )
    token, record = await _made(request, wanted, planned, entity_id)
    await services.identity.has_token(view.txn, record.entity_id, record.expires_at, request.now)
    identity = await services.identity.policies_of(view.txn, record.home_of_entity, record.entity_id)
    missing = await services.policies.missing(view.txn, view.namespace.id, record.policies)
    warnings = [*planned.warnings, *(f"Policy {json.dumps(name).decode()} does not exist" for name in missing)]
    return Response(
        warnings=warnings,
        token=auth_block(token, record, orphan=planned.orphan, num_uses=record.num_uses, identity=identity),
    )


async def _made(request: Request, wanted: TokenRequest, planned: Planned, entity_id: str) -> tuple[str, TokenRecord]:
    """Add the random parts to a planned token, and store it."""
    view, parent = system(request), presented(request).record
    tokens, record = view.services.tokens, planned.record
    record = msgspec.structs.replace(record, parent="" if planned.orphan else parent.key, entity_id=entity_id)
    if wanted.entity_alias:
        record = msgspec.structs.replace(record, alias_mount="", alias_metadata={})
    issued = Issue(address=request.address, mount=request.mount.id)
    if not record.parent:  # nothing else says who asked
        issued = await asked_by(view.txn, parent, request.address, request.mount.id)
    record = msgspec.structs.replace(record, issued=issued)
    await tokens.require_issuable(view.txn, record, view.services.mounts)
    record = await _counted(request, record)
    if record.type == BATCH:
        return await tokens.seal_batch(view.txn, record), record
    token = wanted.id or tokens.new_token(view.txn, "create", record.namespace)
    accessor = tokens.new_accessor(view.txn, "create", record.namespace)
    record = msgspec.structs.replace(record, key=tokens.key_of(token), accessor=accessor)
    if wanted.id and await view.txn.read(keys.token(record.key), TokenRecord) is not None:
        raise InvalidRequest("cannot create a token with a duplicate ID")
    tokens.create(view.txn, record)
    return token, record


async def _counted(request: Request, record: TokenRecord) -> TokenRecord:
    """The token, counted for the lease count quotas that are for it.  Root tokens are not: they have to lift quotas."""
    view = system(request)
    entry = view.exchange.entry
    if record.is_root or entry is None:
        return record
    path = view.exchange.request.path
    asked = Asked(entry.record.id, path[len(entry.record.full_path) :], "", path)
    counts = view.services.lease_counts
    counted = await counts.of_token(view.txn, view.namespace, asked, stored=record.type != BATCH)
    return msgspec.structs.replace(record, counted=counted) if counted else record
