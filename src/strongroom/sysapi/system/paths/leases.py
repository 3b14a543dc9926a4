"""`sys/leases`: lists, renews and revokes leases.

Source: https://developer.hashicorp.com/vault/api-docs/system/leases
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.audit.entry import timestamp
from strongroom.barrier import keys
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc, Duration
from strongroom.sdk.listing import Page
from strongroom.sdk.request import Request
from strongroom.sdk.response import RawBody, Response
from strongroom.services.leases.records import PLANNED
from strongroom.services.tokens import telling
from strongroom.services.tokens.lease_ids import lease_id
from strongroom.services.tokens.search import by_lease_prefix
from strongroom.sysapi.context import SystemEngine, SystemView, system
from strongroom.sysapi.system.lease_forecast import counted_below
from strongroom.sysapi.system.lease_removal import revoke_below, undo
from strongroom.sysapi.system.lease_renewal import renew
from strongroom.sysapi.system.lease_shown import lookup
from strongroom.sysapi.system.lease_survey import irrevocable
from strongroom.sysapi.system.visible_leases import holds, visible

_TIDYING = (
    "Tidy operation successfully started. Any information from the operation will be printed to Strongroom's "
    "server logs."
)


class LeaseBody(Body, frozen=True):
    """A lease."""

    lease_id: Annotated[str, Doc(description="The lease's id.")] = ""


class RenewLeaseBody(LeaseBody, frozen=True):
    """A lease, and how long it is to run from now."""

    increment: Annotated[
        Duration, Doc(description="How long the lease should last from now. 0 takes the engine's default.")
    ] = Duration(0)


class RevokeLeaseBody(LeaseBody, frozen=True):
    """A lease to end."""

    sync: Annotated[bool | None, Doc(description="Whether to answer only after the secret is revoked.")] = None


class PrefixBody(Body, frozen=True):
    """How to end leases."""

    sync: Annotated[bool | None, Doc(description="Whether to answer only after the secrets are revoked.")] = None


class AfterBody(Body, frozen=True):
    """Where a count goes on."""

    after: Annotated[str, Doc(description="What the count before answered in `after`; without it, begin.")] = ""


class SurveyBody(Body, frozen=True):
    """Which leases."""

    type: Annotated[str, Doc(description="`irrevocable`.")] = ""
    include_child_namespaces: Annotated[bool, Doc(description="Whether to include leases of child namespaces.")] = False
    limit: Annotated[str, Doc(description="The largest number of leases to list. `none` lists all.")] = ""


class LeasePaths(SystemEngine):
    """`leases/…`, and the same by the names of 2016."""

    @path.write("leases/lookup")
    async def lookup_lease(self, request: Request, body: LeaseBody) -> Response | None:
        """Reads a lease: when it was issued and when it expires."""
        if not isinstance(request.data.get("lease_id", ""), str):
            raise InvalidRequest("invalid lease ID")
        view, id_ = system(request), _required(body.lease_id)
        lease = await visible(view, id_)
        if lease is not None and lease.state != PLANNED:
            data: dict[str, Any] | None = await lookup(view.services, view.txn, lease, request.now)
        else:
            data = await _token_shown(view, id_, request.now)
        if data is None:
            raise InvalidRequest("invalid lease")
        place = await view.services.mounts.namespaces.by_id(view.txn, keys.namespace_of(id_))
        if place is not None and not place.is_root:
            data["namespace_path"] = place.path
        return Response(data=data)

    @path.list_("leases/lookup/{prefix**}", sudo=True)
    async def list_leases(self, request: Request, prefix: str, body: Page) -> Response | None:
        """Lists the leases below a path. Leases of tokens are included."""
        view, leases = system(request), system(request).services.leases
        folder = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        found = set(await leases.names(view.txn, view.namespace.id, folder, after=body.after, limit=body.most))
        tokens = await request.once.wait("tokens", lambda: _token_names(view, folder, request.now))
        found |= {name for name in tokens if name > body.after}
        return Response(data={"keys": sorted(found)[: body.most]}) if found else None

    @path.write("leases/renew")
    @path.write("renew")
    async def renew_lease(self, request: Request, body: RenewLeaseBody) -> Response | None:
        """Renews a lease."""
        return await renew(request, _required(body.lease_id), body.increment)

    @path.write("leases/renew/{url_lease_id*}")
    @path.write("renew/{url_lease_id*}")
    async def renew_lease_by_url(self, request: Request, url_lease_id: str, body: RenewLeaseBody) -> Response | None:
        """Renews a lease."""
        return await renew(request, _named(url_lease_id, body), body.increment)

    @path.write("leases/revoke")
    @path.write("revoke")
    async def revoke_lease(self, request: Request, body: RevokeLeaseBody) -> Response | None:
        """Revokes a lease. An unknown lease counts as revoked."""
        if not isinstance(request.data.get("lease_id", ""), str):
            raise InvalidRequest("invalid lease ID")
        await _revoke(request, _required(body.lease_id), sync=bool(body.sync))
        return accepted(body.sync)

    @path.write("leases/revoke/{url_lease_id*}")
    @path.write("revoke/{url_lease_id*}")
    async def revoke_lease_by_url(self, request: Request, url_lease_id: str, body: RevokeLeaseBody) -> Response | None:
        """Revokes a lease. An unknown lease counts as revoked."""
        await _revoke(request, _named(url_lease_id, body), sync=bool(body.sync))
        return accepted(body.sync)

    @path.write("leases/revoke-prefix/{prefix*}", sudo=True)
    @path.write("revoke-prefix/{prefix*}", sudo=True)
    async def revoke_prefix(self, request: Request, prefix: str, body: PrefixBody) -> Response | None:
        """Revokes every lease and token that was created below a path."""
        warnings = await revoke_below(request, prefix, sync=bool(body.sync))
        return warned(warnings, 202 if body.sync is False else 200) or accepted(body.sync)

    @path.read("leases/revoke-prefix/{prefix*}", sudo=True)
    async def count_below(self, request: Request, prefix: str, body: AfterBody) -> Response | None:
        """Counts the leases and tokens that revoking the path would end, and ends nothing."""
        return Response(data=await counted_below(request, prefix, body.after))

    @path.write("leases/revoke-force/{prefix*}", sudo=True)
    @path.write("revoke-force/{prefix*}", sudo=True)
    async def revoke_force(self, request: Request, prefix: str) -> Response | None:
        """Removes every lease below a path, even if revoking a secret fails. The other system may keep it."""
        return warned(await revoke_below(request, prefix, force=True))

    @path.write("leases/tidy")
    async def tidy_leases(self, request: Request) -> Response | None:
        """Accepted for compatibility. The server tidies all the time."""
        return Response(status=202, warnings=[_TIDYING])

    @path.read("leases/count")
    async def count_leases(self, request: Request, body: SurveyBody) -> Response | None:
        """Counts the leases whose revocation keeps failing, by mount."""
        if body.type != "irrevocable":
            return None
        leases = await irrevocable(request, deep=body.include_child_namespaces)
        counts: dict[str, int] = {}
        for lease in leases:
            counts[lease.mount_path] = counts.get(lease.mount_path, 0) + 1
        return Response(data={"counts": counts, "lease_count": len(leases)})

    @path.read("leases", sudo=True)
    async def list_irrevocable(self, request: Request, body: SurveyBody) -> Response | None:
        """Lists the leases whose revocation keeps failing, with the last error."""
        if body.type != "irrevocable":
            return None
        limit = _limit(body.limit)
        leases = await irrevocable(request, deep=body.include_child_namespaces)
        shown = [{"error": lease.error, "lease_id": lease.id} for lease in leases[:limit]]
        return Response(data={"lease_count": len(leases), "leases": shown})


def accepted(sync: bool | None) -> Response | None:
    """The response of a success: 202 for clients that don't want to wait, as they expect."""
    return Response(status=202, raw=RawBody(b"", "application/json")) if sync is False else None


def warned(warnings: list[str], status: int = 200) -> Response | None:
    """The response with warnings, or None without any."""
    return Response(status=status, warnings=warnings) if warnings else None


def _required(lease: str) -> str:
    if not lease:
        raise InvalidRequest("lease_id must be specified")
    return lease


def _named(url_lease_id: str, body: LeaseBody) -> str:
    """The lease of the path.

    Raises `InvalidRequest` if the body names another, because policies were checked for the path.
    """
    if body.lease_id not in {"", url_lease_id}:
        raise InvalidRequest('the field "lease_id" names something else than the path does')
    return url_lease_id


def _limit(text: str) -> int | None:
    if text in {"", "none"}:
        return None
    if not text.isdecimal() or len(text) > 18:
        raise InvalidRequest(f"invalid 'limit' provided: {text[:64]!r} is not a number")
    return int(text)


async def _token_shown(view: SystemView, lease: str, now: float) -> dict[str, Any] | None:
    record = await view.services.tokens.by_lease(view.txn, lease, view.services.mounts, now, view.namespace)
    if record is None:
        return None
    return {
        "expire_time": timestamp(record.expires_at) if record.expires_at else None,
        "id": lease,
        "issue_time": timestamp(record.created_at),
        "last_renewal": timestamp(record.last_renewed_at) if record.last_renewed_at else None,
        "path": record.path,
        "renewable": record.renewable,
        "ttl": max(0, int(record.expires_at - now)) if record.expires_at else 0,
    }


async def _token_names(view: SystemView, folder: str, now: float) -> set[str]:
    services = view.services
    names: set[str] = set()
    async for record in by_lease_prefix(
        services.barrier, services.tokens, services.mounts, view.namespace.id, prefix=folder, now=now
    ):
        segment, slash, _ = lease_id(record)[len(folder) :].partition("/")
        names.add(segment + slash)
    return names


async def _revoke(request: Request, id_: str, *, sync: bool) -> None:
    view, now = system(request), request.now
    if sync and await holds(view, view.txn, id_) and await undo(view, id_, now):
        return
    lease = await visible(view, id_)
    if lease is not None:
        view.services.leases.expire(view.txn, lease, now)
        return
    record = await view.services.tokens.by_lease(view.txn, id_, view.services.mounts, now, view.namespace)
    if record is not None:
        await view.services.tokens.revoke(view.txn, record)
        telling.ended(view.txn, record, now)
