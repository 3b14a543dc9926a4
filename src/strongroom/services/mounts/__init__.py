"""Mounts: which engine or auth method serves which path."""

from strongroom.services.mounts.records import BUILT_IN_VERSION, MountRecord, PendingDeletion
from strongroom.services.mounts.router import MountEntry, Router
from strongroom.services.mounts.service import MountService
from strongroom.services.mounts.tuning import AUTH, SECRET

__all__ = [
    "AUTH",
    "BUILT_IN_VERSION",
    "SECRET",
    "MountEntry",
    "MountRecord",
    "MountService",
    "PendingDeletion",
    "Router",
]
