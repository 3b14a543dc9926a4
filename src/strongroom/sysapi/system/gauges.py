"""The metrics: of this process, of the store, and of its content."""

from __future__ import annotations

import time

from strongroom.barrier import keys
from strongroom.lib import own_process
from strongroom.lib.exposition import Gauge
from strongroom.sdk.engine import AuthMethod
from strongroom.services.due import COUNTED, backlogs
from strongroom.services.mounts import AUTH, Router
from strongroom.storage.base import Storage
from strongroom.storage.watch import StoreState
from strongroom.sysapi.processes import WorkerCounts
from strongroom.sysapi.services import Services
from strongroom.sysapi.traffic import Numbers


def of_process(services: Services) -> list[Gauge]:
    """What this process knows by itself."""
    cluster = {"cluster": services.cluster.name}
    audit = services.audit
    return [
        Gauge("vault.core.unsealed", 1, "Whether the barrier is open.", cluster),
        *(
            Gauge("vault.audit.spool_bytes", waiting, "What waits for the forwarder.", {**cluster, "device": path})
            for path, waiting in sorted(audit.backlogs().items())
        ),
        *(
            Gauge("vault.audit.writable", int(taken), "Whether it took its last entry.", {**cluster, "device": path})
            for path, taken in sorted(audit.taking().items())
        ),
        *(
            Gauge("vault.audit.undeliverable_bytes", aside, "What no target will take.", {**cluster, "device": path})
            for path, aside in sorted(audit.undeliverable().items())
        ),
        *_workers(services.processes.counts(), cluster),
        Gauge("vault.core.log_readers", services.processes.watching(), "Clients that read by sys/monitor.", cluster),
        *_traffic(services.traffic.now(), cluster),
        *(
            Gauge("vault.cache.bytes", size, "What is kept in memory, as estimated.", {**cluster, "kind": kind})
            for kind, size in services.barrier.cache.sizes().items()
        ),
        Gauge(
            "vault.core.repeated_answers_total", services.barrier.cache.answers.hits, "Answers given again.", cluster
        ),
        Gauge("process.resident_memory_bytes", own_process.resident_bytes(), "Memory that the process holds."),
        Gauge("process.cpu_seconds_total", time.process_time(), "Processor time that the process has used."),
        Gauge("process.open_fds", own_process.open_descriptors(), "Open files and sockets."),
    ]


def of_store(services: Services) -> list[Gauge]:
    """How the store is, as this process last knew."""
    cluster = {"cluster": services.cluster.name}
    state, condition = services.store.state, services.barrier.storage.condition()
    reached = state is not StoreState.UNREACHABLE
    known = (
        ("free_bytes", condition.free_bytes, "Room on the store's file system."),
        ("reserve_bytes", condition.reserve_bytes, "How much of the store's reserve is there."),
        ("reusable_bytes", condition.reusable_bytes, "Room inside the store's file."),
    )
    return [
        Gauge("vault.storage.reachable", int(reached), "Whether the store answers.", cluster),
        Gauge("vault.storage.writable", int(reached and not condition.trouble), "Whether it can be written.", cluster),
        Gauge("vault.storage.full", int(condition.full), "Whether only what makes room is committed.", cluster),
        *(Gauge(f"vault.storage.{name}", value, help_, cluster) for name, value, help_ in known if value is not None),
    ]


def of_mounts(services: Services, router: Router) -> list[Gauge]:
    """The number of mounts, and of their waiting logins."""
    cluster = {"cluster": services.cluster.name}
    counts = {(kind, local): 0 for kind in ("auth", "logical") for local in ("false", "true")}
    for entry in router.by_id.values():
        record = entry.record
        counts["auth" if record.table == AUTH else "logical", str(record.local).lower()] += 1
    return [
        *(
            Gauge(
                "vault.core.mount_table.num_entries",
                count,
                "How many mounts there are.",
                {**cluster, "local": local, "type": kind},
            )
            for (kind, local), count in counts.items()
        ),
        *_logins(router, cluster),
    ]


async def of_expiry(services: Services) -> list[Gauge]:
    """The lateness of due work, of the whole store, whichever process has the expiry role."""
    storage, out = services.barrier.storage, []
    late, waits = "Seconds since the oldest was due.", "How many are due."
    found = await backlogs(storage, await storage.now())
    rubble = len((await storage.scan(keys.PENDING_DELETION, limit=COUNTED)).names)
    for name, help_, numbers in (
        ("vault.expire.late_seconds", late, {each.kind: each.late_s for each in found}),
        ("vault.expire.waiting", waits, {**{each.kind: each.waiting for each in found}, "rubble": rubble}),
        ("vault.expire.ended_total", "How many steps this process has done.", services.ended),
    ):
        out += [
            Gauge(name, value, help_, {"cluster": services.cluster.name, "class": kind})
            for kind, value in sorted(numbers.items())
        ]
    return out + await _leases(services)


async def _leases(services: Services) -> list[Gauge]:
    """The number of leases in each state, of all namespaces.  Tokens aren't counted."""
    storage, cluster = services.barrier.storage, {"cluster": services.cluster.name}
    failing = len((await storage.scan(keys.LEASE_IRREVOCABLE, limit=COUNTED)).names)
    return [
        Gauge("vault.expire.num_leases", await _sum(storage, keys.LEASE_COUNT), "Leases of secrets.", cluster),
        Gauge("vault.expire.num_irrevocable_leases", failing, "Leases whose revocation keeps failing.", cluster),
        Gauge(
            "vault.expire.num_planned_leases",
            await _sum(storage, keys.LEASE_PLANNED_COUNT),
            "Leases whose secrets are being made.",
            cluster,
        ),
    ]


async def _sum(storage: Storage, prefix: str) -> int:
    """The sum of the counters below a prefix."""
    found = await storage.get_many([prefix + name for name in (await storage.list(prefix)).names])
    return max(0, sum(int(entry.value) for entry in found.entries.values() if entry is not None))


def _workers(counts: WorkerCounts, cluster: dict[str, str]) -> list[Gauge]:
    """The processes of the node, whichever of them answers."""
    replaced = "Workers that were replaced since the server started."
    return [
        Gauge("vault.core.workers", counts.serving, "Workers that serve.", cluster),
        Gauge("vault.core.workers_wanted", counts.wanted, "Workers that are to serve.", cluster),
        Gauge("vault.core.workers_replaced_total", counts.ended, replaced, {**cluster, "reason": "ended"}),
        Gauge("vault.core.workers_replaced_total", counts.hung, replaced, {**cluster, "reason": "hung"}),
        Gauge("vault.core.restart_needed", int(counts.restart_needed), "The package was replaced.", cluster),
    ]


def _logins(router: Router, cluster: dict[str, str]) -> list[Gauge]:
    """The auth methods' work outside the event loop.  One object serves all mounts of a type."""
    methods = {
        entry.record.type: entry.engine for entry in router.by_id.values() if isinstance(entry.engine, AuthMethod)
    }
    counted = [({**cluster, "type": type_}, method.waiting) for type_, method in sorted(methods.items())]
    return [
        *(
            Gauge("vault.core.logins_waiting", waiting.now, "Logins whose password is checked or waits.", labels)
            for labels, waiting in counted
        ),
        *(
            Gauge("vault.core.logins_refused_total", waiting.refused, "Logins refused because too many wait.", labels)
            for labels, waiting in counted
        ),
    ]


def _traffic(now: Numbers, cluster: dict[str, str]) -> list[Gauge]:
    """The memory that the listeners hold, and their refusals."""
    return [
        Gauge("vault.listener.connections", now.connections, "Open connections.", cluster),
        Gauge("vault.listener.body_bytes", now.body_bytes, "Bodies that are received or worked on.", cluster),
        Gauge("vault.listener.answer_bytes", now.answer_bytes, "Large answers that wait for their clients.", cluster),
        *(
            Gauge("vault.listener.refused_total", count, "How often a limit struck.", {**cluster, "limit": limit})
            for limit, count in sorted(now.refusals.items())
        ),
    ]
