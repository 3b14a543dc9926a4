"""Snapshots that an unsealed server makes of its store."""

from strongroom.services.snapshots.loading import Loadings
from strongroom.services.snapshots.taking import About, Snapshots, Taken

__all__ = ["About", "Loadings", "Snapshots", "Taken"]
