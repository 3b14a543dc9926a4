"""`sys/namespaces`: the tree of namespaces, the locks of their APIs, and their seals."""

from strongroom.sysapi.system.paths.namespaces.locking import NamespaceLockPaths
from strongroom.sysapi.system.paths.namespaces.seals import NamespaceSealPaths
from strongroom.sysapi.system.paths.namespaces.tree import NamespacePaths

__all__ = ["NamespaceLockPaths", "NamespacePaths", "NamespaceSealPaths"]
