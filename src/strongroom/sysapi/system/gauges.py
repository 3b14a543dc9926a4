"""The metrics of a process, in every state, and of the store's content.

None has the label `cluster` yet: `sysapi/system/paths/metrics.py` gives it to all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from strongroom.barrier import keys
from strongroom.lib import own_process
from strongroom.lib.exposition import Across, Gauge, Measure
from strongroom.sdk.engine import AuthMethod, Engine
from strongroom.services.due import COUNTED, backlogs
from strongroom.services.exchange import ApiRequest
from strongroom.services.mounts import AUTH, Router
from strongroom.services.withdrawals.records import MARKS, ORDERS
from strongroom.storage.base import Storage
from strongroom.storage.watch import StoreWatch
from strongroom.sysapi.processes import Processes, WorkerCounts
from strongroom.sysapi.served import Served
from strongroom.sysapi.services import Services
from strongroom.sysapi.system.engine_gauges import counted
from strongroom.sysapi.system.request_gauges import of_requests, of_responses
from strongroom.sysapi.system.store_gauges import of_audit, of_barrier, of_store
from strongroom.sysapi.traffic import Numbers, Traffic

ROLES: Final = ("expiry", "region", "webhooks", "snapshots")
"""What one process of all nodes does at a time: `core/expiry.py`, `core/region/following.py`, `core/webhooks/role.py`,
`core/scheduled_snapshots.py`."""


class OwnState(Protocol):
    """What a process knows of itself, sealed or not."""

    storage: Storage
    store: StoreWatch
    processes: Processes
    traffic: Traffic
    served: Served
    engines: Mapping[tuple[str, str], Engine]
    running: dict[str, ApiRequest]
    unsealed: Services | None


def of_process(own: OwnState) -> list[Measure]:
    """What this process knows by itself.  The same numbers are there whether it is sealed or not."""
    now, unsealed = own.traffic.now(), own.unsealed
    held = unsealed.roles if unsealed is not None else ()
    return [
        Gauge("vault.core.unsealed", int(unsealed is not None), "Whether the barrier is open.", across=Across.LEAST),
        Gauge("vault.core.active", int(unsealed is not None), "Whether the node serves.", across=Across.LEAST),
        Gauge("vault.core.in_flight_requests", len(own.running), "Requests that are being answered."),
        *of_store(own.store, own.storage.condition()),
        *_workers(own.processes.counts()),
        Gauge("vault.core.log_readers", own.processes.watching(), "Clients that read by sys/monitor."),
        Gauge("vault.events.subscribers", _subscribers(unsealed), "Those that follow events."),
        *_traffic(now),
        *of_responses(now.statuses),
        *of_requests(own.served),
        *_logins(own.engines),
        *of_barrier(unsealed.barrier if unsealed is not None else None),
        *counted(own.engines),
        *(of_audit(unsealed.audit) if unsealed is not None else ()),
        *(
            Gauge("vault.core.role_held", int(role in held), "Whether this node has the role.", {"role": role})
            for role in ROLES
        ),
        *(_ended(unsealed) if unsealed is not None else ()),
        *own_process.measured(),
    ]


def of_mounts(router: Router) -> list[Measure]:
    """The number of mounts."""
    counts = {(kind, local): 0 for kind in ("auth", "logical") for local in ("false", "true")}
    for entry in router.by_id.values():
        record = entry.record
        counts["auth" if record.table == AUTH else "logical", str(record.local).lower()] += 1
    return [
        Gauge("vault.core.mount_table.num_entries", count, "How many mounts there are.", {"local": local, "type": kind})
        for (kind, local), count in counts.items()
    ]


async def of_expiry(services: Services) -> list[Measure]:
    """The lateness of due work, of the whole store, whichever process has the expiry role."""
    storage = services.barrier.storage
    found = await backlogs(storage, await storage.now())
    rubble = len((await storage.scan(keys.PENDING_DELETION, limit=COUNTED)).names)
    late = {each.kind: each.late_s for each in found}
    waiting = {**{each.kind: each.waiting for each in found}, "rubble": rubble}
    return [
        *(
            Gauge("vault.expire.late_seconds", value, "Seconds since the oldest was due.", {"class": kind})
            for kind, value in sorted(late.items())
        ),
        *(
            Gauge("vault.expire.waiting", value, "How many are due.", {"class": kind})
            for kind, value in sorted(waiting.items())
        ),
        *await _leases(storage),
    ]


def _ended(services: Services) -> list[Measure]:
    return [
        Gauge("vault.expire.ended_total", value, "How many steps were done.", {"class": kind})
        for kind, value in sorted(services.ended.items())
    ]


async def _leases(storage: Storage) -> list[Measure]:
    """The number of leases in each state, of all namespaces.  Tokens aren't counted."""
    failing = len((await storage.scan(keys.LEASE_IRREVOCABLE, limit=COUNTED)).names)
    planned = await _sum(storage, keys.LEASE_PLANNED_COUNT)
    withdrawals = len((await storage.scan(ORDERS, limit=COUNTED)).names)
    withdrawn = len((await storage.scan(MARKS, limit=COUNTED)).names)
    return [
        Gauge("vault.expire.num_leases", await _sum(storage, keys.LEASE_COUNT), "Leases of secrets."),
        Gauge("vault.expire.num_irrevocable_leases", failing, "Leases whose revocation keeps failing."),
        Gauge("vault.expire.num_planned_leases", planned, "Leases whose secrets are being made."),
        Gauge("vault.expire.num_withdrawals", withdrawals, "Withdrawals that stand."),
        Gauge("vault.expire.num_withdrawn_leases", withdrawn, "Leases that they wait for."),
    ]


async def _sum(storage: Storage, prefix: str) -> int:
    """The sum of the counters below a prefix."""
    found = await storage.get_many([prefix + name for name in (await storage.list(prefix)).names])
    return max(0, sum(int(entry.value) for entry in found.entries.values() if entry is not None))


def _subscribers(unsealed: Services | None) -> int:
    return 0 if unsealed is None else unsealed.events.readers


def _workers(counts: WorkerCounts) -> list[Measure]:
    """The processes of the node, as each of them was told last."""
    replaced, most = "Workers that were replaced since the server started.", Across.MOST
    return [
        Gauge("vault.core.workers", counts.serving, "Workers that serve.", across=most),
        Gauge("vault.core.workers_wanted", counts.wanted, "Workers that are to serve.", across=most),
        Gauge("vault.core.workers_replaced_total", counts.ended, replaced, {"reason": "ended"}, across=most),
        Gauge("vault.core.workers_replaced_total", counts.hung, replaced, {"reason": "hung"}, across=most),
        Gauge("vault.core.restart_needed", int(counts.restart_needed), "The package was replaced.", across=most),
    ]


def _logins(engines: Mapping[tuple[str, str], Engine]) -> list[Measure]:
    """The auth methods' work outside the event loop.  One object serves all mounts of a type."""
    methods = sorted((type_, engine) for (_, type_), engine in engines.items() if isinstance(engine, AuthMethod))
    found = [({"type": type_}, method.waiting) for type_, method in methods]
    return [
        *(
            Gauge("vault.core.logins_waiting", waiting.now, "Logins whose password is checked or waits.", labels)
            for labels, waiting in found
        ),
        *(
            Gauge("vault.core.logins_refused_total", waiting.refused, "Logins refused because too many wait.", labels)
            for labels, waiting in found
        ),
    ]


def _traffic(now: Numbers) -> list[Measure]:
    """The memory that the listeners hold, and their refusals."""
    return [
        Gauge("vault.listener.connections", now.connections, "Open connections."),
        Gauge("vault.listener.body_bytes", now.body_bytes, "Bodies that are received or worked on."),
        Gauge("vault.listener.answer_bytes", now.answer_bytes, "Large answers that wait for their clients."),
        *(
            Gauge("vault.listener.refused_total", count, "How often a limit struck.", {"limit": limit})
            for limit, count in sorted(now.refusals.items())
        ),
    ]
