"""`sys/plugins/pins`, `runtimes` and `reload`: versions and surroundings of programs that run as plugins elsewhere.

A plugin is a package here, which is installed beside the server.  Its version is the one that is installed.

Source: https://developer.hashicorp.com/vault/api-docs/system/plugins-pins and its neighbours
"""

from __future__ import annotations

from typing import Annotated, Final

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.sysapi.context import SystemEngine
from strongroom.sysapi.system.paths.plugins.catalog import RESTART, VersionBody, check_plugin, names_of

_TYPES: Final = {"auth": ("auth",), "secret": ("secret",), "database": ("database",), "unknown": ("auth", "secret")}
_NOT_PINNED = "plugins have one version here, the one that is installed, so none can be pinned"
_NO_RUNTIMES = "plugins run in the server's own processes here, so there is no runtime to register"


class ScopeBody(Body, frozen=True):
    """Where to reload."""

    scope: Annotated[str, Doc(description="Where to reload: empty for this node, or `global`.")] = ""


class ReloadStatusBody(Body, frozen=True):
    """Which reload."""

    reload_id: Annotated[str, Doc(description="The id that the reload was answered with.")] = ""


class RuntimeBody(Body, frozen=True):
    """A container runtime, as Vault has them for plugins."""

    oci_runtime: Annotated[str, Doc(description="The OCI runtime.")] = ""
    cgroup_parent: Annotated[str, Doc(description="The parent cgroup of each container.")] = ""
    cpu_nanos: Annotated[int, Doc(description="The limit of processor time of each container.")] = 0
    memory_bytes: Annotated[int, Doc(description="The limit of memory of each container.")] = 0


class PluginSurroundingPaths(SystemEngine):
    """Versions and surroundings of plugins."""

    @path.read("plugins/pins", root_only=True)
    async def list_pins(self, request: Request) -> Response | None:
        """Lists pinned versions of plugins. Each plugin has one version, so there are none."""
        return Response(data={"pinned_versions": []})

    @path.read("plugins/pins/{type}/{name}", root_only=True)
    async def read_pin(self, request: Request, type: str, name: str) -> Response | None:  # noqa: A002 - the API's name
        """Reads the pinned version of a plugin. There is none."""
        return None

    @path.write("plugins/pins/{type}/{name}", root_only=True)
    async def pin(self, request: Request, type: str, name: str, body: VersionBody) -> Response | None:  # noqa: A002
        """Always refuses. The version of a plugin is the one that is installed."""
        raise InvalidRequest(_NOT_PINNED)

    @path.delete("plugins/pins/{type}/{name}", root_only=True)
    async def unpin(self, request: Request, type: str, name: str) -> Response | None:  # noqa: A002
        """Removes the pin of a plugin. There is none."""
        return None

    @path.read("plugins/reload/backend/status", root_only=True)
    async def reload_status(self, request: Request, body: ReloadStatusBody) -> Response | None:
        """Reads how far a reload has come. It is done when it is answered."""
        if not body.reload_id:
            raise InvalidRequest("reload_id must be provided")
        return Response(data={"reload_id": body.reload_id, "results": {}})

    @path.write("plugins/reload/{type}/{name}", root_only=True)
    async def reload_plugin(self, request: Request, type: str, name: str, body: ScopeBody) -> Response | None:  # noqa: A002
        """Reloads a plugin in all namespaces."""
        if type not in _TYPES:
            raise InvalidRequest(f'"{type[:64]}" is not a supported plugin type')
        if body.scope not in {"", "global"}:
            raise InvalidRequest('scope must be unset or "global"')
        check_plugin(request, name)
        if not any(name in names_of(request, each) for each in _TYPES[type]):
            raise InvalidRequest(f'plugin not found in the catalog: "{name}"')
        return Response(data={"reload_id": request.request_id}, warnings=[RESTART])

    @path.list_("plugins/runtimes/catalog", sudo=True, root_only=True)
    async def list_runtimes(self, request: Request) -> Response | None:
        """Lists the container runtimes of plugins. Plugins run in the server's own processes, so there are none."""
        return Response(data={"runtimes": []})

    @path.read("plugins/runtimes/catalog/{type}/{name}", sudo=True, root_only=True)
    async def read_runtime(self, request: Request, type: str, name: str) -> Response | None:  # noqa: A002
        """Reads a container runtime. There is none."""
        return None

    @path.write("plugins/runtimes/catalog/{type}/{name}", sudo=True, root_only=True)
    async def register_runtime(self, request: Request, type: str, name: str, body: RuntimeBody) -> Response | None:  # noqa: A002
        """Always refuses. Plugins run in the server's own processes."""
        raise InvalidRequest(_NO_RUNTIMES)

    @path.delete("plugins/runtimes/catalog/{type}/{name}", sudo=True, root_only=True)
    async def deregister_runtime(self, request: Request, type: str, name: str) -> Response | None:  # noqa: A002
        """Removes a container runtime. There is none."""
        return None
