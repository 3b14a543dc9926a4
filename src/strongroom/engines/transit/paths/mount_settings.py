"""`config/keys` and `cache-config`: what holds for every key of a mount.

Source: https://openbao.org/api-docs/secret/transit/#write-keys-configuration
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.transit.encryption.upserts import OPTION, forbids_upsert
from strongroom.engines.transit.fields import without_nulls
from strongroom.engines.transit.key_types import KEY_TYPES
from strongroom.engines.transit.keys import allowed, rows
from strongroom.engines.transit.keys.records import TransitConfig
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Body, CommaList, Doc, Request, Response, path, replace

_LEAST_CACHED = 10


class KeysConfigFields(Body, frozen=True):
    """Settings of the mount; those that aren't given, or null, stay."""

    disable_upsert: Annotated[
        bool | None,
        Doc(description="Whether encrypting under a name that there is no key of fails, instead of making one."),
    ] = None
    allowed_key_types: Annotated[CommaList | None, Doc(description="Of what types keys may be made; `*` for all.")] = (
        None
    )


class CacheFields(Body, frozen=True):
    """The size of the cache."""

    size: Annotated[
        int,
        Doc(description="Kept for clients that set it: 0, or 10 and more. The server's cache is bounded in bytes."),
    ] = 0


class MountSettingsPaths:
    """`config/keys` and `cache-config`"""

    @path.read("config/keys")
    async def read_keys_config(self, request: Request) -> Response:
        """Reads the settings of the mount."""
        return _shown(request, await rows.config_of(request.view))

    @path.write("config/keys")
    async def write_keys_config(self, request: Request, body: KeysConfigFields) -> Response:
        """Changes the settings of the mount."""
        config = await rows.config_of(request.view)
        body = without_nulls(body, request.data)
        if body.disable_upsert is not None:
            config = replace(config, disable_upsert=body.disable_upsert)
        if body.allowed_key_types is not None:
            types = allowed.names("allowed_key_types", body.allowed_key_types, KEY_TYPES)
            config = replace(config, allowed_key_types=types)
        rows.keep_config(request.view, config)
        return _shown(request, config)

    @path.read("cache-config")
    async def read_cache_config(self, request: Request) -> Response:
        """Reads the size of the cache."""
        return Response(data={"size": (await rows.config_of(request.view)).keys_cached})

    @path.write("cache-config")
    async def write_cache_config(self, request: Request, body: CacheFields) -> Response:
        """Keeps a size of the cache."""
        if body.size != 0 and body.size < _LEAST_CACHED:
            raise InvalidRequest("size must be 0 or a value greater or equal to 10")
        config = await rows.config_of(request.view)
        rows.keep_config(request.view, replace(config, keys_cached=body.size))
        return Response(data={"size": body.size})


def _shown(request: Request, config: TransitConfig) -> Response:
    """What is in force: the mount's option can forbid more than its settings do."""
    forced = forbids_upsert(request.mount.options)
    data: dict[str, Any] = {"disable_upsert": config.disable_upsert or forced}
    if allowed.ANY not in config.allowed_key_types:
        data["allowed_key_types"] = list(config.allowed_key_types)
    warnings = []
    if forced and not config.disable_upsert:
        warnings.append(f"{OPTION} is an option of this mount, which `sys/mounts/<mount>/tune` changes")
    return Response(data=data, warnings=warnings)
