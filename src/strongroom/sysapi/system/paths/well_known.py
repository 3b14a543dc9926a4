"""`sys/well-known`: which mounts serve paths below `/.well-known/`.

Source: https://developer.hashicorp.com/vault/api-docs/system/well-known
"""

from __future__ import annotations

from typing import Any

from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services import well_known
from strongroom.sysapi.context import SystemEngine, system


class WellKnownPaths(SystemEngine):
    """Paths outside of the API that mounts have claimed."""

    @path.read("well-known")
    @path.list_("well-known")
    async def list_claims(self, request: Request) -> Response | None:
        """Lists the paths below `/.well-known/` that mounts of the namespace serve."""
        found = await _claims(request)
        return Response(data={"keys": sorted(found), "key_info": found}) if found else None

    @path.read("well-known/{label*}")
    async def read_claim(self, request: Request, label: str) -> Response | None:
        """Reads which mount serves a path below `/.well-known/`."""
        claim = (await _claims(request)).get(label)
        return Response(data={"label": label, **claim}) if claim is not None else None


async def _claims(request: Request) -> dict[str, dict[str, Any]]:
    view = system(request)
    claims = await well_known.claims(view.txn, view.namespace.id)
    mounts = view.router.by_id
    return {
        label: {
            "mount_path": view.namespace.path + mounts[claim.mount].record.full_path,
            "mount_uuid": claim.mount,
            "prefix": claim.target,
        }
        for label, claim in claims.items()
        if claim.mount in mounts
    }
