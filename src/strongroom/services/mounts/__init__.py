"""Mounts: which engine or auth method answers below which path."""

from strongroom.services.mounts.records import MountRecord, Rubble
from strongroom.services.mounts.router import MountEntry, Router
from strongroom.services.mounts.service import AUTH, SECRET, MountService

__all__ = ["AUTH", "SECRET", "MountEntry", "MountRecord", "MountService", "Router", "Rubble"]
