"""A reader of BoltDB files, in which a server with integrated storage (Raft) keeps its rows."""

from strongroom.importing.stopped.rows.boltdb.database import Database

__all__ = ["Database"]
