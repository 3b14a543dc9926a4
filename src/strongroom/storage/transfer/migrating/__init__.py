"""Moves everything from one store to another, also while the first is in use, and goes on where it was interrupted."""

from strongroom.storage.transfer.migrating.checkpoint import KEY, UNFINISHED, refuse_unfinished
from strongroom.storage.transfer.migrating.migration import Migration, Moved
from strongroom.storage.transfer.migrating.progress import Progress
from strongroom.storage.transfer.migrating.refusals import MigrationRefused
from strongroom.storage.transfer.migrating.resetting import reset

__all__ = ["KEY", "UNFINISHED", "Migration", "MigrationRefused", "Moved", "Progress", "refuse_unfinished", "reset"]
