"""`sys/metrics`: numbers of the process that answers and of what the store holds.

Source: https://developer.hashicorp.com/vault/api-docs/system/metrics,
https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec

from strongroom.barrier import keys
from strongroom.lib import json
from strongroom.sdk import path
from strongroom.sdk.engine import AuthMethod
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import RawBody, Response
from strongroom.services.due import COUNTED, backlogs
from strongroom.services.mounts import AUTH, Router
from strongroom.storage.watch import StoreState
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.services import Services
from strongroom.sysapi.system import host
from strongroom.sysapi.traffic import Numbers

_TEXT = "text/plain"
_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


class Gauge(msgspec.Struct, frozen=True):
    """One number."""

    name: str
    """With dots, as Vault names it."""
    value: float
    help: str
    labels: dict[str, str] = {}


class MetricsBody(Body, frozen=True):
    """How the numbers are written."""

    format: Annotated[str, Doc(description="`prometheus`, or nothing for JSON.")] = ""


class MetricsPaths(SystemEngine):
    """Numbers for monitoring."""

    @path.read("metrics")
    async def metrics(self, request: Request, body: MetricsBody) -> Response | None:
        """Numbers of the process that answers, as JSON or in Prometheus' text format."""
        view = system(request)
        return await describe(view.services, view.router, body.format, request.now)


async def describe(services: Services, router: Router | None, wanted: str, now: float) -> Response:
    """The numbers as an answer.

    Args:
        router: of the mounts; None while the store is out of reach, when only this process is described.
        wanted: `prometheus`, or empty for JSON.
        now: seconds since the epoch.
    """
    if wanted not in {"", "prometheus"}:
        return Response(raw=RawBody(f'metric response format "{wanted}" unknown'.encode(), _TEXT), status=400)
    gauges = [*_process(services), *_store(services)]
    if router is not None:
        gauges += [*_mounts(services, router), *await _expiry(services)]
    gauges.sort(key=lambda gauge: gauge.name.startswith("process."))
    if wanted == "prometheus":
        return Response(raw=RawBody(prometheus(gauges).encode(), _PROMETHEUS))
    return Response(raw=RawBody(json.dumps_unsorted(_plain(gauges, now)), "application/json"))


def _process(services: Services) -> list[Gauge]:
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
        *_traffic(services.traffic.now(), cluster),
        Gauge("process.resident_memory_bytes", host.resident_bytes(), "Memory that the process holds."),
        Gauge("process.cpu_seconds_total", time.process_time(), "Processor time that the process has used."),
        Gauge("process.open_fds", host.open_descriptors(), "Open files and sockets."),
    ]


def _store(services: Services) -> list[Gauge]:
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


def _mounts(services: Services, router: Router) -> list[Gauge]:
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


def prometheus(gauges: list[Gauge]) -> str:
    """The numbers in Prometheus' text format."""
    lines: list[str] = []
    named: set[str] = set()
    for gauge in gauges:
        name = gauge.name.replace(".", "_")
        if name not in named:
            named.add(name)
            kind = "counter" if name.endswith("_total") else "gauge"
            lines += [f"# HELP {name} {gauge.help}", f"# TYPE {name} {kind}"]
        labels = ",".join(f'{label}="{_escaped(text)}"' for label, text in sorted(gauge.labels.items()))
        lines.append(f"{name}{{{labels}}} {gauge.value!r}" if labels else f"{name} {gauge.value!r}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _plain(gauges: list[Gauge], now: float) -> dict[str, Any]:
    """The numbers as Vault's JSON has them."""
    return {
        "Timestamp": datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%d %H:%M:%S +0000 UTC"),
        "Gauges": [{"Name": g.name, "Value": g.value, "Labels": g.labels} for g in gauges],
        "Points": [],
        "Counters": [],
        "Samples": [],
    }
