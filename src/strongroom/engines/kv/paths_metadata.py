"""Version 2: a secret's settings and history, and the lists of secrets.

Source: https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#create-update-metadata
"""

from __future__ import annotations

from typing import Annotated, Any, Protocol

import msgspec

from strongroom.engines.kv import custom_metadata, events, logic, secrets
from strongroom.engines.kv.due import rows as due
from strongroom.engines.kv.due.times import EXPIRES_AT, ROTATE_AFTER, unreadable
from strongroom.engines.kv.paging import scanned
from strongroom.engines.kv.records import KvConfig, Metadata
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.lib.rand import Random
from strongroom.sdk import Body, Doc, Duration, JsonMap, Page, RawBody, Request, Response, listed, path
from strongroom.sdk.fields import Normal

_TIMES = {
    EXPIRES_AT: "give a date or a time such as 2027-01-31T12:00:00Z",
    ROTATE_AFTER: "give a duration such as 90d, or a time such as 2027-01-31T12:00:00Z",
}


class MetadataFields(Body, frozen=True):
    """Settings of a secret; those not given stay."""

    max_versions: Annotated[
        int | None,
        Doc(description="How many versions to keep. 0 takes the mount's number."),
        Normal(logic.max_versions),
    ] = None
    cas_required: Annotated[
        bool | None, Doc(description="Whether every write has to name the version that it replaces.")
    ] = None
    delete_version_after: Annotated[
        Duration | None, Doc(description="How long after its creation a version is deleted. 0 takes the mount's time.")
    ] = None
    custom_metadata: Annotated[JsonMap | None, Doc(description="Names and texts to keep with the secret.")] = None
    metadata_cas: Annotated[int | None, Doc(description="The version of the metadata that the write replaces.")] = None
    metadata_cas_required: Annotated[
        bool | None, Doc(description="Whether every write of metadata has to name the version that it replaces.")
    ] = None


class MetadataPaths:
    """`metadata/<path>` and `detailed-metadata/<path>`"""

    random: Random

    async def metadata_known(self, request: Request, path: str) -> bool:
        """Whether there is a secret of that path."""
        return not path.endswith("/") and (await secrets.find(request.view, path)).metadata is not None

    @path.read("metadata/{path*:slashless}", repeatable=True)
    async def read_metadata(self, request: Request, path: str) -> Response:
        """Reads a secret's settings and its history."""
        secret = await secrets.find(request.view, path)
        if secret.metadata is None:
            raise NotFound
        return Response(data=logic.show_metadata(secret.metadata))

    @path.write("metadata/{path*}", exists="metadata_known")
    async def write_metadata(self, request: Request, path: str, body: MetadataFields) -> Response | None:
        """Changes a secret's settings. Creates a secret without versions if there is none."""
        changes = settings_given(body)
        if body.custom_metadata is not None:
            changes["custom_metadata"] = custom_metadata.from_request(body.custom_metadata)
        if not changes:
            return None
        secret = await secrets.find(request.view, path)
        base = secret.metadata or Metadata(created_at=request.now, updated_at=request.now)
        config = await secrets.config_of(request.view)
        logic.check_metadata_cas(config, secret.metadata, body.metadata_cas)
        await secrets.keep(request, secret, _changed(base, changes, request.now), self.random)
        events.told_metadata(request, "metadata-write", path)
        return _warned(config, body, changes)

    @path.patch("metadata/{path*}")
    async def patch_metadata(self, request: Request, path: str, body: MetadataFields) -> Response | None:
        """Changes some of a secret's settings. `null` resets a setting or removes an entry of the custom metadata."""
        if body.max_versions is not None and not 0 <= body.max_versions < logic.MAX_VERSIONS_LIMIT:
            raise InvalidRequest(f"max_versions must be from 0 to {logic.MAX_VERSIONS_LIMIT - 1}")
        if body.custom_metadata is not None:
            custom_metadata.patched({}, body.custom_metadata)
        changes = settings_given(body)
        if not changes and body.custom_metadata is None:
            return None
        secret = await secrets.find(request.view, path)
        if secret.metadata is None:
            return Response(raw=RawBody(b"", "application/json"), status=404)
        if body.custom_metadata is not None:
            current = {} if request.data["custom_metadata"] is None else secret.metadata.custom_metadata
            changes["custom_metadata"] = custom_metadata.patched(current, body.custom_metadata)
        config = await secrets.config_of(request.view)
        logic.check_metadata_cas(config, secret.metadata, body.metadata_cas)
        await secrets.keep(request, secret, _changed(secret.metadata, changes, request.now), self.random)
        events.told_metadata(request, "metadata-patch", path)
        return _warned(config, body, changes)

    @path.delete("metadata/{path*:slashless}")
    async def delete_metadata(self, request: Request, path: str) -> None:
        """Deletes a secret with all its versions and its metadata."""
        secret = await secrets.find(request.view, path)
        secrets.remove(request.view, secret)
        if secret.metadata is not None:
            await due.follow(request, secret.sealed, path, secret.metadata, None)
            events.told_metadata(request, "metadata-delete", path)

    @path.list_("metadata/{folder**}", repeatable=True)
    async def list_metadata(self, request: Request, folder: str, body: Page) -> Response:
        """Lists the names in a folder; folders end in `/`."""
        names = await secrets.list_names(request.view, folder, deep=False)
        return listed(logic.page(names, body.after, body.limit))

    @path.scan("metadata/{folder**}", repeatable=True)
    async def scan_metadata(self, request: Request, folder: str, body: Page) -> Response:
        """Lists every secret below a folder."""
        names = await secrets.list_names(request.view, folder, deep=True)
        return scanned(logic.page(names, body.after, body.limit))

    @path.list_("detailed-metadata/{folder**}", repeatable=True)
    async def list_details(self, request: Request, folder: str, body: Page) -> Response:
        """Lists the names in a folder with the metadata of each."""
        names = await secrets.list_names(request.view, folder, deep=False)
        return await _detailed(request, folder, listed(logic.page(names, body.after, body.limit)))

    @path.scan("detailed-metadata/{folder**}", repeatable=True)
    async def scan_details(self, request: Request, folder: str, body: Page) -> Response:
        """Lists every secret below a folder with the metadata of each."""
        names = await secrets.list_names(request.view, folder, deep=True)
        return await _detailed(request, folder, scanned(logic.page(names, body.after, body.limit)))


class _Settings(Protocol):
    """A body that gives them."""

    @property
    def max_versions(self) -> int | None: ...
    @property
    def cas_required(self) -> bool | None: ...
    @property
    def delete_version_after(self) -> Duration | None: ...
    @property
    def metadata_cas_required(self) -> bool | None: ...


def settings_given(body: _Settings) -> dict[str, Any]:
    """The settings that a request gives, as fields of `Metadata`; without the custom metadata."""
    given = {
        "max_versions": None if body.max_versions is None else logic.max_versions(body.max_versions),
        "cas_required": body.cas_required,
        "delete_version_after_s": body.delete_version_after,
        "metadata_cas_required": body.metadata_cas_required,
    }
    return {name: value for name, value in given.items() if value is not None}


def _changed(metadata: Metadata, changes: dict[str, Any], now: float) -> Metadata:
    return msgspec.structs.replace(metadata, **changes, metadata_version=metadata.metadata_version + 1, updated_at=now)


def _warned(config: KvConfig, body: MetadataFields, changes: dict[str, Any]) -> Response | None:
    """An answer only where a setting was given that the mount's overrules, or a time that can't be read."""
    overruled = [
        name
        for name, mandated in (
            ("cas_required", config.cas_required),
            ("metadata_cas_required", config.metadata_cas_required),
        )
        if mandated and getattr(body, name) is False
    ]
    warnings = [
        f'"{name}" set to false, but is mandated by backend config. This value will be ignored.' for name in overruled
    ]
    warnings += [
        f'"{name}" of custom_metadata is no time that can be read, so nothing is due by it: {_TIMES[name]}'
        for name in unreadable(changes.get("custom_metadata") or {})
    ]
    return Response(warnings=warnings) if warnings else None


async def _detailed(request: Request, folder: str, response: Response) -> Response:
    data = response.data or {}
    details: dict[str, Any] = {}
    for name in data.get("keys", ()):
        secret = await secrets.find(request.view, folder + name) if not name.endswith("/") else None
        details[name] = logic.show_metadata(secret.metadata) if secret is not None and secret.metadata else {}
    return Response(data={"key_info": details, **data} if details else {})
