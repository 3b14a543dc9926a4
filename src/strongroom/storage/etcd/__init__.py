"""A store on etcd, for many machines."""

from strongroom.storage.etcd.opening import EtcdSettings, open_etcd

__all__ = ["EtcdSettings", "open_etcd"]
