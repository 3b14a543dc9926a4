"""`sys/metrics`: metrics of this process and of the store's content.

Source: https://developer.hashicorp.com/vault/api-docs/system/metrics
"""

from __future__ import annotations

from typing import Annotated

from strongroom.lib.exposition import FORMATS, wanted_format, written
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import RawBody, Response
from strongroom.services.mounts import Router
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.services import Services
from strongroom.sysapi.system.engine_gauges import of_engines
from strongroom.sysapi.system.gauges import of_expiry, of_mounts, of_process, of_store

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
        """Reads the metrics of the process that answers: JSON, Prometheus' text format or OpenMetrics."""
        view = system(request)
        accept = view.exchange.request.headers.get("accept", "")
        return await describe(view.services, view.router, body.format, accept, request.now)


async def describe(services: Services, router: Router | None, wanted: str, accept: str, now: float) -> Response:
    """The metrics as a response.

    Args:
        router: the mounts; None while the store is unreachable.  Only this process is described then. wanted: the
        parameter `format`; if empty, `accept` decides. accept: the field `Accept`. now: seconds since the epoch.
    """
    format_ = wanted_format(wanted, accept)
    if format_ not in FORMATS:
        return Response(raw=RawBody(f'metric response format "{wanted}" unknown'.encode(), _TEXT), status=400)
    gauges = [*of_process(services), *of_store(services)]
    if router is not None:
        gauges += [*of_mounts(services, router), *await of_expiry(services), *await of_engines(services, router)]
    gauges.sort(key=lambda gauge: gauge.name.startswith("process."))
    text = written(gauges, format_, now)
    return Response(raw=RawBody(text.content, text.media_type), headers=(("Vary", "Accept"),))
