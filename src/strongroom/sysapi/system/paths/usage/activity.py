"""`sys/internal/counters/activity`: how many clients were active, by month, namespace and mount.

Source: https://developer.hashicorp.com/vault/api-docs/system/internal-counters
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.usage import counts, reading
from strongroom.services.usage.counts import Client
from strongroom.services.usage.months import first_second, last_second, month_of
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.system.paths.usage.period import PeriodBody, months_asked, places_of


class ActivityBody(PeriodBody, frozen=True):
    """The period of a count, and how much of it is told."""

    limit_namespaces: Annotated[
        int, Doc(description="The most namespaces in `by_namespace`, those with the most clients. 0 for all.")
    ] = 0
    current_billing_period: Annotated[
        bool, Doc(description="Accepted for compatibility. The period ends with the current month anyway.")
    ] = False


class ActivityPaths(SystemEngine):
    """Counts of clients."""

    @path.read("internal/counters/activity", root_only=True)
    async def count_clients(self, request: Request, body: ActivityBody) -> Response | None:
        """Counts the clients that were active in a period."""
        if body.limit_namespaces < 0:
            raise InvalidRequest("limit_namespaces cannot be negative")
        wanted = await months_asked(request, body)
        months = await _read(request, wanted)
        places = await places_of(system(request), {each.namespace for some in months.values() for each in some})

        def told() -> dict[str, Any]:
            clients = counts.all_of(months).values()
            return {
                "start_time": first_second(next(iter(months), wanted[0])),
                "end_time": last_second(wanted[-1]),
                "total": counts.counted(clients),
                "by_namespace": counts.by_namespace(clients, places, body.limit_namespaces),
                "months": counts.by_month(wanted, months, places),
            }

        return Response(data=_in_thread(request, told))

    @path.read("internal/counters/activity/monthly", root_only=True)
    async def count_clients_of_month(self, request: Request) -> Response | None:
        """Counts the clients that were active since the current month began."""
        wanted = [month_of(request.now)]
        months = await _read(request, wanted)
        places = await places_of(system(request), {each.namespace for some in months.values() for each in some})

        def told() -> dict[str, Any]:
            clients = counts.all_of(months).values()
            return {
                **counts.counted(clients),
                "by_namespace": counts.by_namespace(clients, places),
                "months": counts.by_month(wanted, months, places),
            }

        return Response(data=_in_thread(request, told))


def _in_thread(request: Request, told: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """A report over many clients takes seconds, in which other requests have to go on."""
    return request.once.outside("report", lambda: asyncio.to_thread(told))


async def _read(request: Request, wanted: list[str]) -> dict[str, list[Client]]:
    """The clients of these months, as far as there are any."""
    barrier = system(request).services.barrier

    async def read() -> dict[str, list[Client]]:
        kept = [month for month in await reading.months_kept(barrier) if month in wanted]
        return {month: await reading.clients_of(barrier, month, None) for month in kept}

    return request.once.outside(f"clients {wanted}", read)
