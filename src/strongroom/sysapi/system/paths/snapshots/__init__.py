"""`sys/storage/raft/snapshot` and `sys/snapshots`: whole copies of the store, of whatever kind it is."""

from strongroom.sysapi.system.paths.snapshots.raft import RaftSnapshotPaths

__all__ = ["RaftSnapshotPaths"]
