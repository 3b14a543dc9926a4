"""Copies the content of a store, while it is written, and loads it into another one."""

from strongroom.storage.transfer.copying import Position, Step, Target, copy, follow, steps
from strongroom.storage.transfer.loading import Loading, require_empty

__all__ = ["Loading", "Position", "Step", "Target", "copy", "follow", "require_empty", "steps"]
