"""The state of this process: sealed or unsealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from strongroom.barrier import keys
from strongroom.barrier.transaction import transact
from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError
from strongroom.lib.exposition import Measure
from strongroom.lib.exposure import Exposure
from strongroom.lib.rand import Random
from strongroom.sdk.engine import Engine
from strongroom.sealing.port import SealPort
from strongroom.services.exchange import ApiRequest
from strongroom.services.quotas.table import CountTable
from strongroom.storage.base import Storage
from strongroom.storage.watch import StoreState, StoreWatch
from strongroom.sysapi.processes import Processes
from strongroom.sysapi.served import Served
from strongroom.sysapi.services import Services
from strongroom.sysapi.system.paths.metrics import of_content
from strongroom.sysapi.tracing import Tracing
from strongroom.sysapi.traffic import Traffic


@dataclass(slots=True)
class Node:
    """Holds what exists in every state, and what exists only while the barrier is open."""

    storage: Storage
    storage_type: str
    port: SealPort
    clock: Clock
    random: Random
    processes: Processes
    running: dict[str, ApiRequest]
    """The requests in progress in this process, by their ids."""
    traffic: Traffic
    counts: CountTable
    """Where all processes of the node count requests."""
    engines: Mapping[tuple[str, str], Engine] = field(default_factory=dict)
    """All that can be mounted, by table and type."""
    clustered: bool = False
    """Whether other nodes work on the same store."""
    api_address: str = ""
    cluster_address: str = ""
    cluster_name: str = ""
    keeps_answers: bool = True
    """Whether answers are given again as long as nothing has changed."""
    tracing: Tracing | None = None
    """Takes the traces of requests, if the configuration wants any."""
    exposure: Exposure = field(default_factory=Exposure)
    """Which numbers monitoring gets."""
    unsealed: Services | None = field(default=None)
    leaving: bool = False
    """Whether the node was told to stop, and serves until load balancers have noticed."""
    initialized: bool = field(default=False)
    """Whether the store was initialized when this process last asked it."""
    store: StoreWatch = field(init=False)
    """The store's state, as this process last saw it."""
    served: Served = field(init=False)
    """What this process has served."""

    def __post_init__(self) -> None:
        self.store = StoreWatch(self.storage)
        self.served = Served(self.engines)

    async def cluster(self) -> str:
        """The cluster's name, for labels, in every state.

        Returns: what the configuration says, if the store doesn't know it yet or doesn't answer.
        """
        if self.unsealed is not None:
            return self.unsealed.cluster.name
        try:
            row = await self.store.ask(self.storage.get(keys.CLUSTER_NAME))
        except StorageError:
            return self.cluster_name
        return row.value.decode() if row is not None else self.cluster_name

    async def measured(self) -> list[Measure]:
        """The numbers of this node, as they are shown.

        What a sealed node can't read, or an unreachable store doesn't tell, is left out.  Numbers say that it is so.
        """
        found, services = [*await self.processes.measures()], self.unsealed
        if services is not None and services.store.state is not StoreState.UNREACHABLE:
            found += await of_content(services, await transact(services.barrier, services.mounts.router))
        return self.exposure.shown(found, await self.cluster())
