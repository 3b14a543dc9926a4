"""What clients ask about features of other servers that this one doesn't have, or doesn't need.

Each answer is the documented one for the feature being absent, so that a client goes on without it.

Source: https://developer.hashicorp.com/vault/api-docs/system
"""

from __future__ import annotations

from strongroom.lib.errors import UnsupportedPath
from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.sdk.routing import UNSUPPORTED_PATH
from strongroom.sysapi.context import SystemEngine


class AbsentPaths(SystemEngine):
    """Answers about features that aren't there."""

    @path.read("activation-flags", unauthenticated=True, root_only=True)
    async def activation_flags(self, request: Request) -> Response | None:
        """Lists features that can be activated. There are none."""
        return Response(data={"activated": [], "unactivated": []})

    @path.read("experiments")
    async def experiments(self, request: Request) -> Response | None:
        """Lists experiments that can be enabled. There are none."""
        return Response(data={"available": [], "enabled": []})

    @path.read("internal/ui/feature-flags", unauthenticated=True)
    async def feature_flags(self, request: Request) -> Response | None:
        """Lists switches of user interfaces. There are none."""
        return Response(data={"feature-flags": []}, flat=True)

    @path.read("license/status", root_only=True)
    async def license_status(self, request: Request) -> Response | None:
        """Reads the license. No license is needed."""
        return Response(data={"autoloading_used": False})

    @path.read("license/features")
    async def license_features(self, request: Request) -> Response | None:
        """Lists features that a license has enabled. No license is needed."""
        return Response(data={"features": []})

    @path.write("config/reload/{subsystem}", sudo=True, root_only=True)
    async def reload_configuration(self, request: Request, subsystem: str) -> Response | None:
        """Reloads a part of the configuration: only `license`, which is none. The others take SIGHUP."""
        if subsystem != "license":
            raise UnsupportedPath(UNSUPPORTED_PATH)
        return None

    @path.read("sealwrap/rewrap", root_only=True)
    async def rewrap_status(self, request: Request) -> Response | None:
        """Reads how far wrapping entries anew has come. No entry is wrapped by a seal."""
        entries = {"failed": 0, "processed": 0, "succeeded": 0}
        return Response(data={"entries": entries, "is_running": False})

    @path.write("sealwrap/rewrap", root_only=True)
    async def rewrap_by_seal(self, request: Request) -> Response | None:
        """Wraps entries anew by the seal. No entry is wrapped by a seal, so it is done at once."""
        return None
