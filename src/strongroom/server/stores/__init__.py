"""From a storage stanza to a store."""

from strongroom.server.stores.opening import IN_MEMORY, LOCAL, OPTIONS, SHARED, open_store
from strongroom.server.stores.settings import (
    COMMON,
    DATABASE,
    DEFAULT_TABLE,
    StoreError,
    directory,
    max_staleness_s,
    timeout_s,
)

__all__ = [
    "COMMON",
    "DATABASE",
    "DEFAULT_TABLE",
    "IN_MEMORY",
    "LOCAL",
    "OPTIONS",
    "SHARED",
    "StoreError",
    "directory",
    "max_staleness_s",
    "open_store",
    "timeout_s",
]
