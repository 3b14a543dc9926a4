"""`sys/plugins/catalog`: which engines and auth methods this server has."""

from __future__ import annotations

from typing import Any

from strongroom.lib.errors import UnsupportedOperation
from strongroom.sdk import path
from strongroom.sdk.engine import UNSUPPORTED_OPERATION
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.mounts import AUTH, BUILT_IN_VERSION, SECRET
from strongroom.services.mounts.service import BUILT_IN_TYPES
from strongroom.sysapi.context import SystemEngine, system

_TABLES = {"auth": AUTH, "secret": SECRET}
_OLD_NAMES = frozenset({"generic"})
"""Second names of engines that the catalogue has already."""


class PluginPaths(SystemEngine):
    """The catalogue of plugins.  It can't be changed at run time: what may run is the configuration's to say."""

    @path.read("plugins/catalog")
    async def list_plugins(self, request: Request) -> Response | None:
        """List all plugins by type."""
        names = {type_: _names(request, type_) for type_ in _TABLES}
        common = {"builtin": True, "deprecation_status": "supported", "version": BUILT_IN_VERSION}
        detailed = [{**common, "name": name, "type": type_} for type_, found in names.items() for name in found]
        return Response(data={**names, "detailed": detailed})

    @path.list_("plugins/catalog/{type}", sudo=True)
    async def list_plugins_of(self, request: Request, type: str) -> Response | None:  # noqa: A002 - the API's name
        """List the plugins of one type: `auth` or `secret`."""
        if type.rstrip("/") not in _TABLES:
            raise UnsupportedOperation(UNSUPPORTED_OPERATION)
        return Response(data={"keys": _names(request, type.rstrip("/"))})

    @path.read("plugins/catalog/{type}/{name}", sudo=True)
    async def read_plugin(self, request: Request, type: str, name: str) -> Response | None:  # noqa: A002
        """Read what is known of one plugin."""
        if type not in _TABLES:
            return _deprecated(f"{type}/{name}")
        if name not in _names(request, type) or request.data.get("version") not in {None, "", BUILT_IN_VERSION}:
            return None
        data: dict[str, Any] = {
            "args": None,
            "builtin": True,
            "command": "",
            "declarative": False,
            "deprecation_status": "supported",
            "name": name,
            "oci": False,
            "sha256": "",
            "version": BUILT_IN_VERSION,
        }
        return Response(data=data)

    @path.read("plugins/catalog/{name}", sudo=True)
    async def read_untyped_plugin(self, request: Request, name: str) -> Response | None:
        """The form without a type, which says nothing any more."""
        return _deprecated(name)


def _deprecated(name: str) -> Response:
    return Response(warnings=[f'Deprecated API endpoint, cannot read plugin information from catalog for "{name}"'])


def _names(request: Request, type_: str) -> list[str]:
    engines = system(request).parts.mounts.engines
    return sorted(
        name
        for table, name in engines
        if table == _TABLES[type_] and name not in BUILT_IN_TYPES and name not in _OLD_NAMES
    )
