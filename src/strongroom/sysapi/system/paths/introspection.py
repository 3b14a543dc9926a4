"""`sys/internal/inspect`: what the router knows, and what a request is seen as.  Off unless configured.

Source: https://openbao.org/api-docs/system/inspect/
"""

from __future__ import annotations

from functools import partial
from typing import Any

from strongroom.__about__ import VERSION
from strongroom.barrier import keys
from strongroom.barrier.transaction import transact
from strongroom.lib.errors import NamespaceSealed, UnsupportedPath
from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.sdk.routing import UNSUPPORTED_PATH
from strongroom.services.mounts import MountEntry
from strongroom.services.namespaces import ROOT, Namespace, survey
from strongroom.sysapi.context import SystemEngine, SystemView, presented, system

_TAGS = {"root": True, "uuid": False, "accessor": False, "storage": True}
"""Whether each tells the storage prefix too."""


class IntrospectionPaths(SystemEngine):
    """Insides of the server."""

    @path.read("internal/inspect/router/{tag}", sudo=True, root_only=True)
    async def inspect_router(self, request: Request, tag: str) -> Response | None:
        """Lists all mounts as the router knows them: `root`, `uuid`, `accessor` or `storage`."""
        view = _allowed(request)
        if tag not in _TAGS:
            raise UnsupportedPath(UNSUPPORTED_PATH)
        found = request.once.outside("mounts", lambda: _mounts(view))
        order = {"uuid": "uuid", "accessor": "accessor", "storage": "storage_prefix"}.get(tag)
        rows = sorted(found, key=lambda row: str(row[order])) if order is not None else found
        dropped = set() if _TAGS[tag] else {"storage_prefix", "tainted"}
        return Response(data={tag: [{k: v for k, v in row.items() if k not in dropped} for row in rows]})

    @path.read("internal/inspect/request", sudo=True, root_only=True)
    async def inspect_request(self, request: Request) -> Response | None:
        """Shows this very request as the server sees it, with its entity and groups, and without its token."""
        view = _allowed(request)
        entity, groups = await _holder(view)
        data: dict[str, Any] = {
            "cluster_id": view.services.cluster.id,
            "cluster_id_error": None,
            "data": request.data,
            "entity": entity,
            "entity_error": None,
            "groups": groups,
            "groups_error": None,
            "plugin_env": {"vault_version": VERSION},
            "plugin_env_error": None,
            "req": _request(request, view),
            "vault_version": VERSION,
            "vault_version_error": None,
        }
        return Response(data=data)


def _allowed(request: Request) -> SystemView:
    view = system(request)
    if not view.services.shows_insides:
        raise UnsupportedPath(UNSUPPORTED_PATH)
    return view


async def _mounts(view: SystemView) -> list[dict[str, Any]]:
    """The mounts of all namespaces that are open here."""
    services = view.services
    below = await survey.descendants(services.barrier, ROOT)
    found: list[dict[str, Any]] = []
    for namespace in (ROOT, *(each.namespace for each in below)):
        try:
            router = await transact(services.barrier, partial(services.mounts.passing_router, namespace=namespace.id))
        except NamespaceSealed:
            continue
        entries = sorted(router.by_id.values(), key=lambda entry: entry.record.path)
        found += [_mount(namespace, entry) for entry in entries]
    return found


def _mount(namespace: Namespace, entry: MountEntry) -> dict[str, Any]:
    record = entry.record
    return {
        "accessor": record.accessor,
        "mount_namespace": namespace.path,
        "mount_path": record.path,
        "mount_type": record.type,
        "storage_prefix": entry.prefix,
        "tainted": False,
        "uuid": record.id,
    }


async def _holder(view: SystemView) -> tuple[dict[str, Any] | None, list[dict[str, Any]] | None]:
    """The entity of the client and its groups."""
    bearer, identity = view.exchange.bearer, view.services.identity
    id_ = bearer.record.entity_id if bearer is not None else ""
    home = keys.namespace_of(id_)
    entity = await identity.entity(view.txn, home, id_) if id_ else None
    if entity is None:
        return None, None
    aliases = await identity.aliases(view.txn, home, entity)
    groups = await identity.groups_of(view.txn, home, id_)
    shown = {
        "ID": entity.id,
        "name": entity.name,
        "metadata": entity.metadata or None,
        "aliases": [
            {
                "ID": alias.id,
                "mount_accessor": alias.mount_accessor,
                "name": alias.name,
                "metadata": alias.metadata or None,
                "custom_metadata": alias.custom_metadata or None,
                "namespace_id": home,
            }
            for alias in aliases
        ],
        "namespace_id": home,
    }
    return shown, [{"ID": group.id, "name": group.name, "namespace_id": home} for group in groups]


def _request(request: Request, view: SystemView) -> dict[str, Any]:
    record, api = presented(request).record, view.exchange.request
    return {
        "client_token": "",
        "client_token_accessor": record.accessor,
        "client_token_remaining_uses": view.exchange.remaining_uses or 0,
        "connection": {"remote_addr": api.address, "remote_port": api.port},
        "display_name": record.display_name,
        "entity_id": record.entity_id,
        "headers": {name: [value] for name, value in request.headers.items()},
        "id": api.id,
        "mount_point": request.mount.path,
        "mount_type": request.mount.type,
        "operation": request.operation.value,
        "path": request.path,
        "policy_override": False,
        "replication_cluster": "",
        "unauthenticated": False,
        "wrap_info": None,
    }
