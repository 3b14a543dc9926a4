"""The secrets engine `database`: users of databases that are made on request, and passwords that are rotated."""

from strongroom.engines.database.engine import Database

__all__ = ["Database"]
