"""`sys/metrics`: metrics of this process and of the store's content.

Source: https://developer.hashicorp.com/vault/api-docs/system/metrics
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from strongroom.lib.exposition import FORMATS, Measure, wanted_format, written
from strongroom.lib.exposure import Exposure
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import RawBody, Response
from strongroom.services.mounts import Router
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.services import Services
from strongroom.sysapi.system.engine_gauges import of_engines
from strongroom.sysapi.system.gauges import of_expiry, of_mounts
from strongroom.sysapi.system.quota_gauges import of_quotas
from strongroom.sysapi.system.region_gauges import of_regions
from strongroom.sysapi.system.snapshot_gauges import of_snapshots

_TEXT = "text/plain"


class MetricsBody(Body, frozen=True):
    """How the numbers are written."""

    format: Annotated[
        str,
        Doc(description="`prometheus` or `openmetrics`. Without it, `Accept` decides, and JSON is the default."),
    ] = ""


class MetricsPaths(SystemEngine):
    """Numbers for monitoring."""

    @path.read("metrics", root_only=True)
    async def metrics(self, request: Request, body: MetricsBody) -> Response | None:
        """Reads the metrics of this node: JSON, Prometheus' text format or OpenMetrics."""
        view = system(request)
        services, accept = view.services, view.exchange.request.headers.get("accept", "")
        found = [
            *await request.once.wait("measures", services.processes.measures),
            *await of_content(services, view.router),
        ]
        shown = services.exposure.shown(found, services.cluster.name)
        return described(services.exposure, shown, body.format, accept, request.now)


async def of_content(services: Services, router: Router) -> list[Measure]:
    """What is measured of the store's content, whichever process answers.

    Args:
        router: the mounts.
    """
    return [
        *of_mounts(router),
        *await of_expiry(services),
        *await of_engines(services, router, services.exposure.most_label_sets),
        *await of_quotas(services),
        *await of_snapshots(services),
        *await of_regions(services),
    ]


def described(exposure: Exposure, measures: Sequence[Measure], wanted: str, accept: str, now: float) -> Response:
    """The metrics as a response.

    Args:
        measures: as they are shown. wanted: the parameter `format`; if empty, `accept` decides. accept: the field
            `Accept`. now: seconds since the epoch.
    """
    format_ = wanted_format(wanted, accept)
    if format_ not in FORMATS:
        return Response(raw=RawBody(f'metric response format "{wanted}" unknown'.encode(), _TEXT), status=400)
    if format_ and not exposure.prometheus:
        if wanted:
            return Response(raw=RawBody(b"prometheus is not enabled", _TEXT), status=400)
        format_ = ""
    text = written(measures, format_, now)
    return Response(raw=RawBody(text.content, text.media_type), headers=(("Vary", "Accept"),))
