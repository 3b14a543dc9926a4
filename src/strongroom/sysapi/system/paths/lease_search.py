"""`sys/leases/search` and `sys/leases/revoke-entity`, which Vault doesn't have."""

from __future__ import annotations

from typing import Annotated

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc, Duration
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.leases.records import LeaseRecord
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.system import lease_search
from strongroom.sysapi.system.lease_removal import revoke_of_entity
from strongroom.sysapi.system.lease_shown import STATES, state_of, summary
from strongroom.sysapi.system.paths.leases import PrefixBody, accepted, warned

_LIMIT = 100
_MOST = 1000


class SearchBody(Body, frozen=True):
    """Which leases.  Each field that is given narrows the search."""

    entity_id: Annotated[str, Doc(description="The entity of the client that asked for the secret.")] = ""
    account: Annotated[str, Doc(description="The user's name in the other system, as it is spelled there.")] = ""
    mount: Annotated[str, Doc(description="The path of a mount.")] = ""
    prefix: Annotated[str, Doc(description="The path that the secrets were asked at, or the beginning of it.")] = ""
    group: Annotated[str, Doc(description="The group that the engine counts the lease in, such as `role/app`.")] = ""
    role: Annotated[str, Doc(description="The role; the same as `group` with `role/` before it.")] = ""
    older_than: Annotated[Duration, Doc(description="Only leases issued longer ago than this.")] = Duration(0)
    state: Annotated[str, Doc(description=f"One of {', '.join(f'`{state}`' for state in STATES)}.")] = ""
    after: Annotated[str, Doc(description="Return only leases whose ids come after this one.")] = ""
    limit: Annotated[int, Doc(description=f"The largest number of leases to return; at most {_MOST}.")] = _LIMIT


class LeaseSearchPaths(SystemEngine):
    """`leases/search` and `leases/revoke-entity`."""

    @path.write("leases/search", sudo=True)
    async def search_leases(self, request: Request, body: SearchBody) -> Response | None:
        """Finds leases by entity, account in the other system, path, group and age, in the order of their ids."""
        if not 1 <= body.limit <= _MOST:
            raise InvalidRequest(f"limit has to be from 1 to {_MOST}")
        if body.state and body.state not in STATES:
            raise InvalidRequest(f"state has to be one of {', '.join(STATES)}")
        now, wanted = request.now, _wanted(body, request.now)
        found = await request.once.wait(
            "found leases", lambda: lease_search.search(system(request), wanted, body.after, body.limit)
        )
        shown = {lease.id: summary(lease, now) for lease in found.leases}
        return Response(data={"keys": list(shown), "key_info": shown, "after": found.after})

    @path.write("leases/revoke-entity/{entity_id}", sudo=True)
    async def revoke_entity(self, request: Request, entity_id: str, body: PrefixBody) -> Response | None:
        """Revokes every lease of an entity: those that it owns, and those of its tokens. The tokens stay."""
        warnings = await revoke_of_entity(request, entity_id, sync=bool(body.sync))
        return warned(warnings, 202 if body.sync is False else 200) or accepted(body.sync)


def _wanted(body: SearchBody, now: float) -> lease_search.Wanted:
    if body.role and body.group not in {"", f"role/{body.role}"}:
        raise InvalidRequest("group and role name different groups")
    prefix, mount = (f"{text.strip('/')}/" if text.strip("/") else "" for text in (body.prefix, body.mount))
    if not (prefix.startswith(mount) or mount.startswith(prefix)):
        raise InvalidRequest("prefix isn't below the mount")

    def in_state(lease: LeaseRecord) -> bool:
        return not body.state or state_of(lease, now) == body.state

    return lease_search.Wanted(
        prefix=max(prefix, mount, key=len),
        entity_id=body.entity_id.strip("/"),
        account=body.account,
        group=body.group or (f"role/{body.role}" if body.role else ""),
        issued_before=now - body.older_than,
        state=in_state,
    )
