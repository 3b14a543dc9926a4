"""A store on Consul, for many machines."""

from strongroom.storage.consul.opening import ConsulSettings, open_consul

__all__ = ["ConsulSettings", "open_consul"]
