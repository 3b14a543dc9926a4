"""`sys/metrics`: numbers of the process that answers and of what the store holds.

Source: https://developer.hashicorp.com/vault/api-docs/system/metrics
"""

from __future__ import annotations

import time
from typing import Annotated

from strongroom.barrier import keys
from strongroom.sdk import path
from strongroom.sdk.engine import AuthMethod
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import RawBody, Response
from strongroom.services.due import COUNTED, backlogs
from strongroom.services.mounts import AUTH, Router
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.processes import WorkerCounts
from strongroom.sysapi.services import Services
from strongroom.sysapi.system import host
from strongroom.sysapi.system.exposition import FORMATS, Gauge, wanted_format, written
from strongroom.sysapi.traffic import Numbers

_TEXT = "text/plain"


class MetricsBody(Body, frozen=True):
    """How the numbers are written."""

    format: Annotated[
        str,
        Doc(description="`prometheus` or `openmetrics`. Without it, `Accept` decides, and JSON is the default."),
    ] = ""


class MetricsPaths(SystemEngine):
    """Numbers for monitoring."""

    @path.read("metrics")
    async def metrics(self, request: Request, body: MetricsBody) -> Response | None:
        """Reads the metrics of the process that answers: JSON, Prometheus' text format or OpenMetrics."""
        view = system(request)
        accept = view.known.request.headers.get("accept", "")
        return await describe(view.services, view.router, body.format, accept, request.now)


async def describe(services: Services, router: Router, wanted: str, accept: str, now: float) -> Response:
    """The numbers as an answer.

    Args:
        wanted: the parameter `format`; empty leaves it to what the client accepts.
        accept: the field `Accept`.
        now: seconds since the epoch.
    """
    format_ = wanted_format(wanted, accept)
    if format_ not in FORMATS:
        return Response(raw=RawBody(f'metric response format "{wanted}" unknown'.encode(), _TEXT), status=400)
    gauges = [*_gauges(services, router), *await _expiry(services)]
    return Response(raw=written(gauges, format_, now), headers=(("Vary", "Accept"),))


def _gauges(services: Services, router: Router) -> list[Gauge]:
    cluster = {"cluster": services.cluster.name}
    out = [Gauge("vault.core.unsealed", 1, "Whether the barrier is open.", cluster)]
    counts = {(kind, local): 0 for kind in ("auth", "logical") for local in ("false", "true")}
    for entry in router.by_id.values():
        record = entry.record
        counts["auth" if record.table == AUTH else "logical", str(record.local).lower()] += 1
    out += [
        Gauge(
            "vault.core.mount_table.num_entries",
            count,
            "How many mounts there are.",
            {**cluster, "local": local, "type": kind},
        )
        for (kind, local), count in counts.items()
    ]
    out += [
        Gauge("vault.audit.spool_bytes", waiting, "What waits for the audit forwarder.", {**cluster, "device": path})
        for path, waiting in sorted(services.audit.backlogs().items())
    ]
    out += [
        Gauge("vault.audit.undeliverable_bytes", aside, "What no target will take.", {**cluster, "device": path})
        for path, aside in sorted(services.audit.undeliverable().items())
    ]
    out += _workers(services.processes.counts(), cluster)
    watching = services.processes.watching()
    out.append(Gauge("vault.core.log_readers", watching, "Clients that read the log by sys/monitor.", cluster))
    out += _logins(router, cluster)
    return [
        *out,
        *_traffic(services.traffic.now(), cluster),
        Gauge("process.resident_memory_bytes", host.resident_bytes(), "Memory that the process holds."),
        Gauge("process.cpu_seconds_total", time.process_time(), "Processor time that the process has used."),
        Gauge("process.open_fds", host.open_descriptors(), "Open files and sockets."),
    ]


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


async def _expiry(services: Services) -> list[Gauge]:
    """How far what is due has ended: of the whole store, whichever process has the role."""
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
    return out


def _logins(router: Router, cluster: dict[str, str]) -> list[Gauge]:
    """What the auth methods have to do beside the event loop; one object serves all mounts of a type."""
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
    """What the listeners hold, and what they refused."""
    return [
        Gauge("vault.listener.connections", now.connections, "Open connections.", cluster),
        Gauge("vault.listener.body_bytes", now.body_bytes, "Bodies that are received or worked on.", cluster),
        Gauge("vault.listener.answer_bytes", now.answer_bytes, "Large answers that wait for their clients.", cluster),
        *(
            Gauge("vault.listener.refused_total", count, "How often a limit struck.", {**cluster, "limit": limit})
            for limit, count in sorted(now.refusals.items())
        ),
    ]
