"""What the configuration says about a node's services.  A process can read it without loading them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from strongroom.audit.devices import DeviceRequest
from strongroom.audit.file import Rules
from strongroom.audit.outgoing.addresses import AddressRules
from strongroom.audit.spool.spool import DEFAULT_MAX_BYTES
from strongroom.lib.exposure import Exposure
from strongroom.services.mounts.records import Lockout

DEFAULT_LEASE_TTL_S = 768 * 3600
MAX_LEASE_TTL_S = 768 * 3600


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """What the configuration says about the services."""

    storage_type: str = "inmem"
    max_staleness_s: float = 0.0
    """How old what a process knows of the store may be when a request begins."""
    default_lease_ttl_s: int = DEFAULT_LEASE_TTL_S
    max_lease_ttl_s: int = MAX_LEASE_TTL_S
    clustered: bool = False
    api_address: str = ""
    cluster_address: str = ""
    cluster_name: str = ""
    keeps_answers: bool = True
    """Whether answers are given again as long as nothing has changed."""
    shows_rows: bool = False
    """Whether rows of the store can be read and changed by their keys (`raw_storage_endpoint`)."""
    shows_insides: bool = False
    """Whether insides of the server can be looked at (`introspection_endpoint`)."""
    region_listener: bool = False
    """Whether other regions can reach this node (`region`)."""
    shown: Mapping[str, Any] = field(default_factory=dict)
    """What the API shows of the configuration."""
    node_name: str = "node"
    """What tells this node from the others on its store."""
    audit_spool_path: str = ""
    """Where entries wait for the forwarder; empty for nowhere."""
    audit_spool_max_bytes: int = DEFAULT_MAX_BYTES
    audit_prefixes: bool = False
    """Whether audit devices may put a text before each entry."""
    audit_rules: Rules = field(default_factory=Rules)
    """Where audit devices may be made, and what belongs to the server itself."""
    audit_addresses: AddressRules = field(default_factory=AddressRules)
    """Where audit entries may be sent."""
    audit_stanzas: tuple[DeviceRequest, ...] = ()
    """The devices that the configuration makes."""
    audit_given_up: tuple[str, ...] = ()
    """Paths of devices to remove, because they can't be written any more."""
    snapshot_directories: tuple[str, ...] = ()
    """Where the API may have snapshots kept."""
    snapshot_work_path: str = ""
    """Where snapshots are put together; empty for the system's place for temporary files."""
    exposure: Exposure = field(default_factory=Exposure)
    """Which numbers monitoring gets, and under which names."""
    lockouts: Mapping[str, Lockout] = field(default_factory=dict)
    """When failed logins lock a user out, by the type of the auth method."""
