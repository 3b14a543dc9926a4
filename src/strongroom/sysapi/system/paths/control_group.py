"""`sys/control-group` and `sys/config/control-group`: requests that wait for approval, and those who approve them.

Source: https://developer.hashicorp.com/vault/api-docs/system/control-group,
https://developer.hashicorp.com/vault/api-docs/system/config-control-group
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.barrier import keys
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc, Duration
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.approvals import ApprovalSettings, HeldRequest, service
from strongroom.services.approvals.logic import MOST_TTL_S
from strongroom.services.approvals.records import settings_key
from strongroom.services.tokens import TokenRecord
from strongroom.services.tokens.logic import short
from strongroom.sysapi.context import SystemEngine, presented, system
from strongroom.sysapi.token.finding import INVALID_ACCESSOR, MISSING_ACCESSOR

_NOT_WAITING = "1 error occurred:\n\t* invalid wrapping token\n\n"


class AccessorBody(Body, frozen=True):
    """A request that waits."""

    accessor: Annotated[
        str, Doc(description="The accessor of the wrapping token that the request was answered with.")
    ] = ""


class SettingsBody(Body, frozen=True):
    """The settings of requests that wait."""

    max_ttl: Annotated[Duration | None, Doc(description="The longest time that a request may wait for approval.")] = (
        None
    )


class Waiting(msgspec.Struct, frozen=True):
    """A request that waits, and the token that it was answered with."""

    token: TokenRecord
    request: HeldRequest


class ControlGroupPaths(SystemEngine):
    """`control-group/authorize`, `control-group/request`, `config/control-group`."""

    @path.write("control-group/authorize")
    async def authorize_request(self, request: Request, body: AccessorBody) -> Response | None:
        """Approves a request that waits. The approver has to be in one of the groups that its policies name."""
        view, waiting = system(request), await _waiting(request, body.accessor)
        identity, namespaces = view.services.identity, view.services.mounts.namespaces
        approver = presented(request).record
        approved = await service.approve(view.txn, identity, namespaces, approver, waiting.token, now=request.now)
        return Response(data={"approved": approved})

    @path.write("control-group/request")
    async def read_request(self, request: Request, body: AccessorBody) -> Response | None:
        """Reads a request that waits. Only the one who asked and those who may approve see it."""
        view, waiting = system(request), await _waiting(request, body.accessor)
        held, txn = waiting.request, view.txn
        await _check_reader(request, held)
        approvals, namespaces = await service.approvals(txn, waiting.token.key), view.services.mounts.namespaces
        data: dict[str, Any] = {
            "approved": await service.is_approved(txn, namespaces, waiting.token.key, held, request.now),
            "authorizations": [{"entity_id": one.entity_id, "entity_name": one.entity_name} for one in approvals],
            "request_data": json.loads(held.body) or None,
            "request_entity": {"id": held.entity_id, "name": held.entity_name},
            "request_operation": held.operation,
            "request_path": held.path,
        }
        return Response(data=data)

    @path.read("config/control-group", sudo=True)
    async def read_settings(self, request: Request) -> Response | None:
        """Reads the settings of requests that wait for approval."""
        view = system(request)
        record = await service.settings(view.txn, view.namespace.id)
        return Response(data={"max_ttl": short(record.max_ttl_s)}, repeat=True) if record is not None else None

    @path.write("config/control-group", sudo=True)
    async def write_settings(self, request: Request, body: SettingsBody) -> Response | None:
        """Changes the settings of requests that wait for approval. Those that wait already keep their time."""
        if not body.max_ttl:
            raise InvalidRequest("max_ttl must be greater than zero")
        if body.max_ttl > MOST_TTL_S:
            raise InvalidRequest(f"max_ttl must be at most {short(MOST_TTL_S)}")
        view = system(request)
        view.txn.write(settings_key(view.namespace.id), ApprovalSettings(max_ttl_s=body.max_ttl))
        return None

    @path.delete("config/control-group", sudo=True)
    async def delete_settings(self, request: Request) -> Response | None:
        """Removes the settings of requests that wait for approval."""
        view = system(request)
        view.txn.delete(settings_key(view.namespace.id))
        return None


async def _waiting(request: Request, accessor: str) -> Waiting:
    """The request that waits, by its token's accessor.  Raises `InvalidRequest` if there is none."""
    if not accessor:
        raise InvalidRequest(MISSING_ACCESSOR)
    view = system(request)
    if keys.namespace_of(accessor) != view.namespace.id:
        raise InvalidRequest(INVALID_ACCESSOR)
    token = await view.services.tokens.by_accessor(
        view.txn, accessor, view.services.mounts, request.now, view.namespace
    )
    if token is None:
        raise InvalidRequest(INVALID_ACCESSOR)
    held = await service.held(view.txn, token.key)
    if held is None:
        raise InvalidRequest(_NOT_WAITING)
    return Waiting(token, held)


async def _check_reader(request: Request, held: HeldRequest) -> None:
    """Raise `PermissionDenied` for others than the one who asked, those who may approve, and root tokens."""
    record, view = presented(request).record, system(request)
    if record.is_root or (record.entity_id and record.entity_id == held.entity_id):
        return  # an entity that was merged sees by its own token what it asked with it
    if not await service.approvable(view.txn, view.services.identity, record, held):
        raise PermissionDenied(service.DENIED)
