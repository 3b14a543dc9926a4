"""Copies the content of a store, while it is written, and loads it into another one."""

from strongroom.storage.transfer.copying import Target, copy, follow
from strongroom.storage.transfer.loading import Loading, require_empty

__all__ = ["Loading", "Target", "copy", "follow", "require_empty"]
