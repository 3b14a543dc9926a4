"""From settings to a store on Consul."""

from __future__ import annotations

import ssl
from collections.abc import Sequence

import msgspec

from strongroom.lib.clock import Clock
from strongroom.lib.rand import Random
from strongroom.lib.secret import Secret
from strongroom.storage.conditional import ConditionalStorage
from strongroom.storage.conditional.endpoints import Endpoints
from strongroom.storage.consul.cells import ConsulCells
from strongroom.storage.patience import PATIENCE_S

FEED_CELLS = 2048
"""Fewer than elsewhere: Consul holds all keys in memory."""


class ConsulSettings(msgspec.Struct, frozen=True):
    """Where a store is, and how to get there."""

    urls: Sequence[str]
    """Of the agents, without a path."""
    path: str
    """What all keys begin with; ends in `/`, and doesn't begin so."""
    token: Secret = Secret(b"")
    datacenter: str = ""
    context: ssl.SSLContext | None = None
    """Whom to trust, and the certificate to show; None for plain HTTP."""
    max_parallel: int = 4
    patience_s: float = PATIENCE_S


def consul_cells(settings: ConsulSettings, clock: Clock) -> ConsulCells:
    """The cells of a store, not started yet."""
    endpoints = Endpoints(
        *("consul", settings.urls, clock),
        context=settings.context,
        patience_s=settings.patience_s,
        at_once=settings.max_parallel + 4,
    )
    return ConsulCells(endpoints, settings.path, settings.token, settings.datacenter)


def open_consul(settings: ConsulSettings, clock: Clock, random: Random) -> ConditionalStorage:
    """A store on Consul, not started yet."""
    cells = consul_cells(settings, clock)
    return ConditionalStorage(
        *(cells, clock, random),
        max_parallel=settings.max_parallel,
        patience_s=settings.patience_s,
        feed_cells=FEED_CELLS,
    )
