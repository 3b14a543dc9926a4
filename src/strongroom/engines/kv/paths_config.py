"""Version 2: what holds for every secret of the mount.

Source: https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#configure-the-kv-engine
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from strongroom.engines.kv import logic
from strongroom.engines.kv.secrets import CONFIG, config_of
from strongroom.lib.durations import format_duration_s
from strongroom.sdk import Body, Doc, Request, Response, path
from strongroom.sdk.fields import Normal, SignedDuration


class ConfigFields(Body, frozen=True):
    """Settings of the mount; those not given stay."""

    max_versions: Annotated[
        int | None, Doc(description="How many versions of a secret to keep. 0 keeps 10."), Normal(logic.max_versions)
    ] = None
    cas_required: Annotated[
        bool | None, Doc(description="Whether every write has to name the version that it replaces.")
    ] = None
    delete_version_after: Annotated[
        SignedDuration | None,
        Doc(description="How long after its creation a version is deleted. A negative value keeps versions."),
    ] = None
    metadata_cas_required: Annotated[
        bool | None, Doc(description="Whether every write of metadata has to name the version that it replaces.")
    ] = None


class ConfigPaths:
    """`config`"""

    @path.read("config", repeatable=True)
    async def read_config(self, request: Request) -> Response:
        """Reads the mount's settings."""
        config = await config_of(request.view)
        return Response(
            data={
                "cas_required": config.cas_required,
                "delete_version_after": format_duration_s(config.delete_version_after_s),
                "max_versions": config.max_versions,
                "metadata_cas_required": config.metadata_cas_required,
            }
        )

    @path.write("config")
    async def write_config(self, request: Request, body: ConfigFields) -> None:
        """Changes the mount's settings."""
        config = await config_of(request.view)
        given = {
            "max_versions": None if body.max_versions is None else logic.max_versions(body.max_versions),
            "cas_required": body.cas_required,
            "delete_version_after_s": body.delete_version_after,
            "metadata_cas_required": body.metadata_cas_required,
        }
        changes = {name: value for name, value in given.items() if value is not None}
        if changes:
            request.view.write(CONFIG, msgspec.structs.replace(config, **changes))
            request.emit("kv-v2/config-write", "config", data_path=request.mount.path + "config")
