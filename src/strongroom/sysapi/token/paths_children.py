"""Which tokens a token has made, and by which one it was made itself."""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.audit.entry import timestamp
from strongroom.barrier import keys
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.tokens import TokenRecord
from strongroom.sysapi.context import SystemEngine, SystemView, system
from strongroom.sysapi.token.finding import INVALID_ACCESSOR, AccessorBody, by_accessor

_LIMIT = 100
_MOST = 1000


class ChildrenBody(AccessorBody, frozen=True):
    """A token, and which of its children."""

    after: Annotated[str, Doc(description="`after` of an answer: go on behind what it listed.")] = ""
    limit: Annotated[int, Doc(description=f"The largest number of children; at most {_MOST}.")] = _LIMIT


class ChildrenPaths(SystemEngine):
    """`lookup-children`."""

    @path.write("lookup-children", sudo=True, computes=True)
    async def lookup_children(self, request: Request, body: ChildrenBody) -> Response | None:
        """Lists the tokens that end with a token, because it has made them, and how many leases do.

        A token of a namespace above isn't shown as the parent.
        """
        if not 1 <= body.limit <= _MOST:
            raise InvalidRequest(f"limit has to be from 1 to {_MOST}")
        record = await by_accessor(request, body.accessor)
        if record is None:
            raise InvalidRequest(INVALID_ACCESSOR)
        view, place = system(request), keys.children(record.key)
        # A batch token has no row, and makes no children.
        names = await view.txn.list(place, body.after, body.limit) if record.key else []
        found = [await view.txn.read(keys.token(name), TokenRecord) for name in names]
        children = {child.accessor: await _summary(view, child) for child in found if child and _lives(request, child)}
        leases = await view.txn.list(keys.leases_of_token(record.key), limit=_MOST) if record.key else []
        data = {
            "parent": await _parent(view, record),
            "keys": list(children),
            "key_info": children,
            # A place in the listing, and not a child, which may end before the next question.
            "after": names[-1] if len(names) == body.limit else "",
            "leases": len(leases),
        }
        return Response(data=data)


def _lives(request: Request, record: TokenRecord) -> bool:
    return not record.retired and (not record.expires_at or record.expires_at > request.received_at)


async def _parent(view: SystemView, record: TokenRecord) -> dict[str, Any] | None:
    parent = await view.txn.read(keys.token(record.parent), TokenRecord) if record.parent else None
    if parent is None or parent.retired or parent.namespace != view.namespace.id:
        return None
    return {"accessor": parent.accessor, "display_name": parent.display_name, "path": parent.path}


async def _summary(view: SystemView, record: TokenRecord) -> dict[str, Any]:
    place = await view.services.mounts.namespaces.by_id(view.txn, record.namespace)
    return {
        "display_name": record.display_name,
        "path": record.path,
        "policies": list(record.policies),
        "issue_time": timestamp(record.created_at),
        "expire_time": timestamp(record.expires_at) if record.expires_at else None,
        "namespace_path": place.path if place is not None else "",
        "has_children": bool(await view.txn.list(keys.children(record.key), limit=1)),
    }
