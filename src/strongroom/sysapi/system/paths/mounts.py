"""`sys/mounts`: secrets engines."""

from __future__ import annotations

from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.mounts import AUTH, SECRET
from strongroom.sysapi.context import SystemEngine
from strongroom.sysapi.system import mounting
from strongroom.sysapi.system.mounting import EnableBody, folder


class MountPaths(SystemEngine):
    """Mounts of secrets engines."""

    @path.read("mounts")
    async def list_mounts(self, request: Request) -> Response | None:
        """Lists the mounted secrets engines."""
        return mounting.list_mounts(request, SECRET)

    @path.read("mounts/auth/{path*:slashless}")
    async def read_auth_as_mount(self, request: Request, path: str) -> Response | None:
        """Reads the settings of one auth method, without `sudo`.

        Source: Vault's client for Go, `Sys.GetAuth`, by which Terraform reads every auth method
        """
        return mounting.read_mount(request, AUTH, path, asked_for=f"secret engine mount at auth/{folder(path)}")

    @path.write("mounts/auth/{path*:slashless}", event="mount/enable")
    async def mount_at_auth(self, request: Request, path: str, body: EnableBody) -> Response | None:
        """Refuses to enable a secrets engine where auth methods are."""
        await mounting.enable(request, SECRET, f"auth/{path}", body)
        return None

    @path.delete("mounts/auth/{path*:slashless}", event="mount/disable")
    async def unmount_at_auth(self, request: Request, path: str) -> Response | None:
        """Refuses to disable an auth method by the path of secrets engines."""
        return await mounting.disable(request, SECRET, f"auth/{path}")

    @path.read("mounts/{path*:slashless}")
    async def read_mount(self, request: Request, path: str) -> Response | None:
        """Reads the settings of one secrets engine."""
        return mounting.read_mount(request, SECRET, path)

    @path.write("mounts/{path*:slashless}", event="mount/enable")
    async def mount(self, request: Request, path: str, body: EnableBody) -> Response | None:
        """Enables a secrets engine."""
        await mounting.enable(request, SECRET, path, body)
        return None

    @path.delete("mounts/{path*:slashless}", event="mount/disable")
    async def unmount(self, request: Request, path: str) -> Response | None:
        """Disables a secrets engine. Its secrets are deleted and its leases revoked."""
        return await mounting.disable(request, SECRET, path)
