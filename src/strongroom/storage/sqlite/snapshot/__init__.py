"""Files that are whole copies of a store: checked, and restored."""

from strongroom.storage.sqlite.snapshot.description import Description, describe
from strongroom.storage.sqlite.snapshot.restoring import require_unused, restore

__all__ = ["Description", "describe", "require_unused", "restore"]
