"""The store of a `storage "postgresql"` stanza."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from strongroom.lib.clock import Clock
from strongroom.lib.rand import Random
from strongroom.server.stores import places
from strongroom.server.stores.settings import DEFAULT_TABLE, StoreError, timeout_s
from strongroom.storage.postgresql import PostgresqlStorage

_PARALLEL: Final = 4
"""Connections of one process that read."""


def open_postgresql_stanza(options: Mapping[str, str], clock: Clock, random: Random) -> PostgresqlStorage:
    """The store, not connected yet.  Raises `StoreError` for a setting that says nothing of use."""
    url = options.get("connection_url", "")
    if not url:
        raise StoreError('storage "postgresql" needs a connection_url')
    return PostgresqlStorage(
        url,
        options.get("table") or DEFAULT_TABLE,
        clock,
        random,
        max_parallel=places.parallel("postgresql", options, _PARALLEL),
        patience_s=timeout_s("postgresql", options),
    )
