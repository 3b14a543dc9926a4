"""`operator snapshot` without a server: the store that a configuration names, saved and restored."""

from strongroom.server.snapshots.files import inspect
from strongroom.server.snapshots.place import SnapshotError
from strongroom.server.snapshots.restoring import restore
from strongroom.server.snapshots.saving import save

__all__ = ["SnapshotError", "inspect", "restore", "save"]
