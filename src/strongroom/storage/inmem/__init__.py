"""A store in the memory of one process, for development and tests."""

from strongroom.storage.inmem.storage import InmemStorage

__all__ = ["InmemStorage"]
