"""The state of this process: sealed or unsealed."""

from __future__ import annotations

from dataclasses import dataclass, field

from strongroom.lib.clock import Clock
from strongroom.lib.rand import Random
from strongroom.sealing.port import SealPort
from strongroom.services.exchange import ApiRequest
from strongroom.storage.base import Storage
from strongroom.storage.watch import StoreWatch
from strongroom.sysapi.processes import Processes
from strongroom.sysapi.services import Services
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
    clustered: bool = False
    """Whether other nodes work on the same store."""
    api_address: str = ""
    cluster_address: str = ""
    cluster_name: str = ""
    keeps_answers: bool = True
    """Whether answers are given again as long as nothing has changed."""
    unsealed: Services | None = field(default=None)
    initialized: bool = field(default=False)
    """Whether the store was initialized when this process last asked it."""
    store: StoreWatch = field(init=False)
    """The store's state, as this process last saw it."""

    def __post_init__(self) -> None:
        self.store = StoreWatch(self.storage)
