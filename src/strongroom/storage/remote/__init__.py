"""What all stores on other machines have in common: a reading side, a writing side, and upkeep beside them."""

from strongroom.storage.remote.parts import Parts
from strongroom.storage.remote.periodic import Periodic
from strongroom.storage.remote.storage import RemoteStorage

__all__ = ["Parts", "Periodic", "RemoteStorage"]
