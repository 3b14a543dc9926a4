"""The services that exist while the server is unsealed, as stages and system paths see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from strongroom.audit.broker import AuditBroker
from strongroom.barrier.barrier import Barrier
from strongroom.barrier.transaction import Transaction
from strongroom.lib.clock import Clock
from strongroom.lib.exposure import Exposure
from strongroom.lib.rand import Random
from strongroom.sealing.initialize import Cluster
from strongroom.sealing.port import SealPort
from strongroom.services.denials import Window
from strongroom.services.events.reader import OutboxReader
from strongroom.services.exchange import ApiRequest
from strongroom.services.identity import IdentityService
from strongroom.services.leases import LeaseService
from strongroom.services.mfa import MfaService
from strongroom.services.mounts import MountService
from strongroom.services.oidc import OidcService
from strongroom.services.policy.service import PolicyService
from strongroom.services.quotas.lease_counts import LeaseCounts
from strongroom.services.quotas.limiter import RateLimiter
from strongroom.services.snapshots import Loadings, Snapshots
from strongroom.services.tokens import TokenRecord, TokenService
from strongroom.services.usage import ClientCounting
from strongroom.storage.watch import StoreWatch
from strongroom.sysapi.foresight import Foreseen
from strongroom.sysapi.processes import Processes
from strongroom.sysapi.reentry import Reentry
from strongroom.sysapi.served import Served
from strongroom.sysapi.tracing import Tracing
from strongroom.sysapi.traffic import Traffic


class Foresight(Protocol):
    """Decides as the pipeline does, without doing anything."""

    async def __call__(
        self, services: Services, txn: Transaction, request: ApiRequest, record: TokenRecord
    ) -> tuple[Foreseen, ...]:
        """The decisions on a request with that token.

        Returns: one; for a write two, if it is decided by whether something is there: that of an update first.
        """
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything behind an open barrier; sealing ends the process that holds it."""

    barrier: Barrier
    clock: Clock
    random: Random
    mounts: MountService
    tokens: TokenService
    policies: PolicyService
    limiter: RateLimiter
    lease_counts: LeaseCounts
    leases: LeaseService
    identity: IdentityService
    oidc: OidcService
    mfa: MfaService
    audit: AuditBroker
    events: OutboxReader
    cluster: Cluster
    port: SealPort
    processes: Processes
    traffic: Traffic
    served: Served
    store: StoreWatch
    snapshots: Snapshots
    loadings: Loadings
    foresight: Foresight
    storage_type: str
    api_address: str
    cluster_address: str
    tracing: Tracing | None = None
    """Takes the traces of requests, if the configuration wants any."""
    exposure: Exposure = field(default_factory=Exposure)
    """Which numbers monitoring gets."""
    node_name: str = "node"
    """The node's unique name on its store; the same in all its processes."""
    shows_rows: bool = False
    """Whether `sys/raw` is served."""
    region_listener: bool = False
    """Whether the configuration says where other regions reach this one."""
    shows_insides: bool = False
    """Whether `sys/internal/inspect` is served."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What the API shows of the configuration; no secret is among it."""
    clients: ClientCounting = field(default_factory=ClientCounting)
    """The clients that this process has seen."""
    denials: Window = field(default_factory=Window)
    """What policies have refused in this process, until it is written."""
    reentry: Reentry = field(default_factory=Reentry)
    """The way by which a request makes others."""
    roles: set[str] = field(default_factory=set)
    """The roles that this process holds at the moment, of which each has one holder among all nodes."""
    ended: dict[str, int] = field(default_factory=dict)
    """How much of each class of background work this process has done."""
