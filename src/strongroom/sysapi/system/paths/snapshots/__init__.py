"""`sys/storage/raft/snapshot` and `sys/snapshots`: whole copies of the store, of whatever kind it is."""

from strongroom.sysapi.system.paths.snapshots.loads import LoadPaths
from strongroom.sysapi.system.paths.snapshots.raft import RaftSnapshotPaths
from strongroom.sysapi.system.paths.snapshots.restore import RestorePaths
from strongroom.sysapi.system.paths.snapshots.schedules import SchedulePaths, TakenPaths

__all__ = ["LoadPaths", "RaftSnapshotPaths", "RestorePaths", "SchedulePaths", "TakenPaths"]
