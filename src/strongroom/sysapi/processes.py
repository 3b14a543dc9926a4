"""Queries to all processes of this node.  Any process can send them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from strongroom.audit import hiding
from strongroom.audit.entry import timestamp
from strongroom.lib.exposition import Measure
from strongroom.services.exchange import ApiRequest


def _hidden(text: str) -> str:
    return "…"


class WorkerCounts(msgspec.Struct, frozen=True):
    """How many workers a node has, and had."""

    serving: int = 0
    wanted: int = 0
    ended: int = 0
    """How many ended by themselves since the server started."""
    hung: int = 0
    """How many were ended because their event loop stood still."""
    restart_needed: bool = False
    """The package was replaced: no worker is started any more."""


class Processes(Protocol):
    """The processes of a node."""

    async def in_flight(self) -> dict[str, Any]:
        """The requests in progress, by their ids, in the form of `shown`."""
        ...

    def log_levels(self) -> dict[str, str]:
        """The level of each logger."""
        ...

    async def set_log_level(self, level: str, logger: str = "") -> None:
        """Set a log level in every process, until it is reset or the node restarts.

        Args:
            level: `trace`, `debug`, `info`, `warn` or `error`; empty for the configured level.
            logger: whose; empty for all.

        Raises: `InvalidRequest` for a level that isn't one.
        """
        ...

    async def measures(self) -> Sequence[Measure]:
        """The numbers of all processes of the node together, without those of the store's content.

        What ended processes have counted is in them.  A process that hangs delays them by seconds at most.
        """
        ...

    def counts(self) -> WorkerCounts:
        """How many workers there are, and were."""
        ...

    def watch(self, level: str, format_: str) -> AsyncIterator[bytes]:
        """The log of all processes, from the first read on, in pieces of whole lines.

        Args:
            level: the least level: `trace`, `debug`, `info`, `warn` or `error`.
            format_: `standard` or `json`.

        Raises: `InvalidRequest` for a level or format that isn't one; `RateLimited` when as many read it as may.
        """
        ...

    def watching(self) -> int:
        """How many clients read the log by way of this process."""
        ...


def shown(running: Mapping[str, ApiRequest]) -> dict[str, dict[str, str]]:
    """Requests in the form of `sys/in-flight-req`: address, path and start time, but nothing of their content.

    Source: https://developer.hashicorp.com/vault/api-docs/system/in-flight-req
    """
    return {
        id_: {
            "start_time": timestamp(request.received_at),
            "client_remote_address": f"{request.address}:{request.port}",
            "request_path": f"/v1/{hiding.shown(request.path, None, _hidden)}",
            "request_method": request.method,
        }
        for id_, request in running.items()
    }
