"""What the client may know of others: only what it could read at their own paths."""

from __future__ import annotations

from collections.abc import Iterable

from strongroom.barrier import keys
from strongroom.lib.errors import PermissionDenied
from strongroom.sdk.request import Operation, Request
from strongroom.services.tokens.origins import Named
from strongroom.sysapi.context import presented, system
from strongroom.sysapi.foresight import asking


async def may(request: Request, operation: Operation, path: str, data: dict[str, str], namespace: str) -> bool:
    """Whether the client's own token would be allowed another request, at once and without more.

    Args:
        namespace: the path of the namespace that `path` is relative to.
    """
    view = system(request)
    asked = asking(operation, path, namespace=namespace, now=request.now, data=dict(data))
    found = await view.services.foresight(view.services, view.txn, asked, presented(request).record)
    return all(
        each.allowed
        and each.demand is None
        and (each.decision is None or each.decision.constraints is None or not each.decision.constraints.mfa_methods)
        for each in found
    )


async def require(request: Request, operation: Operation, path: str, data: dict[str, str], namespace: str) -> None:
    """Raise `PermissionDenied`, which names the path, if the client would not be allowed that request."""
    if not await may(request, operation, path, data, namespace):
        raise PermissionDenied(f'permission denied: this needs {operation} on "{namespace}{path}" too')


async def require_policies(request: Request, policies: Iterable[Named | tuple[str, str]]) -> None:
    """Raise `PermissionDenied` if the client may not read one of these policies.

    Args:
        policies: each has the id of its namespace and a name.
    """
    view = system(request)
    for each in policies:
        id_, name = (each.namespace, each.name) if isinstance(each, Named) else each
        place = await view.services.mounts.namespaces.by_id(view.txn, id_)
        if place is None:
            continue
        if name == "root" and id_ == keys.ROOT_NAMESPACE:
            continue  # it has no text, and everybody knows what it allows
        await require(request, Operation.READ, f"sys/policies/acl/{name}", {}, place.path)
