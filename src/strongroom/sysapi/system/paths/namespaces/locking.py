"""`sys/namespaces/api-lock`: closing the API of a namespace and of all below it.

Source: https://developer.hashicorp.com/vault/api-docs/system/namespaces
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from strongroom.crypto.mac import same, sha256
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import base62
from strongroom.sdk import path
from strongroom.sdk.fields import SECRET, Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.namespaces import Namespace, NamespaceRecord
from strongroom.sysapi.context import SystemEngine, SystemView, presented, system
from strongroom.sysapi.token.finding import has_sudo

_KEY_CHARACTERS = 24
_GONE = "requested namespace does not exist"


class UnlockBody(Body, frozen=True):
    """The key that unlocks an API."""

    unlock_key: Annotated[
        str,
        Doc(
            description="The key that locking returned. A token of a namespace above can leave it out, with sudo.",
            extra=SECRET,
        ),
    ] = ""


class NamespaceLockPaths(SystemEngine):
    """`namespaces/api-lock`."""

    @path.write("namespaces/api-lock/lock", event="namespace/lock")
    async def lock_own_api(self, request: Request) -> Response | None:
        """Locks the API of the request's namespace and of all namespaces below."""
        return await _lock(request, system(request).namespace)

    @path.write("namespaces/api-lock/lock/{path*:slashless}", event="namespace/lock")
    async def lock_api(self, request: Request, path: str) -> Response | None:
        """Locks the API of a namespace and of all namespaces below it."""
        return await _lock(request, await _named(request, path))

    @path.write("namespaces/api-lock/unlock", while_locked=True)
    async def unlock_own_api(self, request: Request, body: UnlockBody) -> Response | None:
        """Unlocks the API of the request's namespace."""
        return await _unlock(request, system(request).namespace, body.unlock_key)

    @path.write("namespaces/api-lock/unlock/{path*:slashless}", while_locked=True, event="namespace/unlock")
    async def unlock_api(self, request: Request, path: str, body: UnlockBody) -> Response | None:
        """Unlocks the API of a namespace."""
        return await _unlock(request, await _named(request, path), body.unlock_key)


async def _named(request: Request, path: str) -> Namespace:
    """The namespace at a path below the request's.  Raises `InvalidRequest` if there is none."""
    view = system(request)
    found = await view.services.mounts.namespaces.at(view.txn, path, view.namespace)
    if found is None:
        raise InvalidRequest(_GONE)
    return found


async def _row(view: SystemView, namespace: Namespace) -> tuple[Namespace, NamespaceRecord]:
    """A namespace's parent and row.  Raises `InvalidRequest` for root, whose API can't be locked."""
    namespaces = view.services.mounts.namespaces
    if namespace.is_root:
        raise InvalidRequest("root namespace cannot be locked/unlocked")
    parent = await namespaces.by_id(view.txn, namespace.lineage[-2])
    record = await namespaces.record(view.txn, namespace)
    if parent is None or record is None:
        raise InvalidRequest(_GONE)
    return parent, record


async def _lock(request: Request, namespace: Namespace) -> Response:
    view = system(request)
    parent, record = await _row(view, namespace)
    if namespace.locked_at:
        above = f'ancestor namespace "{namespace.locked_at}" ' if namespace.locked_at != namespace.path else ""
        raise InvalidRequest(f'cannot lock namespace "{namespace.path}": {above}is already locked')
    random = view.services.random
    key = request.once("unlock key", lambda: base62(random, _KEY_CHARACTERS))
    locked = msgspec.structs.replace(record, unlock_key=sha256(key.encode()))
    view.services.mounts.namespaces.write(view.txn, parent, locked)
    return Response(data={"unlock_key": key})


def _from_above(request: Request, namespace: Namespace) -> bool:
    """Whether the client's token is of a namespace above this one.

    A namespace is locked to stop its own administrators too, so the key opens it for them, and no right of theirs.
    """
    return presented(request).record.namespace in namespace.lineage[:-1]


async def _unlock(request: Request, namespace: Namespace, key: str) -> Response | None:
    view, warnings = system(request), list[str]()
    parent, record = await _row(view, namespace)
    if not record.unlock_key:
        raise InvalidRequest(f'namespace "{namespace.path}" is not locked')
    if key:
        if not same(sha256(key.encode()), record.unlock_key):
            raise InvalidRequest("incorrect unlock key")
    elif _from_above(request, namespace) and await has_sudo(request):
        warnings = ["Namespace unlocked using sudo capabilities"]
    else:
        raise InvalidRequest("provided empty key")
    view.services.mounts.namespaces.write(view.txn, parent, msgspec.structs.replace(record, unlock_key=b""))
    return Response(warnings=warnings) if warnings else None
