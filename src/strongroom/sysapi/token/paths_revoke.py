"""Revoking tokens.

Source: https://developer.hashicorp.com/vault/api-docs/auth/token#revoke-a-token
"""

from __future__ import annotations

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.tokens import TokenRecord, telling
from strongroom.sysapi.context import SystemEngine, presented, system
from strongroom.sysapi.token.finding import (
    AccessorBody,
    TokenBody,
    by_accessor,
    has_sudo,
    lasting,
    named,
    require_row,
    text_of,
)

TIDYING = (
    "Tidy operation successfully started. Any information from the operation will be printed to Strongroom's "
    "server logs."
)


class RevokePaths(SystemEngine):
    """`revoke`, `revoke-self`, `revoke-accessor`, `revoke-orphan`, `tidy`."""

    @path.write("revoke")
    async def revoke_named(self, request: Request, body: TokenBody) -> Response | None:
        """Revokes a token with its children and leases. An unknown token counts as revoked."""
        record = await named(request, _token(body))
        if record is not None:
            await _end(request, record)
        return None

    @path.write("revoke-self", own_token=True)
    async def revoke_self(self, request: Request) -> Response | None:
        """Revokes the request's own token with its children and leases."""
        await _end(request, presented(request).record)
        return None

    @path.write("revoke-accessor")
    async def revoke_accessor(self, request: Request, body: AccessorBody) -> Response | None:
        """Revokes a token with its children and leases by its accessor."""
        record = await by_accessor(request, body.accessor)
        if record is None:
            return Response(warnings=["No token found with this accessor"])
        if lasting(request, record) is None:
            raise InvalidRequest("token not found")
        await _end(request, record)
        return None

    @path.write("revoke-orphan")
    async def revoke_orphan(self, request: Request, body: TokenBody) -> Response | None:
        """Revokes a token but not its children, which become orphans.  Needs sudo."""
        if not await has_sudo(request):
            raise InvalidRequest("root or sudo privileges required to revoke and orphan")
        record = lasting(request, await named(request, _token(body)))
        if record is None:
            raise InvalidRequest("token to revoke not found")
        await _end(request, record, orphan_children=True)
        return None

    @path.write("tidy")
    async def tidy(self, request: Request) -> Response | None:
        """Accepted for compatibility. The server tidies all the time."""
        return Response(status=202, warnings=[TIDYING])


def _token(body: TokenBody) -> str:
    token = text_of(body.token)
    if not token:
        raise InvalidRequest("missing token ID")
    return token


async def _end(request: Request, record: TokenRecord, *, orphan_children: bool = False) -> None:
    require_row(record, "revoked")
    view = system(request)
    await view.services.tokens.revoke(view.txn, record, orphan_children=orphan_children)
    telling.ended(view.txn, record, request.now)
