"""`sys/plugins`: which engines and auth methods this server has, and what can't be done to them from outside."""

from __future__ import annotations

import binascii
import re
from typing import Annotated, Any

from strongroom.lib.errors import InvalidRequest, UnsupportedOperation
from strongroom.sdk import path
from strongroom.sdk.fields import Body, CommaList, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.sdk.routing import UNSUPPORTED_OPERATION
from strongroom.services.mounts import AUTH, BUILT_IN_VERSION, SECRET
from strongroom.services.mounts.service import BUILT_IN_TYPES
from strongroom.sysapi.context import SystemEngine, system

_TABLES = {"auth": AUTH, "secret": SECRET}
_TYPES = ("auth", "database", "secret")
"""The API's types of plugins.  What talks to a database is part of an engine here, and is listed by its names."""
_OLD_NAMES = frozenset({"generic"})
"""Second names of engines that the catalogue has already."""
_VERSION = re.compile(r"v?\d+(\.\d+)*(-?[A-Za-z~-][\w~-]*(\.[\w~-]+)*|-\d[\w~-]*(\.[\w~-]+)*)?(\+[\w~-]+(\.[\w~-]+)*)?")
_DIGEST_BYTES = 32
_NOT_REGISTERED = (
    "plugins can't be registered: a plugin is a Python package here, which is installed beside the server and allowed "
    "by its name in the configuration's `plugins`"
)
RESTART = "The code that is running was loaded when the server started: a plugin's new release takes a restart."


class CatalogBody(Body, frozen=True):
    """A program to run as a plugin, as other servers of this API have them."""

    sha256: Annotated[str, Doc(description="SHA-256 digest of the plugin's file, in hexadecimal.")] = ""
    sha_256: Annotated[str, Doc(description="The older name of `sha256`.")] = ""
    command: Annotated[str, Doc(description="The file name of the plugin in the plugin directory.")] = ""
    args: Annotated[CommaList | None, Doc(description="Command line arguments of the plugin.")] = None
    env: Annotated[CommaList | None, Doc(description="Environment variables of the plugin, each as `name=value`.")] = (
        None
    )
    version: Annotated[str, Doc(description="The plugin's semantic version.")] = ""


class VersionBody(Body, frozen=True):
    """The release of a plugin."""

    version: Annotated[
        str, Doc(description="The plugin's semantic version. Empty for the plugin without a version.")
    ] = ""


class ReloadBody(Body, frozen=True):
    """The mounts to reload: all of a plugin, or some."""

    plugin: Annotated[str, Doc(description="The plugin's name in the catalog.")] = ""
    mounts: Annotated[CommaList | None, Doc(description="Paths of mounts.")] = None
    scope: Annotated[str, Doc(description="Where to reload: empty for this node, or `global`.")] = ""


class PluginPaths(SystemEngine):
    """The catalogue of plugins.  It can't be changed at run time: what may run is the configuration's to say."""

    @path.read("plugins/catalog")
    async def list_plugins(self, request: Request) -> Response | None:
        """Lists all plugins by type."""
        names = {type_: names_of(request, type_) for type_ in _TYPES}
        common = {"builtin": True, "deprecation_status": "supported", "version": BUILT_IN_VERSION}
        detailed = [{**common, "name": name, "type": type_} for type_, found in names.items() for name in found]
        return Response(data={**names, "detailed": detailed})

    @path.list_("plugins/catalog/{type**}", sudo=True)
    async def list_plugins_of(self, request: Request, type: str) -> Response | None:  # noqa: A002 - the API's name
        """Lists the plugins of one type: `auth`, `database` or `secret`."""
        if type.rstrip("/") not in _TYPES:
            raise UnsupportedOperation(UNSUPPORTED_OPERATION)
        return Response(data={"keys": names_of(request, type.rstrip("/"))})

    @path.read("plugins/catalog/{type}/{name}", sudo=True)
    async def read_plugin(self, request: Request, type: str, name: str, body: VersionBody) -> Response | None:  # noqa: A002
        """Reads one plugin's entry in the catalog."""
        if type not in _TYPES:
            return _deprecated("read plugin information", f"{type}/{name}")
        _check_version(body.version)
        if name not in names_of(request, type) or body.version not in {"", BUILT_IN_VERSION}:
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
        """Older form without a type. It returns nothing."""
        return _deprecated("read plugin information", name)

    @path.write("plugins/catalog/{type}/{name}", sudo=True, root_only=True)
    async def register_plugin(self, request: Request, type: str, name: str, body: CatalogBody) -> Response | None:  # noqa: A002
        """Always refuses. Plugins are registered in the configuration file."""
        raise _refusal(body)

    @path.write("plugins/catalog/{name}", sudo=True, root_only=True)
    async def register_untyped_plugin(self, request: Request, name: str, body: CatalogBody) -> Response | None:
        """Older form without a type. Always refuses."""
        raise _refusal(body)

    @path.delete("plugins/catalog/{type}/{name}", sudo=True, root_only=True)
    async def deregister_plugin(self, request: Request, type: str, name: str, body: VersionBody) -> Response | None:  # noqa: A002
        """Deregisters a plugin. Built-in plugins stay, and there are no others."""
        if type not in _TYPES:
            return _deprecated("deregister plugin", f"{type}/{name}")
        _check_version(body.version)
        return None

    @path.delete("plugins/catalog/{name}", sudo=True, root_only=True)
    async def deregister_untyped_plugin(self, request: Request, name: str) -> Response | None:
        """Older form without a type. It does nothing."""
        if name in _TYPES:
            raise UnsupportedOperation(UNSUPPORTED_OPERATION)
        return _deprecated("deregister plugin", name)

    @path.write("plugins/reload/backend", root_only=True)
    async def reload(self, request: Request, body: ReloadBody) -> Response | None:
        """Reloads mounts, named by their plugin or by their paths.

        An engine keeps nothing in memory that its mounts' rows don't hold, so that there is nothing to do but to say
        whether the plugin and the mounts exist.
        """
        mounts: list[str] = body.mounts or []
        if body.plugin and mounts:
            raise InvalidRequest("plugin and mounts cannot be set at the same time")
        if not body.plugin and not mounts:
            raise InvalidRequest("plugin or mounts must be provided")
        if body.scope not in {"", "global"}:
            raise InvalidRequest('scope must be unset or "global"')
        if body.plugin:
            check_plugin(request, body.plugin)
        elif complaints := list(filter(None, (_complaint(request, mount) for mount in mounts))):
            count = "1 error" if len(complaints) == 1 else f"{len(complaints)} errors"
            raise InvalidRequest(f"{count} occurred:\n" + "".join(f"\t* {text}\n" for text in complaints) + "\n")
        return Response(data={"reload_id": request.request_id}, warnings=[RESTART])


def _deprecated(what: str, name: str) -> Response:
    return Response(warnings=[f'Deprecated API endpoint, cannot {what} from catalog for "{name}"'])


def names_of(request: Request, type_: str) -> list[str]:
    """The plugins of a type."""
    engines = system(request).services.mounts.engines
    mounted = {
        name
        for table, name in engines
        if table == _TABLES.get(type_) and name not in BUILT_IN_TYPES and name not in _OLD_NAMES
    }
    return sorted(mounted.union(*(engine.catalog.get(type_, ()) for engine in engines.values())))


def _check_version(version: str) -> None:
    if version and not _VERSION.fullmatch(version):
        raise InvalidRequest(f'version "{version}" is not a valid semantic version: malformed version: {version}')


def _refusal(body: CatalogBody) -> InvalidRequest:
    """The error of a registration.  A valid one gets the error that there are no external plugins."""
    _check_version(body.version)
    digest = body.sha256 or body.sha_256
    if not digest:
        return InvalidRequest("missing SHA-256 value")
    if not body.command:
        return InvalidRequest("missing command value")
    try:
        decoded = binascii.unhexlify(digest)
    except ValueError:
        return InvalidRequest("Could not decode SHA-256 value from Hex")
    if len(decoded) != _DIGEST_BYTES:
        return InvalidRequest(f"Decoded SHA-256 value is not {_DIGEST_BYTES} bytes")
    return InvalidRequest(_NOT_REGISTERED)


def check_plugin(request: Request, name: str) -> None:
    """Raise `InvalidRequest` unless a plugin is there and may be reloaded."""
    if name in BUILT_IN_TYPES:
        raise InvalidRequest(_singleton(name))
    if name in names_of(request, "database"):
        raise InvalidRequest(
            f'plugin "{name}" cannot be reloaded, only plugins of type auth and secret can be reloaded'
        )
    if not any(name in names_of(request, type_) for type_ in _TABLES):
        raise InvalidRequest(f'plugin not found in the catalog: "{name}"')


def _complaint(request: Request, mount: str) -> str:
    """Why a mount can't be reloaded; empty when it can."""
    folder = mount.strip("/") + "/"
    entry = system(request).router.by_path.get(folder)
    if entry is None:
        return f'cannot fetch mount entry on "{folder}"'
    if entry.record.type in BUILT_IN_TYPES:
        return f'cannot reload plugin on "{folder}": {_singleton(entry.record.type)}'
    return ""


def _singleton(type_: str) -> str:
    return f'singleton plugin cannot be reloaded: "{type_}"'
