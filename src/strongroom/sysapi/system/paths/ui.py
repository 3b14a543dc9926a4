"""`sys/internal/ui`: what user interfaces and the command line ask before anything else."""

from __future__ import annotations

import asyncio
from typing import Any

from strongroom.__about__ import VERSION
from strongroom.lib.errors import PermissionDenied
from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.mounts import MountRecord
from strongroom.services.namespaces import Namespace
from strongroom.services.policy.parse import Policy
from strongroom.services.policy.service import is_root
from strongroom.services.tokens import Bearer
from strongroom.services.tokens.rights import rights_of
from strongroom.sysapi.context import SystemEngine, SystemView, presented, system
from strongroom.sysapi.system.mounting import folder, shown_mount
from strongroom.sysapi.system.reach import Reach, resultant

_UNAUTHENTICATED = "unauth"
_DENIED = "permission denied"
_AT_ONCE = 256


class UiPaths(SystemEngine):
    """Mounts and rules as far as the asking token may see them."""

    @path.read("internal/ui/mounts", unauthenticated=True)
    async def ui_mounts(self, request: Request) -> Response | None:
        """Lists the mounts that the token may use.

        Without a token, or with one of a namespace that isn't above, it lists the mounts with `listing_visibility`.
        """
        view = system(request)
        records = sorted((entry.record for entry in view.router.by_id.values()), key=lambda record: record.path)
        tables: dict[str, dict[str, Any]] = {"auth": {}, "secret": {}}
        bearer = await bearer_of(view, request) if view.exchange.request.token else None
        if bearer is None or bearer.record.namespace not in view.namespace.lineage:
            for record in records:
                if record.config.listing_visibility == _UNAUTHENTICATED:
                    tables[record.table][record.path] = {
                        "description": record.description,
                        "options": record.options,
                        "type": record.type,
                    }
            return Response(data=tables)
        reach = await _reach(view, bearer, request.now)
        for record in records:
            seen = record.config.listing_visibility == _UNAUTHENTICATED
            if seen or _reached(reach, view.namespace, record):
                tables[record.table][record.path] = shown_mount(record)
        return Response(data=tables)

    @path.read("my/mounts")
    async def my_mounts(self, request: Request) -> Response | None:
        """Lists the mounts on which the token may do something, and what it may do on any of their paths."""
        view = system(request)
        reach = await _reach(view, presented(request), request.now)
        found: dict[str, dict[str, Any]] = {}
        for full, entry in sorted(view.router.by_path.items()):
            can = ["root"] if reach is None else reach.capabilities(view.namespace.path + full)
            if can:
                record = entry.record
                about = {"type": record.type, "description": record.description, "options": record.options}
                found[full] = {**about, "capabilities": can}
        return Response(data={"keys": list(found), "key_info": found})

    @path.read("internal/ui/mounts/{path*}", unauthenticated=True)
    async def ui_mount(self, request: Request, path: str) -> Response | None:
        """Reads the mount that a path belongs to. The token needs access to it.

        The path may lead into a namespace further down.
        """
        view = system(request)
        if not view.exchange.request.token:
            raise PermissionDenied(_DENIED)
        bearer, mounts = await bearer_of(view, request), view.services.mounts
        namespace, rest = await mounts.inside(view.txn, view.namespace, folder(path))
        entry = (await mounts.router(view.txn, namespace.id)).find(rest)
        reach = await _reach(view, bearer, request.now, namespace)
        if entry is None or namespace.locked_at or not _reached(reach, namespace, entry.record):
            # The same answer for both: whether there is such a mount is not this token's to know.
            raise PermissionDenied(
                "preflight capability check returned 403, please ensure client's policies grant access to path "
                f'"{folder(path)}"'
            )
        prefix = namespace.path[len(view.namespace.path) :]
        return Response(data={**shown_mount(entry.record), "path": prefix + entry.record.path})

    @path.read("internal/ui/resultant-acl")
    async def resultant_acl(self, request: Request) -> Response | None:
        """Reads everything that the token's policies allow."""
        view = system(request)
        bearer = view.exchange.bearer
        if bearer is None:
            raise PermissionDenied(_DENIED)
        policies = await policies_of(view, bearer, request.now)
        return Response(data={"root": True} if policies is None else resultant(policies, request.now))

    @path.read("internal/ui/version")
    async def ui_version(self, request: Request) -> Response | None:
        """Reads the server's version."""
        return Response(data={"version": VERSION})

    @path.read("internal/ui/namespaces", unauthenticated=True)
    async def ui_namespaces(self, request: Request) -> Response | None:
        """Lists the namespaces directly below in which the token may do something."""
        view = system(request)
        if not view.exchange.request.token:
            raise PermissionDenied(_DENIED)
        bearer = await bearer_of(view, request)
        reach = await _reach(view, bearer, request.now)
        names = await view.services.mounts.namespaces.names(view.txn, view.namespace)
        home = await view.services.mounts.namespaces.by_id(view.txn, bearer.record.namespace)
        seen = []
        for number, name in enumerate(names):
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)  # a tenant with many thousands must not hold up every other request
            full = f"{view.namespace.path}{name}/"
            if reach is None or reach.touches(full) or (home is not None and home.path.startswith(full)):
                seen.append(f"{name}/")
        return Response(data={"keys": seen} if seen else {})


async def _reach(view: SystemView, bearer: Bearer, now: float, namespace: Namespace | None = None) -> Reach | None:
    """What the policies of a token touch; None for a root token, which may do everything."""
    policies = await policies_of(view, bearer, now, namespace)
    return Reach(policies, now) if policies is not None else None


def _reached(reach: Reach | None, namespace: Namespace, record: MountRecord) -> bool:
    """Whether policies allow something on or below a mount; None stands for a root token's."""
    return reach is None or reach.touches(namespace.path + record.full_path)


async def bearer_of(view: SystemView, request: Request) -> Bearer:
    """The client's token.  The pipeline doesn't check paths that also work without one.

    This costs no use.  A token without uses left sees nothing.
    """
    tokens, sent = view.services.tokens, view.exchange.request.token
    bearer = await tokens.authenticate(view.txn, sent, view.services.mounts, request.address, request.now)
    if await tokens.spent(view.txn, bearer.record):
        raise PermissionDenied(_DENIED)
    return bearer


async def policies_of(
    view: SystemView, bearer: Bearer, now: float, namespace: Namespace | None = None
) -> list[Policy] | None:
    """The policies of a token with templates filled in; None for a root token, which may do everything.

    Args:
        namespace: where the token acts; without it, the request's.
    """
    record = bearer.record
    service = view.services.policies
    rights = await rights_of(service, view.txn, record, namespace or view.namespace, now)
    if is_root(rights.granted):
        return None
    policies, _ = await service.rendered(view.txn, rights.granted, rights.holder, now)
    return policies
