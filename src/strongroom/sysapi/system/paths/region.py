"""`sys/region`: a second region that follows this one, or the first one that this one follows.

No other server of this API has these paths.  `sys/replication` tells the same in Vault's words.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec

from strongroom.audit.entry import timestamp
from strongroom.barrier import keys
from strongroom.barrier.region import FENCED, FOLLOWER, PRIMARY, RegionState
from strongroom.barrier.transaction import Transaction
from strongroom.crypto import region_certificates
from strongroom.lib.errors import InvalidRequest, NotFound, StrongroomError
from strongroom.lib.secret import Secret
from strongroom.sdk import path
from strongroom.sdk.fields import SECRET, Body, Doc, Duration
from strongroom.sdk.names import check_segment_name
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services import restoration
from strongroom.services.mounts.service import BUILT_IN_TYPES
from strongroom.services.region import joining, standing, wire
from strongroom.services.region.link import Link
from strongroom.services.region.losses import losses
from strongroom.services.region.records import (
    AUTHORITY,
    FOLLOWERS,
    FORMER,
    MEMBERSHIP,
    REACHED,
    Enrolment,
    FollowerRecord,
    Former,
    Membership,
    RegionAuthority,
    enrolment_row,
)
from strongroom.sysapi.context import SystemEngine, presented, system
from strongroom.sysapi.services import Services

_TOKEN_TTL_S: Final = 1800
_LONGEST_TOKEN_S: Final = 86400
_MOST_FOLLOWERS: Final = 16
_SECRET_BYTES: Final = 32


class EnableBody(Body, frozen=True):
    """Where other regions reach this one."""

    address: Annotated[str, Doc(description="Host and port of the region listener, as other regions reach it.")] = ""


class EnrolmentBody(Body, frozen=True):
    """For whom a token is."""

    name: Annotated[str, Doc(description="A name for the region that will follow.")] = ""
    ttl: Annotated[Duration | None, Doc(description="How long the token is valid; 30 minutes if not given.")] = None


class JoinBody(Body, frozen=True):
    """How to follow another region."""

    token: Annotated[str, Doc(description="The enrolment token that the first region has made.", extra=SECRET)] = ""
    replace: Annotated[bool, Doc(description="Whether what this store holds may be lost.")] = False


class PromoteBody(Body, frozen=True):
    """How to promote."""

    force: Annotated[bool, Doc(description="Promote a region that was fenced.")] = False


class RegionPaths(SystemEngine):
    """`region`"""

    @path.read("region/status", sudo=True, root_only=True)
    async def region_status(self, request: Request) -> Response | None:
        """Reads what this region is, how far it is behind, or which regions follow it and how far they are."""
        view = system(request)
        now = await view.services.barrier.storage.now()
        return Response(data=await standing.shown(view.txn, now))

    @path.write("region/enable", sudo=True, root_only=True)
    async def enable_region(self, request: Request, body: EnableBody) -> Response | None:
        """Makes this region the first one, which others may follow by the tokens that it makes."""
        view = system(request)
        if not view.services.region_listener:
            raise InvalidRequest("the configuration has no region stanza, so other regions can't reach this one")
        address = _address(body.address)
        state = await view.txn.read(keys.REGION, RegionState)
        if state is not None and state.role != PRIMARY:
            raise InvalidRequest(f"this region is a {state.role}: promote it first")
        known = await view.txn.read(AUTHORITY, RegionAuthority)
        if known is None:
            pair = request.once("authority", lambda: region_certificates.new_authority(request.now))
            known = RegionAuthority(certificate=pair.certificate, key=pair.key, address=address)
        view.txn.write(AUTHORITY, msgspec.structs.replace(known, address=address))
        if state is None:
            view.txn.write(keys.REGION, RegionState(role=PRIMARY, term=1, changed_at=request.now))
        return None

    @path.write("region/token", sudo=True, root_only=True)
    async def make_enrolment(self, request: Request, body: EnrolmentBody) -> Response | None:
        """Makes a token by which one region may follow this one. It works once, and hands out the root key."""
        view = system(request)
        check_segment_name(body.name)
        ttl_s = _TOKEN_TTL_S if body.ttl is None else body.ttl
        if not 0 < ttl_s <= _LONGEST_TOKEN_S:
            raise InvalidRequest("ttl must be from one second to a day")
        state, authority = (
            await view.txn.read(keys.REGION, RegionState),
            await view.txn.read(AUTHORITY, RegionAuthority),
        )
        if state is None or state.role != PRIMARY or authority is None:
            raise InvalidRequest("this region has no followers: enable it first")
        if len(await view.txn.list(FOLLOWERS)) >= _MOST_FOLLOWERS:
            raise InvalidRequest(f"at most {_MOST_FOLLOWERS} regions may follow one")
        secret = request.once("enrolment", lambda: view.services.random.bytes(_SECRET_BYTES))
        expires_at = await view.services.barrier.storage.now() + ttl_s
        view.txn.write(enrolment_row(secret), Enrolment(name=body.name, expires_at=expires_at))
        token = wire.shown_token(wire.TokenContent(authority.address, authority.certificate, secret))
        return Response(data={"token": token, "expire_time": timestamp(expires_at)})

    @path.list_("region/followers", sudo=True, root_only=True)
    async def list_followers(self, request: Request) -> Response | None:
        """Lists the regions that follow this one."""
        txn = system(request).txn
        found = {name: await txn.read(FOLLOWERS + name, FollowerRecord) for name in await txn.list(FOLLOWERS)}
        info = {name: {"name": record.name} for name, record in found.items() if record is not None}
        return Response(data={"keys": list(info), "key_info": info}) if info else None

    @path.delete("region/followers/{id}", sudo=True, root_only=True)
    async def revoke_follower(self, request: Request, id: str) -> Response | None:  # noqa: A002 - the name in the path
        """Revokes a region's certificate, which gets nothing from now on. What it has, it keeps."""
        txn = system(request).txn
        if await txn.read(FOLLOWERS + id, FollowerRecord) is None:
            raise NotFound("")
        txn.delete(FOLLOWERS + id)
        txn.delete(REACHED + id)
        return None

    @path.write("region/join", sudo=True, root_only=True)
    async def join_region(self, request: Request, body: JoinBody) -> Response | None:
        """Makes this store that of a follower. If its keys change, its nodes are sealed; its own shares open them."""
        view = system(request)
        content = wire.parse_token(body.token)
        state = await view.txn.read(keys.REGION, RegionState)
        if state is not None and state.role != FENCED:
            raise InvalidRequest(f"this region is a {state.role}: demote it first")
        if not body.replace:
            await _require_new(view.txn, view.services, presented(request).record.accessor)
        services = view.services
        enrolled, key, membership = request.once.outside("enrol", lambda: _enrol(services, content))
        foreign = await joining.join(view.txn, services.random, enrolled, key, membership)
        return Response(data={"seals": foreign})  # `core/key_watch.py` seals every node when this is committed

    @path.write("region/promote", sudo=True, root_only=True)
    async def promote_region(self, request: Request, body: PromoteBody) -> Response | None:
        """Makes this follower the first region, and says what it keeps and what it lacks."""
        view = system(request)
        now = await view.services.barrier.storage.now()
        former = await standing.promote(view.txn, now, force=body.force)
        return Response(data={"term": former.term, **await _reported(view.txn, view.services, former)})

    @path.read("region/former", sudo=True, root_only=True)
    async def former_region(self, request: Request) -> Response | None:
        """Reads what is known of the region that was the first one before, and what it has that this one lacks."""
        view = system(request)
        former = await view.txn.read(FORMER, Former)
        return None if former is None else Response(data=await _reported(view.txn, view.services, former))

    @path.write("region/demote", sudo=True, root_only=True)
    async def demote_region(self, request: Request) -> Response | None:
        """Has this region serve nothing, until it joins another one or is promoted by force."""
        view = system(request)
        now = await view.services.barrier.storage.now()
        await standing.fence(view.txn, now, "it was demoted")
        return None

    @path.write("region/leave", sudo=True, root_only=True)
    async def leave_region(self, request: Request) -> Response | None:
        """Has this follower follow no more. The first region gives it nothing any more, if it can be reached."""
        view = system(request)
        state, membership = await view.txn.read(keys.REGION, RegionState), await view.txn.read(MEMBERSHIP, Membership)
        if state is None or state.role != FOLLOWER or membership is None:
            raise InvalidRequest("this region follows none")
        # A copy that was restored elsewhere must not have the first region forget the one that it is a copy of.
        told = not await restoration.rests(view.txn) and request.once.outside(
            "leave", lambda: _leave(membership, state.term)
        )
        now = await view.services.barrier.storage.now()
        await standing.fence(view.txn, now, "it has left")
        warning = "the first region was not told: revoke this region's certificate there"
        return None if told else Response(warnings=[warning])


def _address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536 or len(text) > 300:
        raise InvalidRequest("address must be host and port, such as vault.example.com:8203")
    if any(sign in text for sign in "/@?# ") or not text.isprintable():
        raise InvalidRequest("address must be host and port, such as vault.example.com:8203")
    return text


async def _require_new(txn: Transaction, services: Services, accessor: str) -> None:
    """Raise `InvalidRequest` that names what would be lost, if there is anything."""
    router = await services.mounts.router(txn, keys.ROOT_NAMESPACE)
    mounts = [path for path, entry in router.by_path.items() if entry.record.type not in BUILT_IN_TYPES]
    lost = await losses(txn, mounts, accessor)
    if lost:
        text = f"joining replaces all that this store holds: {', '.join(lost)}; replace=true allows it"
        raise InvalidRequest(text)


async def _enrol(services: Services, content: wire.TokenContent) -> tuple[wire.Enrolled, Secret, Membership]:
    link = Link(content.address, content.authority)
    return await joining.enrol(link, content, services.random, services.cluster.id)


async def _leave(membership: Membership, term: int) -> bool:
    """Tell the first region.  Returns whether it knows."""
    try:
        link = Link(membership.address, membership.authority, membership.certificate + membership.key)
        await link.ask(wire.LEAVE, wire.KeyAsked(term), wire.KeyAsked)
    except StrongroomError:
        return False
    return True


async def _reported(txn: Transaction, services: Services, former: Former) -> dict[str, Any]:
    router = await services.mounts.router(txn, keys.ROOT_NAMESPACE)
    places = {mount: entry.record.full_path for mount, entry in router.by_id.items()}
    return {**standing.shown_former(former), "lacking_by_place": standing.by_place(former.lacking, places)}
