"""Whole copies of a store: made while processes work on it, looked at, and put in its place."""

from strongroom.storage.sqlite.snapshot.copying import save
from strongroom.storage.sqlite.snapshot.description import Description, describe
from strongroom.storage.sqlite.snapshot.restoring import restore

__all__ = ["Description", "describe", "restore", "save"]
