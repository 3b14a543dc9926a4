"""Version 2: deleting, bringing back and destroying named versions.

Source: https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#delete-secret-versions
"""

from __future__ import annotations

from typing import Annotated

from strongroom.engines.kv import events, logic, secrets
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random
from strongroom.sdk import Body, Doc, Request, path
from strongroom.sdk.fields import IntList


class VersionsField(Body, frozen=True):
    """Which versions."""

    versions: Annotated[IntList, Doc(description="Numbers of the versions.")] = IntList([])


class VersionsPaths:
    """`delete/<path>`, `undelete/<path>`, `destroy/<path>`"""

    random: Random

    @path.write("delete/{path*}")
    async def delete_versions(self, request: Request, path: str, body: VersionsField) -> None:
        """Deletes versions. They can be undeleted."""
        if not body.versions:
            raise InvalidRequest("No version number provided")
        secret = await secrets.find(request.view, path)
        if secret.metadata is not None:
            metadata = logic.with_deleted(secret.metadata, body.versions, request.now)
            if metadata is not secret.metadata:
                await secrets.keep(request, secret, metadata, self.random)
                events.told(request, "delete", f"delete/{path}", path, metadata, changed=body.versions)

    @path.write("undelete/{path*}")
    async def undelete_versions(self, request: Request, path: str, body: VersionsField) -> None:
        """Undeletes deleted versions."""
        if not body.versions:
            raise InvalidRequest("No version number provided")
        secret = await secrets.find(request.view, path)
        if secret.metadata is not None:
            config = await secrets.config_of(request.view)
            metadata = logic.with_undeleted(config, secret.metadata, body.versions, request.now)
            if metadata is not secret.metadata:
                await secrets.keep(request, secret, metadata, self.random)
                events.told(request, "undelete", f"undelete/{path}", path, metadata, changed=body.versions)

    @path.write("destroy/{path*}")
    async def destroy_versions(self, request: Request, path: str, body: VersionsField) -> None:
        """Destroys the data of versions permanently."""
        if not body.versions:
            raise InvalidRequest("no version number provided")
        secret = await secrets.find(request.view, path)
        if secret.metadata is not None:
            metadata, destroyed = logic.with_destroyed(secret.metadata, body.versions)
            if destroyed:
                sealed = await secrets.keep(request, secret, metadata, self.random)
                for number in destroyed:
                    secrets.drop_data(request.view, sealed, number)
                events.told(request, "destroy", f"destroy/{path}", path, metadata, changed=destroyed)
