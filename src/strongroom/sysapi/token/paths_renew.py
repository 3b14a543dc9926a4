"""Renewing tokens.

Source: https://developer.hashicorp.com/vault/api-docs/auth/token#renew-a-token
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import SECRET, Body, Doc, Duration
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.tokens import TokenRecord
from strongroom.services.tokens.shown import auth_block
from strongroom.sysapi.context import SystemEngine, is_last_use, presented, system
from strongroom.sysapi.token.finding import (
    INVALID_ACCESSOR,
    by_accessor,
    lasting,
    named,
    require_row,
    text_of,
)
from strongroom.sysapi.token.renewal import renewed


class RenewSelfBody(Body, frozen=True):
    """How long the token is to live from now."""

    increment: Annotated[
        Duration, Doc(description="How long the token should live from now. 0 takes the previous time.")
    ] = Duration(0)
    token: Annotated[str, Doc(description="Accepted for compatibility and ignored.", extra=SECRET)] = ""


class RenewBody(Body, frozen=True):
    """Which token, and how long it is to live from now."""

    token: Annotated[Any, Doc(description="The token.", extra=SECRET)] = ""
    increment: Annotated[
        Duration, Doc(description="How long the token should live from now. 0 takes the previous time.")
    ] = Duration(0)


class RenewAccessorBody(Body, frozen=True):
    """Which token, and how long it is to live from now."""

    accessor: Annotated[str, Doc(description="The token's accessor.")] = ""
    increment: Annotated[
        Duration, Doc(description="How long the token should live from now. 0 takes the previous time.")
    ] = Duration(0)


class RenewPaths(SystemEngine):
    """`renew`, `renew-self`, `renew-accessor`."""

    @path.write("renew")
    async def renew_named(self, request: Request, body: RenewBody) -> Response | None:
        """Renews a token."""
        token = text_of(body.token)
        if not token:
            raise InvalidRequest("missing token ID")
        record = lasting(request, await named(request, token))
        if record is None:
            raise InvalidRequest("token not found")
        return await _renew(request, token, record, body.increment)

    @path.write("renew-self", own_token=True)
    async def renew_self(self, request: Request, body: RenewSelfBody) -> Response | None:
        """Renews the request's own token."""
        bearer = presented(request)
        if is_last_use(request):
            raise InvalidRequest("token not found")
        return await _renew(request, bearer.token, bearer.record, body.increment)

    @path.write("renew-accessor")
    async def renew_accessor(self, request: Request, body: RenewAccessorBody) -> Response | None:
        """Renews a token by its accessor."""
        record = lasting(request, await by_accessor(request, body.accessor))
        if record is None:
            raise InvalidRequest(INVALID_ACCESSOR)
        return await _renew(request, "", record, body.increment)


async def _renew(request: Request, token: str, record: TokenRecord, increment_s: int) -> Response:
    view = system(request)
    require_row(record, "renewed")
    if not record.renewable:
        raise InvalidRequest("lease is not renewable")
    changed, warnings = await renewed(request, record, increment_s)
    orphan = await view.services.tokens.is_orphan(view.txn, record)
    identity = await view.services.identity.policies_of(view.txn, record.home_of_entity, record.entity_id)
    block = auth_block(token, changed, orphan=orphan, num_uses=record.num_uses, identity=identity)
    return Response(warnings=warnings, token=block)
