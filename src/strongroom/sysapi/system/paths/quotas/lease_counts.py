"""`sys/quotas/lease-count`: how many leases there may be at a time.

Source: https://developer.hashicorp.com/vault/api-docs/system/lease-count-quotas
"""

from __future__ import annotations

from typing import Annotated

from strongroom.barrier import keys
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import uuid4
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.listing import Page, listed
from strongroom.sdk.names import check_segment_name
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.quotas.records import LeaseCount
from strongroom.services.quotas.rows import lease_counts
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.system.paths.quotas.places import check_free, scope_of, shown_path


class LeaseCountBody(Body, frozen=True):
    """A lease count quota."""

    type: Annotated[str, Doc(description="The kind of quota. It is always `lease-count`.")] = ""
    path: Annotated[
        str,
        Doc(
            description="A namespace, a mount, or a path in a mount, which may end in `*`. Empty for all leases that "
            "no other quota is for."
        ),
    ] = ""
    role: Annotated[str, Doc(description="The role of logins. The path is that of an auth method then.")] = ""
    max_leases: Annotated[int, Doc(description="How many leases and tokens there may be at a time.")] = 0
    inheritable: Annotated[
        bool | None, Doc(description="Whether the quota is also for the namespaces below that have none of their own.")
    ] = None
    additional: Annotated[
        bool, Doc(description="Whether the quota counts beside the most specific one, and not instead of it.")
    ] = False


class LeaseCountPaths(SystemEngine):
    """`quotas/lease-count`."""

    @path.list_("quotas/lease-count", root_only=True)
    async def list_lease_counts(self, request: Request, body: Page) -> Response | None:
        """Lists the names of all lease count quotas."""
        return listed(await system(request).txn.list(keys.LEASE_COUNTS, body.after, body.most))

    @path.read("quotas/lease-count/{name}", root_only=True)
    async def read_lease_count(self, request: Request, name: str) -> Response | None:
        """Reads a lease count quota, and how many leases it counts at the moment."""
        check_segment_name(name)
        view = system(request)
        record = await view.txn.read(keys.LEASE_COUNTS + name, LeaseCount)
        if record is None:
            return None
        scope = record.scope
        return Response(
            data={
                "additional": scope.additional,
                "counter": (await view.services.lease_counts.counted(view.txn))[name][0],
                "inheritable": scope.inheritable,
                "max_leases": record.max_leases,
                "name": name,
                "path": await shown_path(view, scope),
                "role": scope.role,
                "type": "lease-count",
            }
        )

    @path.write("quotas/lease-count/{name}", root_only=True, by_rows=True, event="quota/write")
    async def write_lease_count(self, request: Request, name: str, body: LeaseCountBody) -> Response | None:
        """Creates or replaces a lease count quota. It counts the leases that there are already."""
        check_segment_name(name)
        view = system(request)
        if body.max_leases <= 0:
            raise InvalidRequest("'max_leases' is invalid")
        scope = await scope_of(view, body.path, body.role, inheritable=body.inheritable, additional=body.additional)
        others = await lease_counts(view.txn)
        check_free(name, scope, others)
        former = others.get(name)
        if former is not None and former.scope == scope:
            id_ = former.id
        else:
            id_ = request.once("lease count id", lambda: uuid4(view.services.random))
        view.txn.write(keys.LEASE_COUNTS + name, LeaseCount(id=id_, scope=scope, max_leases=body.max_leases))
        await view.services.lease_counts.recount(view.txn)
        return None

    @path.delete("quotas/lease-count/{name}", root_only=True, event="quota/delete")
    async def delete_lease_count(self, request: Request, name: str) -> Response | None:
        """Deletes a lease count quota."""
        check_segment_name(name)
        view = system(request)
        view.txn.delete(keys.LEASE_COUNTS + name)
        await view.services.lease_counts.recount(view.txn)
        return None
