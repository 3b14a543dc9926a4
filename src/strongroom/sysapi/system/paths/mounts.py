"""`sys/mounts`: secrets engines."""

from __future__ import annotations

from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.mounts import SECRET
from strongroom.sysapi.context import SystemEngine
from strongroom.sysapi.system import mounting
from strongroom.sysapi.system.mounting import EnableBody


class MountPaths(SystemEngine):
    """Mounts of secrets engines."""

    @path.read("mounts")
    async def list_mounts(self, request: Request) -> Response | None:
        """Lists the mounted secrets engines."""
        return mounting.list_mounts(request, SECRET)

    @path.read("mounts/{path*:slashless}")
    async def read_mount(self, request: Request, path: str) -> Response | None:
        """Reads the settings of one secrets engine."""
        return mounting.read_mount(request, SECRET, path)

    @path.write("mounts/{path*:slashless}")
    async def mount(self, request: Request, path: str, body: EnableBody) -> Response | None:
        """Enables a secrets engine."""
        await mounting.enable(request, SECRET, path, body)
        return None

    @path.delete("mounts/{path*:slashless}")
    async def unmount(self, request: Request, path: str) -> Response | None:
        """Disables a secrets engine. Its secrets are deleted and its leases revoked."""
        return await mounting.disable(request, SECRET, path)
