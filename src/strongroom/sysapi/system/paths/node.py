"""The node and its processes: `sys/in-flight-req`, `monitor`, `ha-status`, `version-history`."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from typing import Annotated, Any

from strongroom.__about__ import VERSION
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc, OneOf
from strongroom.sdk.request import Request
from strongroom.sdk.response import RawBody, Response
from strongroom.services import nodes, versions
from strongroom.sysapi.context import SystemEngine, presented, system
from strongroom.sysapi.system.lasting import is_alive, lasting


class MonitorBody(Body, frozen=True):
    """Which lines of the log, and how they are written."""

    log_level: Annotated[
        str,
        Doc(description="The least level: `trace`, `debug`, `info`, `warn` or `error`."),
        OneOf("trace", "debug", "info", "warn", "error"),
    ] = "info"
    log_format: Annotated[str, Doc(description="`standard` or `json`."), OneOf("standard", "json")] = "standard"


class NodePaths(SystemEngine):
    """The processes of this node: their requests and their properties."""

    @path.read("in-flight-req", root_only=True)
    async def in_flight(self, request: Request) -> Response | None:
        """Lists the requests that this node is answering.

        Source: https://developer.hashicorp.com/vault/api-docs/system/in-flight-req
        """
        found = await request.once.wait("in-flight", system(request).services.processes.in_flight)
        return Response(data=found, flat=True)

    @path.read("monitor", root_only=True)
    async def monitor(self, request: Request, body: MonitorBody) -> Response | None:
        """The log of this node from now on, line by line, until the client goes or its token ends.

        Source: https://developer.hashicorp.com/vault/api-docs/system/monitor
        """
        services, record = system(request).services, presented(request).record
        log = services.processes.watch(body.log_level.lower(), body.log_format.lower())
        stream = lasting(log, lambda: is_alive(services, record))
        kind = "application/x-ndjson" if body.log_format.lower() == "json" else "text/plain; charset=utf-8"
        return Response(raw=RawBody(b"", kind, stream))

    @path.read("ha-status", root_only=True)
    async def ha_status(self, request: Request) -> Response | None:
        """The nodes of this store: this one, and those that have written their row within half a minute.

        Each serves reads and writes, so each is active.

        Source: https://developer.hashicorp.com/vault/api-docs/system/ha-status
        """
        services = system(request).services
        own = nodes.NodeRecord(
            hostname=request.once("hostname", socket.gethostname),
            version=VERSION,
            seen_at=0.0,
            api_address=services.api_address,
            cluster_address=services.cluster_address,
        )
        others = await nodes.present(system(request).txn, request.now)
        others.pop(services.node_name, None)
        shown = [_node(own), *(_node(others[name]) for name in sorted(others))]
        return Response(data={"nodes": shown}, repeat=True)

    @path.list_("version-history")
    async def list_versions(self, request: Request) -> Response | None:
        """Lists the versions that have opened this store, with the first time of each.

        Source: https://developer.hashicorp.com/vault/api-docs/system/version-history
        """
        records = await versions.history(system(request).txn)
        info = {record.version: versions.shown(record) for record in records}
        return Response(data={"key_info": info, "keys": [record.version for record in records]})


def _node(record: nodes.NodeRecord) -> dict[str, Any]:
    """A node as the API shows it; the one that answers has no last echo."""
    seen = datetime.fromtimestamp(record.seen_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if record.seen_at else None
    return {
        "hostname": record.hostname,
        "api_address": record.api_address,
        "cluster_address": record.cluster_address,
        "active_node": True,
        "last_echo": seen,
        "version": record.version,
    }
