"""Version 2: reading, writing, patching and deleting data.

Source: https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#read-secret-version
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.kv import events, logic, secrets
from strongroom.engines.kv.records import Metadata, Version
from strongroom.engines.kv.secrets import VersionedSecret
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.lib.rand import Random
from strongroom.sdk import Body, Doc, JsonMap, Keys, Operation, RawBody, Request, Response, path

_NO_DATA = "no data provided"


class VersionField(Body, frozen=True):
    """Which version to read."""

    version: Annotated[int, Doc(description="Number of the version; 0 for the newest.")] = 0


class SubkeysFields(VersionField, frozen=True):
    """Which names to show."""

    depth: Annotated[int, Doc(description="How many levels of names to return. 0 returns all.")] = 0


class DataFields(Body, frozen=True):
    """What to store."""

    data: Annotated[JsonMap | None, Doc(description="The secret: any JSON object.")] = None
    options: Annotated[
        JsonMap | None, Doc(description="`cas`: the version that the write replaces."), Keys(frozenset({"cas"}))
    ] = None


class DataPaths:
    """`data/<path>` and `subkeys/<path>`"""

    random: Random

    async def secret_known(self, request: Request, path: str) -> bool:
        """Whether there is a secret of that path, deleted versions included."""
        return _is_name(path) and (await secrets.find(request.view, path)).metadata is not None

    @path.read("data/{path*}", repeatable=True)
    async def read_data(self, request: Request, path: str, body: VersionField) -> Response:
        """Reads a version of a secret."""
        secret, metadata, number = await _version(request, path, body.version)
        readable = _is_readable(request, metadata.versions[number])
        data = await secrets.data_of(request.view, secret, number) if readable else None
        return Response(
            data={"data": data, "metadata": logic.show_version(metadata, number)}, status=0 if readable else 404
        )

    @path.read("subkeys/{path*}", repeatable=True)
    async def read_subkeys(self, request: Request, path: str, body: SubkeysFields) -> Response:
        """Reads the names in a version of a secret, without their values."""
        secret, metadata, number = await _version(request, path, body.version)
        readable = _is_readable(request, metadata.versions[number])
        data = await secrets.data_of(request.view, secret, number) if readable else None
        return Response(
            data={"metadata": logic.show_version(metadata, number), "subkeys": logic.subkeys(data, body.depth)},
            status=0 if readable else 404,
        )

    @path.write("data/{path*}", exists="secret_known")
    async def write_data(self, request: Request, path: str, body: DataFields) -> Response:
        """Stores a new version of a secret."""
        data, cas = _given(request, body)
        secret = await secrets.find(request.view, path)
        return await _add_version(request, secret, data, cas, self.random)

    @path.patch("data/{path*}")
    async def patch_data(self, request: Request, path: str, body: DataFields) -> Response:
        """Stores a new version: the newest with a JSON merge patch applied.  Source: RFC 7396."""
        if body.data is None:
            raise InvalidRequest(_NO_DATA)
        secret = await secrets.find(request.view, path)
        metadata = secret.metadata
        if metadata is None:
            return Response(raw=RawBody(b"", "application/json"), status=404)
        patch, cas = _given(request, body)
        logic.check_cas(await secrets.config_of(request.view), metadata, cas)
        number = metadata.current_version
        if number not in metadata.versions:
            return Response(raw=RawBody(b"", "application/json"), status=404)
        if not logic.is_readable(metadata.versions[number], request.now):
            return Response(data=logic.show_version(metadata, number), status=404)
        current = await secrets.data_of(request.view, secret, number)
        return await _add_version(request, secret, logic.merge_patch(current, patch or {}), cas, self.random)

    @path.delete("data/{path*:slashless}")
    async def delete_data(self, request: Request, path: str) -> None:
        """Deletes the newest version. It can be undeleted."""
        secret = await secrets.find(request.view, path)
        if secret.metadata is None:
            return
        metadata = logic.with_deleted(secret.metadata, [secret.metadata.current_version], request.now)
        if metadata is not secret.metadata:
            await secrets.keep(request, secret, metadata, self.random)
            events.told(request, "data-delete", f"data/{path}", path, metadata, changed=[metadata.current_version])


def _is_readable(request: Request, version: Version) -> bool:
    """Whether a version's data may be shown."""
    return not version.destroyed and not request.reached(version.deleted_at)


def _is_name(name: str) -> bool:
    return not name.endswith("/")


def _given(request: Request, body: DataFields) -> tuple[dict[str, Any] | None, int | None]:
    """The data to store, which may be null, and the expected version."""
    if body.data is None:
        raise InvalidRequest(_NO_DATA)
    return (None if request.data["data"] is None else body.data), logic.parse_cas(body.options or {})


async def _version(request: Request, name: str, number: int) -> tuple[VersionedSecret, Metadata, int]:
    """A version that exists, deleted or not.  Raises `NotFound`."""
    secret = await secrets.find(request.view, name) if _is_name(name) else None
    if secret is None or secret.metadata is None:
        raise NotFound
    wanted = number if number > 0 else secret.metadata.current_version
    if wanted not in secret.metadata.versions:
        raise NotFound
    return secret, secret.metadata, wanted


async def _add_version(
    request: Request, secret: VersionedSecret, data: dict[str, Any] | None, cas: int | None, random: Random
) -> Response:
    config = await secrets.config_of(request.view)
    logic.check_cas(config, secret.metadata, cas)
    metadata, dropped = logic.with_new_version(config, secret.metadata, request.now)
    sealed = await secrets.keep(request, secret, metadata, random)
    secrets.keep_data(request.view, sealed, metadata.current_version, json.dumps(data))
    for number in dropped:
        secrets.drop_data(request.view, sealed, number)
    operation = "data-patch" if request.operation is Operation.PATCH else "data-write"
    events.told(request, operation, f"data/{secret.name}", secret.name, metadata)
    return Response(data=logic.show_version(metadata, metadata.current_version))
