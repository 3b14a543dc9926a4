"""The months that a report is asked for, and what its namespaces and mounts are called."""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

from strongroom.lib.errors import InvalidRequest, NamespaceSealed
from strongroom.lib.instants import parse_instant
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.request import Request
from strongroom.services.mounts import Router
from strongroom.services.usage.months import between, later, month_of
from strongroom.services.usage.records import config_of
from strongroom.sysapi.context import SystemView, system

_MOST_MONTHS: Final = 120
_LATEST: Final = 253_370_764_800.0
"""The year 9999: no calendar has later times."""


class PeriodBody(Body, frozen=True):
    """The period of a report."""

    start_time: Annotated[
        str, Doc(description="Begin of the period (RFC 3339 or seconds since the epoch). Its month is included.")
    ] = ""
    end_time: Annotated[
        str, Doc(description="End of the period (RFC 3339 or seconds since the epoch). Its month is included.")
    ] = ""


async def months_asked(request: Request, body: PeriodBody) -> list[str]:
    """The months of a period; by default those up to the current one, as many as the settings say.

    Raises: `InvalidRequest` for a text that is no time, and for an end before its start.
    """
    last = month_of(min(_instant("end_time", body.end_time) if body.end_time else request.now, request.now))
    if body.start_time:
        first = month_of(_instant("start_time", body.start_time))
    else:
        first = later(last, 1 - (await config_of(system(request).txn)).report_months)
    months = between(first, last, _MOST_MONTHS)
    if not months:
        raise InvalidRequest("start_time is later than end_time")
    return months


def _instant(name: str, text: str) -> float:
    found = parse_instant(text)
    if found is None or not 0 <= found < _LATEST:
        raise InvalidRequest(f"{name} is neither a time as RFC 3339 has it nor a number of seconds since the epoch")
    return found


class Place(NamedTuple):
    """A namespace that is there, and its mounts."""

    path: str
    router: Router | None
    """None while the namespace is sealed."""


class KnownPlaces:
    """Names of the namespaces and mounts that are there; others are named by what they were known by."""

    def __init__(self, places: dict[str, Place]) -> None:
        self._places = places
        self._mounts = {
            accessor: (entry.record.full_path, entry.record.type)
            for place in places.values()
            if place.router is not None
            for accessor, entry in place.router.by_accessor.items()
        }

    def path_of(self, namespace: str) -> str:
        """The path of a namespace."""
        place = self._places.get(namespace)
        return place.path if place is not None else f"deleted namespace {namespace}"

    def mount_of(self, mount: str) -> tuple[str, str]:
        """The path and type of a mount, by its accessor."""
        return self._mounts.get(mount) or (f'deleted mount; accessor "{mount}"', "")


async def places_of(view: SystemView, namespaces: set[str]) -> KnownPlaces:
    """What these namespaces are called now."""
    mounts, found = view.services.mounts, dict[str, Place]()
    for id_ in namespaces:
        namespace = await mounts.namespaces.by_id(view.txn, id_)
        if namespace is None:
            continue
        try:
            router = await mounts.passing_router(view.txn, id_)
        except NamespaceSealed:
            router = None
        found[id_] = Place(namespace.path, router)
    return KnownPlaces(found)
