"""Version 2: storing a secret with its history, as another server had it.

A write makes a version of now, so an import by writes would lose times, numbers, and what was deleted or destroyed.
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.kv import custom_metadata, events, histories, secrets
from strongroom.engines.kv.paths_metadata import settings_given
from strongroom.engines.kv.records import Metadata
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random
from strongroom.sdk import Body, Doc, Duration, JsonMap, Request, Response, path


class ImportFields(Body, frozen=True):
    """A secret's settings, and some or all of its versions."""

    after: Annotated[
        int,
        Doc(description="Number of the newest version that the secret has. 0 creates it, and fails if it exists."),
    ] = 0
    versions: Annotated[
        Any,
        Doc(
            description="Versions in ascending order, each with `version`, `created_time`, `deletion_time`, "
            "`destroyed` and `data`. At most 64; more are sent in further requests, with `after`."
        ),
    ] = None
    oldest_version: Annotated[int, Doc(description="Number of the oldest version that is kept.")] = 0
    created_time: Annotated[str, Doc(description="When the secret was created. Empty for now.")] = ""
    updated_time: Annotated[str, Doc(description="When it was last changed. Empty for now.")] = ""
    max_versions: Annotated[int | None, Doc(description="How many versions to keep. 0 takes the mount's number.")] = (
        None
    )
    cas_required: Annotated[
        bool | None, Doc(description="Whether every write has to name the version that it replaces.")
    ] = None
    delete_version_after: Annotated[
        Duration | None, Doc(description="How long after its creation a version is deleted. 0 takes the mount's time.")
    ] = None
    custom_metadata: Annotated[JsonMap | None, Doc(description="Names and texts to keep with the secret.")] = None
    metadata_cas_required: Annotated[
        bool | None, Doc(description="Whether every write of metadata has to name the version that it replaces.")
    ] = None


class ImportPaths:
    """`import/<path>`"""

    random: Random

    async def import_known(self, request: Request, path: str) -> bool:
        """Whether there is a secret of that path."""
        return not path.endswith("/") and (await secrets.find(request.view, path)).metadata is not None

    @path.write("import/{path*}", exists="import_known", sudo=True)
    async def import_secret(self, request: Request, path: str, body: ImportFields) -> Response:
        """Stores a secret with the versions and times that it had on another server. Nothing that is there changes."""
        secret = await secrets.find(request.view, path)
        known = secret.metadata
        if body.after != (known.current_version if known is not None else 0) or (known is not None and not body.after):
            newest = "there is no such secret" if known is None else f"its newest version is {known.current_version}"
            raise InvalidRequest(f"the secret can't be continued after version {body.after}: {newest}")
        versions = histories.given_versions(body.versions if body.versions is not None else [], body.after)
        base = known or Metadata(created_at=request.now, updated_at=request.now)
        metadata = histories.continued(base, versions, _changes(body, base))
        sealed = await secrets.keep(request, secret, metadata, self.random)
        for given in versions:
            if not given.version.destroyed:
                secrets.keep_data(request.view, sealed, given.number, json.dumps(given.data))
        events.told(request, "data-write", f"import/{path}", path, metadata)
        return Response(data={"current_version": metadata.current_version, "versions": len(metadata.versions)})


def _changes(body: ImportFields, base: Metadata) -> dict[str, Any]:
    changes = settings_given(body)
    if body.custom_metadata is not None:
        changes["custom_metadata"] = custom_metadata.from_request(body.custom_metadata)
    if body.oldest_version < 0:
        raise InvalidRequest("oldest_version must not be negative")
    created = histories.moment(body.created_time, "created_time")
    updated = histories.moment(body.updated_time, "updated_time")
    return changes | {
        "oldest_version": body.oldest_version or base.oldest_version,
        "created_at": created or base.created_at,
        "updated_at": updated or base.updated_at,
    }
