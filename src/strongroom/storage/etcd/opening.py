"""From settings to a store on etcd."""

from __future__ import annotations

import ssl
from collections.abc import Sequence

import msgspec

from strongroom.lib.clock import Clock
from strongroom.lib.rand import Random
from strongroom.lib.secret import Secret
from strongroom.storage.conditional import ConditionalStorage
from strongroom.storage.conditional.endpoints import Endpoints
from strongroom.storage.etcd.cells import EtcdCells
from strongroom.storage.etcd.gateway import Gateway
from strongroom.storage.patience import PATIENCE_S


class EtcdSettings(msgspec.Struct, frozen=True):
    """Where a store is, and how to get there."""

    urls: Sequence[str]
    """Of the servers, without a path."""
    path: str
    """What all keys begin with; ends in `/`."""
    username: str = ""
    password: Secret = Secret(b"")
    context: ssl.SSLContext | None = None
    """Whom to trust, and the certificate to show; None for plain HTTP."""
    max_parallel: int = 4
    patience_s: float = PATIENCE_S


def etcd_cells(settings: EtcdSettings, clock: Clock) -> EtcdCells:
    """The cells of a store, not started yet."""
    endpoints = Endpoints(
        *("etcd", settings.urls, clock),
        context=settings.context,
        patience_s=settings.patience_s,
        at_once=settings.max_parallel + 4,
    )
    return EtcdCells(Gateway(endpoints, settings.username, settings.password), settings.path)


def open_etcd(settings: EtcdSettings, clock: Clock, random: Random) -> ConditionalStorage:
    """A store on etcd, not started yet."""
    cells = etcd_cells(settings, clock)
    return ConditionalStorage(cells, clock, random, max_parallel=settings.max_parallel, patience_s=settings.patience_s)
