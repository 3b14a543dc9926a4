"""Whole copies of a store: saved while the store is in use, checked, and restored."""

from strongroom.storage.sqlite.snapshot.copying import save
from strongroom.storage.sqlite.snapshot.description import Description, describe
from strongroom.storage.sqlite.snapshot.restoring import restore

__all__ = ["Description", "describe", "restore", "save"]
