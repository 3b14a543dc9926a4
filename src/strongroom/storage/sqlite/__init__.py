"""The embedded store: one machine, many processes, on SQLite."""

from strongroom.storage.sqlite.storage import SqliteStorage

__all__ = ["SqliteStorage"]
