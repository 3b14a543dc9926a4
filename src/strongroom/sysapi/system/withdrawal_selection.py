"""Reads to whom something was issued that is to be taken back."""

from __future__ import annotations

import ipaddress
import math
from datetime import datetime

import msgspec

from strongroom.barrier import keys
from strongroom.lib.durations import SECOND_NS, parse_duration_ns
from strongroom.lib.errors import InvalidRequest, StrongroomError
from strongroom.sdk.request import Request
from strongroom.sdk.token_fields import network_of
from strongroom.services.identity import entities
from strongroom.services.identity.names import folded
from strongroom.services.identity.records import EntityRecord
from strongroom.services.mounts import AUTH, MountEntry
from strongroom.services.withdrawals import Selection
from strongroom.sysapi.context import SystemView, system
from strongroom.sysapi.token.finding import by_accessor

NETWORKS = 100
"""The most networks of one withdrawal."""
CLOCKS_S = 2.0
"""How long after its request a withdrawal still concerns what is issued, unless it says until when.

A request that is in progress may get its token after this one has begun, and another node's clock may be ahead.
"""


class Wanted(msgspec.Struct, frozen=True):
    """What a request selects by, as it was given."""

    entity_id: str = ""
    alias: str = ""
    mount: str = ""
    role: str = ""
    accessor: str = ""
    networks: tuple[str, ...] = ()
    block: bool = False
    """Whether nothing is issued to them any more, either."""


async def selection_of(request: Request, wanted: Wanted) -> Selection:
    """The selection.  Raises `InvalidRequest` if it selects by nothing, or by what doesn't exist."""
    view = system(request)
    if not any((wanted.entity_id, wanted.mount, wanted.accessor, wanted.networks)):
        what = "one of entity_id, accessor, network and mount is needed"
        raise InvalidRequest(f"{what}; alias and role need a mount" if wanted.alias or wanted.role else what)
    mount = await _mount(view, wanted.mount) if wanted.mount else None
    if (wanted.alias or wanted.role) and mount is None:
        raise InvalidRequest("alias and role are names in an auth mount: name the mount too")
    if wanted.alias and mount is not None and mount.record.table != AUTH:
        raise InvalidRequest("an alias is a name in an auth mount, and this is another mount")
    entity = await _entity(view, wanted.entity_id) if wanted.entity_id else None
    by_mount = mount is not None and not (wanted.alias and not wanted.role)
    return Selection(
        entity_ids=tuple(dict.fromkeys((entity.id, wanted.entity_id, *entity.merged_from)))
        if entity is not None
        else (),
        logins=entity.aliases if entity is not None and wanted.block else (),
        alias=folded(wanted.alias),
        alias_mount=mount.record.accessor if wanted.alias and mount is not None else "",
        token_key=await _token(request, wanted.accessor) if wanted.accessor else "",
        networks=_networks(wanted.networks),
        mount=mount.record.id if by_mount and mount is not None else "",
        mount_path=f"{view.namespace.id}/{mount.record.full_path}" if by_mount and mount is not None else "",
        role=wanted.role,
    )


def times_of(since: str, until: str, now: float, *, block: bool) -> tuple[float, float]:
    """The time that is concerned, in seconds since the epoch.  Raises `InvalidRequest`.

    Args:
        since, until: a time, or how long ago; empty for "ever" and "now".
    """
    begin = _time("since", since, now) if since else 0.0
    if until and block:
        raise InvalidRequest("until and block can't both be given: what blocks has no end until it is lifted")
    end = _time("until", until, now) if until else now + CLOCKS_S
    if end > now + CLOCKS_S or begin > end:
        raise InvalidRequest("since has to be before until, and neither may be in the future")
    return begin, math.inf if block else end


def _time(name: str, text: str, now: float) -> float:
    text = text.strip()
    try:
        if "T" in text.upper() and "-" in text:
            at = datetime.fromisoformat(text)
            if at.tzinfo is None:
                raise InvalidRequest(f"{name} needs a time zone, such as Z at its end")
            return at.timestamp()
        if text.isdecimal() and len(text) in {10, 11}:
            return float(text)
        return now - parse_duration_ns(text) / SECOND_NS
    except (ValueError, OverflowError) as error:
        raise _unreadable(name) from error
    except StrongroomError as error:
        raise error if name in error.text else _unreadable(name) from error


def _unreadable(name: str) -> InvalidRequest:
    return InvalidRequest(
        f"{name} is neither a time (2026-01-31T12:00:00Z, or seconds since 1970) nor how long ago (such as 24h)"
    )


async def _mount(view: SystemView, path: str) -> MountEntry:
    router = await view.services.mounts.router(view.txn, view.namespace.id)
    found = router.by_path.get(f"{path.strip('/')}/")
    if found is None:
        raise InvalidRequest(f"no mount at {path.strip('/')[:200]!r} in this namespace (auth mounts begin with auth/)")
    return found


async def _entity(view: SystemView, id_: str) -> EntityRecord:
    """The entity of that id, or what it was merged into."""
    namespace = keys.namespace_of(id_)
    place = await view.services.mounts.namespaces.by_id(view.txn, namespace)
    joined = place is not None and (view.namespace.holds(place) or place.holds(view.namespace))
    entity = await entities.living(view.txn, namespace, id_) if joined else None
    if entity is None:
        raise InvalidRequest("no entity with that id")
    return entity


def _ids(entity: EntityRecord, given: str) -> tuple[str, ...]:
    """The entity's id, those of its merges, and the one given."""
    return tuple(dict.fromkeys((entity.id, given, *entity.merged_from)))


async def _token(request: Request, accessor: str) -> str:
    record = await by_accessor(request, accessor)
    if record is None:
        raise InvalidRequest("no token with that accessor is alive: what hangs on it has ended with it")
    return record.key


def _networks(texts: tuple[str, ...]) -> tuple[str, ...]:
    if len(texts) > NETWORKS:
        raise InvalidRequest(f"{NETWORKS} networks are the most of one withdrawal")
    found = []
    for text in texts:
        try:
            network = network_of(text)
        except ValueError as error:
            raise InvalidRequest(f"{text[:60]!r} is no address and no network in CIDR form") from error
        if isinstance(network, ipaddress.IPv6Network) and network.network_address.ipv4_mapped is not None:
            mapped = network.network_address.ipv4_mapped
            network = ipaddress.ip_network(f"{mapped}/{max(0, network.prefixlen - 96)}")
        found.append(str(network))
    return tuple(dict.fromkeys(found))
