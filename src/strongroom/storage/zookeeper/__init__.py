"""A store on ZooKeeper, for many machines."""

from strongroom.lib.errors import StorageError
from strongroom.lib.extras import install_command

try:
    import kazoo as _kazoo  # noqa: F401 - whether it is there decides the error
except ImportError as error:
    raise StorageError(
        f"storage on ZooKeeper needs the package kazoo: {install_command('zookeeper')}", detail=str(error)
    ) from error

from strongroom.storage.zookeeper.opening import ZookeeperSettings, open_zookeeper

__all__ = ["ZookeeperSettings", "open_zookeeper"]
