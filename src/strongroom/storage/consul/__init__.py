"""A store on Consul, for many machines."""

from strongroom.storage.consul.opening import ConsulSettings, consul_cells, open_consul

__all__ = ["ConsulSettings", "consul_cells", "open_consul"]
