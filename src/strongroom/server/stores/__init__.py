"""From a storage stanza to a store."""

from strongroom.server.stores.opening import IN_MEMORY, LOCAL, OPTIONS, SHARED, open_store
from strongroom.server.stores.settings import DATABASE, DEFAULT_TABLE, StoreError, directory, timeout_s

__all__ = [
    "DATABASE",
    "DEFAULT_TABLE",
    "IN_MEMORY",
    "LOCAL",
    "OPTIONS",
    "SHARED",
    "StoreError",
    "directory",
    "open_store",
    "timeout_s",
]
