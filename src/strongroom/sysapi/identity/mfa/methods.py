"""`identity/mfa/method`: methods of any type."""

from __future__ import annotations

from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.mfa import methods
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.identity.mfa import shown, storing


class MethodPaths(SystemEngine):
    """MFA methods, whatever their type."""

    @path.list_("mfa/method")
    async def list_methods(self, request: Request) -> Response | None:
        """Lists all MFA methods with their settings."""
        return await storing.listing(request)

    @path.read("mfa/method/{method_id}")
    async def read_method(self, request: Request, method_id: str) -> Response | None:
        """Reads an MFA method, whatever its type."""
        view = system(request)
        record = await methods.usable(view.txn, view.namespace.lineage, method_id)
        return Response(data=shown.method(record, view.namespace)) if record is not None else None
