"""`sys/quotas/rate-limit`: how many requests clients may send in a time.

Source: https://developer.hashicorp.com/vault/api-docs/system/rate-limit-quotas,
https://openbao.org/api-docs/system/rate-limit-quotas/
"""

from __future__ import annotations

from typing import Annotated, Final

from strongroom.barrier import keys
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import uuid4
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc, Duration
from strongroom.sdk.listing import Page, listed
from strongroom.sdk.names import check_segment_name
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.quotas.records import BY_ENTITY, GROUPINGS, IP, RateLimit
from strongroom.services.quotas.rows import rate_limits
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.system.paths.quotas.places import check_free, scope_of, shown_path

_LONGEST_S: Final = 366 * 86400
_WHOLE: Final = 2.0**53


class RateLimitBody(Body, frozen=True):
    """A rate limit."""

    type: Annotated[str, Doc(description="The kind of quota. It is always `rate-limit`.")] = ""
    path: Annotated[
        str,
        Doc(
            description="A namespace, a mount, or a path in a mount, which may end in `*`. Empty for all requests of "
            "the root namespace, and of those below that have no limit of their own."
        ),
    ] = ""
    role: Annotated[str, Doc(description="The role of logins. The path is that of an auth method then.")] = ""
    rate: Annotated[float, Doc(description="How many requests each client may send in an interval.")] = 0.0
    interval: Annotated[Duration, Doc(description="The interval; a second by default.")] = Duration(0)
    block_interval: Annotated[
        Duration, Doc(description="For how long a client is refused that has met the limit; 0 until its interval ends.")
    ] = Duration(0)
    inheritable: Annotated[
        bool | None, Doc(description="Whether the limit counts for the namespaces below that have none of their own.")
    ] = None
    group_by: Annotated[
        str, Doc(description="Who counts together: `ip`, `none`, `entity_then_ip` or `entity_then_none`.")
    ] = ""
    secondary_rate: Annotated[
        float, Doc(description="The rate of clients without an entity; the same as `rate` by default.")
    ] = 0.0
    additional: Annotated[
        bool, Doc(description="Whether the limit counts beside the most specific one, and not instead of it.")
    ] = False


class RateLimitPaths(SystemEngine):
    """`quotas/rate-limit`."""

    @path.list_("quotas/rate-limit", root_only=True)
    async def list_rate_limits(self, request: Request, body: Page) -> Response | None:
        """Lists the names of all rate limits."""
        return listed(await system(request).txn.list(keys.RATE_LIMITS, body.after, body.most))

    @path.read("quotas/rate-limit/{name}", root_only=True)
    async def read_rate_limit(self, request: Request, name: str) -> Response | None:
        """Reads a rate limit."""
        check_segment_name(name)
        view = system(request)
        record = await view.txn.read(keys.RATE_LIMITS + name, RateLimit)
        if record is None:
            return None
        scope = record.scope
        return Response(
            data={
                "additional": scope.additional,
                "block_interval": record.block_interval_s,
                "group_by": record.group_by,
                "inheritable": scope.inheritable,
                "interval": record.interval_s,
                "name": name,
                "path": await shown_path(view, scope),
                "rate": _shown(record.rate),
                "role": scope.role,
                "secondary_rate": _shown(record.secondary_rate),
                "type": "rate-limit",
            }
        )

    @path.write("quotas/rate-limit/{name}", root_only=True, by_rows=True, event="quota/write")
    async def write_rate_limit(self, request: Request, name: str, body: RateLimitBody) -> Response | None:
        """Creates or replaces a rate limit. What was counted before doesn't matter then."""
        check_segment_name(name)
        view = system(request)
        _check(body)
        scope = await scope_of(view, body.path, body.role, inheritable=body.inheritable, additional=body.additional)
        check_free(name, scope, await rate_limits(view.txn))
        record = RateLimit(
            id=request.once("rate limit id", lambda: uuid4(view.services.random)),
            scope=scope,
            rate=body.rate,
            interval_s=body.interval or 1,
            block_interval_s=body.block_interval,
            group_by=body.group_by or IP,
            secondary_rate=body.secondary_rate,
        )
        view.txn.write(keys.RATE_LIMITS + name, record)
        return None

    @path.delete("quotas/rate-limit/{name}", root_only=True, event="quota/delete")
    async def delete_rate_limit(self, request: Request, name: str) -> Response | None:
        """Deletes a rate limit."""
        check_segment_name(name)
        system(request).txn.delete(keys.RATE_LIMITS + name)
        return None


def _shown(rate: float) -> float:
    """A rate without a fraction of zero, as other servers write it."""
    return int(rate) if rate.is_integer() and rate < _WHOLE else rate


def _check(body: RateLimitBody) -> None:
    """Raise `InvalidRequest` for values that a rate limit can't have."""
    if body.rate <= 0:
        raise InvalidRequest("'rate' is invalid")
    for name, seconds in (("interval", body.interval), ("block_interval", body.block_interval)):
        if seconds > _LONGEST_S:
            raise InvalidRequest(f"{name} is longer than {_LONGEST_S // 86400} days")
    if body.group_by and body.group_by not in GROUPINGS:
        raise InvalidRequest(f"group_by is none of {', '.join(GROUPINGS)}")
    if body.secondary_rate < 0:
        raise InvalidRequest("'secondary_rate' is invalid")
    if body.secondary_rate and body.group_by not in BY_ENTITY:
        raise InvalidRequest(f"secondary_rate can only be set if group_by is one of {', '.join(sorted(BY_ENTITY))}")
