"""Backups of keys, in the form of the reference server: what one server writes, the other restores."""

from strongroom.engines.transit.moving.backups.reading import Restored, restored
from strongroom.engines.transit.moving.backups.writing import written

__all__ = ["Restored", "restored", "written"]
