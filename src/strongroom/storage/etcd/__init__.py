"""A store on etcd, for many machines."""

from strongroom.storage.etcd.messages import Status
from strongroom.storage.etcd.opening import EtcdSettings, etcd_cells, open_etcd

__all__ = ["EtcdSettings", "Status", "etcd_cells", "open_etcd"]
