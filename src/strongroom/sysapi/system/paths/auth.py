"""`sys/auth`: auth methods."""

from __future__ import annotations

from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.mounts import AUTH
from strongroom.sysapi.context import SystemEngine
from strongroom.sysapi.system import mounting
from strongroom.sysapi.system.mounting import EnableBody


class AuthPaths(SystemEngine):
    """Mounts of auth methods."""

    @path.read("auth")
    async def list_auth(self, request: Request) -> Response | None:
        """Lists the enabled auth methods."""
        return mounting.list_mounts(request, AUTH)

    @path.read("auth/{path*:slashless}", sudo=True)
    async def read_auth(self, request: Request, path: str) -> Response | None:
        """Reads the settings of one auth method."""
        return mounting.read_mount(request, AUTH, path)

    @path.write("auth/{path*:slashless}", sudo=True, event="mount/enable")
    async def enable_auth(self, request: Request, path: str, body: EnableBody) -> Response | None:
        """Enables an auth method."""
        await mounting.enable(request, AUTH, path, body)
        return None

    @path.delete("auth/{path*:slashless}", sudo=True, event="mount/disable")
    async def disable_auth(self, request: Request, path: str) -> Response | None:
        """Disables an auth method. Tokens from its logins are revoked."""
        return await mounting.disable(request, AUTH, path)
