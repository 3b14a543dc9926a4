"""`sys/in-flight-req`, `sys/loggers`, `sys/ha-status`, `sys/version-history`: the node and its processes."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from typing import Annotated, Any

from strongroom.__about__ import VERSION
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc, Normal
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services import nodes, versions
from strongroom.sysapi.context import SystemEngine, system

_LOG = "strongroom"
"""The server has one log, with one level."""


def _level(text: str) -> str:
    return text.strip().lower()


class LevelBody(Body, frozen=True):
    """How much is logged."""

    level: Annotated[str, Doc(description="`trace`, `debug`, `info`, `warn` or `error`."), Normal(_level)] = ""


class NodePaths(SystemEngine):
    """What the processes of this node are doing, and what they are."""

    @path.read("in-flight-req")
    async def in_flight(self, request: Request) -> Response | None:
        """The requests that this node is answering.

        Source: https://developer.hashicorp.com/vault/api-docs/system/in-flight-req
        """
        found = await request.once.wait("in-flight", system(request).services.processes.in_flight)
        return Response(data=found, flat=True)

    @path.read("loggers")
    async def read_levels(self, request: Request) -> Response | None:
        """The levels of the server's logs, of which there is one: `strongroom`.

        Source: https://developer.hashicorp.com/vault/api-docs/system/loggers
        """
        return Response(data={_LOG: system(request).services.processes.log_level()})

    @path.write("loggers")
    async def write_levels(self, request: Request, body: LevelBody) -> Response | None:
        """Log at another level on this node, until it is reset, reloaded or started anew."""
        if not body.level:
            raise InvalidRequest("level is empty")
        await _set(request, _level(body.level))
        return None

    @path.delete("loggers")
    async def reset_levels(self, request: Request) -> Response | None:
        """Log at the level of the configuration again."""
        await _set(request, "")
        return None

    @path.read("loggers/{name}")
    async def read_level(self, request: Request, name: str) -> Response | None:
        """The level of one log."""
        return await self.read_levels(request) if name == _LOG else Response(data={})

    @path.write("loggers/{name}")
    async def write_level(self, request: Request, name: str, body: LevelBody) -> Response | None:
        """Log at another level."""
        _require(name)
        return await self.write_levels(request, body)

    @path.delete("loggers/{name}")
    async def reset_level(self, request: Request, name: str) -> Response | None:
        """Log at the level of the configuration again."""
        _require(name)
        return await self.reset_levels(request)

    @path.read("ha-status")
    async def ha_status(self, request: Request) -> Response | None:
        """The nodes that serve from this store: this one, and those that have told of themselves within half a minute.

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
        """Which versions have opened this store, and when each did first.

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


async def _set(request: Request, level: str) -> None:
    processes = system(request).services.processes
    await request.once.wait("log level", lambda: processes.set_log_level(level))


def _require(name: str) -> None:
    if name != _LOG:
        raise InvalidRequest(f'logger "{name}" not found')
