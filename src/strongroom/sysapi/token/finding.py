"""The token that a request is about: the one it names, or the one that it came with."""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.crypto.mac import same
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.sdk.fields import SECRET, Body, Doc
from strongroom.sdk.request import Request
from strongroom.services.tokens import TokenRecord
from strongroom.services.tokens.rights import acl_of
from strongroom.services.tokens.service import require_service
from strongroom.sysapi.context import is_last_use, presented, system

MISSING_ACCESSOR = "1 error occurred:\n\t* missing accessor\n\n"
INVALID_ACCESSOR = "1 error occurred:\n\t* invalid accessor\n\n"


class TokenBody(Body, frozen=True):
    """A token, named in the body."""

    token: Annotated[Any, Doc(description="The token.", extra=SECRET)] = ""


class AccessorBody(Body, frozen=True):
    """A token, named by its accessor."""

    accessor: Annotated[str, Doc(description="The token's accessor.")] = ""


async def has_sudo(request: Request) -> bool:
    """Whether the client has `sudo` on the request's path, for privileged parameters of a path."""
    view, bearer = system(request), presented(request)
    acl = await acl_of(view.services.policies, view.txn, bearer.record, view.namespace, request.now)
    return acl.decide(view.namespace.path + view.exchange.request.path, view.exchange.request.operation).sudo


def text_of(token: Any) -> str:
    """The token that a body names; empty for none.

    Raises: `PermissionDenied` for another type than a string, because no such token was ever issued.
    """
    if not isinstance(token, str):
        raise PermissionDenied("invalid token")
    return token


async def named(request: Request, token: str) -> TokenRecord | None:
    """The living token of that name, or None."""
    view, bearer = system(request), presented(request)
    if same(token.encode("utf-8", "surrogateescape"), bearer.token.encode("utf-8", "surrogateescape")):
        return bearer.record
    return await view.services.tokens.find(view.txn, token, view.services.mounts, request.received_at, view.namespace)


async def by_accessor(request: Request, accessor: str) -> TokenRecord | None:
    """The living token with that accessor, or None.  Raises `InvalidRequest` without an accessor."""
    if not accessor:
        raise InvalidRequest(MISSING_ACCESSOR)
    view, bearer = system(request), presented(request)
    if accessor == bearer.record.accessor and bearer.record.namespace == view.namespace.id:
        return bearer.record
    tokens, mounts = view.services.tokens, view.services.mounts
    return await tokens.by_accessor(view.txn, accessor, mounts, request.received_at, view.namespace)


def lasting(request: Request, record: TokenRecord | None) -> TokenRecord | None:
    """The token, unless it is this request's own and ends with it."""
    return None if record is presented(request).record and is_last_use(request) else record


def require_row(record: TokenRecord, verb: str) -> None:
    """Raise `InvalidRequest` for a batch token: it is stored nowhere, so nothing can be done to it."""
    require_service(record, f"batch tokens cannot be {verb}")
