"""`sys/internal/specs`: the API's description."""

from __future__ import annotations

from strongroom.lib import json
from strongroom.lib.errors import PermissionDenied
from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import RawBody, Response
from strongroom.services.mounts import AUTH, MountRecord
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.system.open_paths import OPEN_PATHS
from strongroom.sysapi.system.openapi import Described, document
from strongroom.sysapi.system.paths.ui import bearer_of, policies_of
from strongroom.sysapi.system.reach import Reach

_DENIED = "permission denied"
_SYSTEM_TAGS = {"system": "system", "cubbyhole": "secrets", "identity": "identity"}


class SpecPaths(SystemEngine):
    """The API's description."""

    @path.read("internal/specs/openapi", unauthenticated=True)
    @path.write("internal/specs/openapi", unauthenticated=True)
    async def openapi(self, request: Request) -> Response | None:
        """Describes every path of the mounts that the token may use, as OpenAPI 3.

        It needs a token, and no policy: what is told of a mount is known to whoever may use it.
        """
        view = system(request)
        if not view.exchange.request.token:
            raise PermissionDenied(_DENIED)
        bearer = await bearer_of(view, request)
        if bearer.record.namespace not in view.namespace.lineage:
            raise PermissionDenied(_DENIED)
        policies = await policies_of(view, bearer, request.now)
        place = view.namespace.path
        reach = Reach(policies, request.now) if policies is not None else None
        mounts = [
            Described(
                entry.record.full_path,
                entry.record.type,
                _tag(entry.record),
                entry.engine.routes.routes,
                entry.engine.path_parameters,
            )
            for entry in sorted(view.router.by_id.values(), key=lambda entry: entry.record.full_path)
            if entry.engine is not None and (reach is None or reach.touches(place + entry.record.full_path))
        ]
        return Response(raw=RawBody(json.dumps_unsorted(document(mounts, OPEN_PATHS)), "application/json"))


def _tag(record: MountRecord) -> str:
    return "auth" if record.table == AUTH else _SYSTEM_TAGS.get(record.type, "secrets")
