"""`sys/namespaces`: the namespaces below the one that a request works in.

Source: https://developer.hashicorp.com/vault/api-docs/system/namespaces,
https://openbao.org/api-docs/system/namespaces/
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import uuid4
from strongroom.sdk import path
from strongroom.sdk.fields import Body, CommaList, Doc, JsonMap
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.sealing.hand_out import hand_out
from strongroom.sealing.namespaces import Wanted
from strongroom.sealing.namespaces import create as create_seal
from strongroom.services.mounts.built_in import built_in_mounts
from strongroom.services.namespaces import Namespace, NamespaceRecord, survey
from strongroom.services.policy.builtin import built_in_policies
from strongroom.services.quotas.rows import forget_namespace
from strongroom.sysapi.context import SystemEngine, SystemView, system
from strongroom.sysapi.system.seal_stanza import Shape, read_stanza

_GONE = "requested namespace does not exist"
_FIXED = "cannot modify existing namespace seal config"


class NamespaceBody(Body, frozen=True):
    """A namespace's settings."""

    custom_metadata: Annotated[
        JsonMap | None, Doc(description="Names and values for people and tools. The server doesn't use them.")
    ] = None
    seal: Annotated[
        str | None,
        Doc(description="A `seal` stanza, which gives a new namespace a seal of its own. It can't be changed later."),
    ] = None
    pgp_keys: Annotated[
        CommaList | None, Doc(description="One PGP key per key share of the seal, in base64, to encrypt it with.")
    ] = None


class ListBody(Body, frozen=True):
    """A page of a listing."""

    after: Annotated[str, Doc(description="The name after which the page begins.")] = ""
    limit: Annotated[int, Doc(description="The largest number of names on the page. 0 lists all.")] = 0


class NamespacePaths(SystemEngine):
    """`namespaces`."""

    @path.list_("namespaces")
    async def list_namespaces(self, request: Request, body: ListBody) -> Response | None:
        """Lists the namespaces directly below."""
        view = system(request)
        after, limit = body.after.rstrip("/"), body.limit if body.limit > 0 else None
        found = await request.once.wait("below", lambda: _below(view, after, limit))
        return _listing(found, view.namespace) if found else None

    @path.scan("namespaces")
    async def scan_namespaces(self, request: Request) -> Response | None:
        """Lists the namespaces below, at every depth."""
        view = system(request)
        barrier, top = view.services.barrier, view.namespace
        found = await request.once.wait("below", lambda: survey.descendants(barrier, top, sealed=True))
        return _listing(found, view.namespace) if found else Response(data={})

    @path.read("namespaces/{path*:slashless}", repeatable=True)
    async def read_namespace(self, request: Request, path: str) -> Response | None:
        """Reads a namespace."""
        view = system(request)
        record = await _record(view, path)
        return Response(data=_shown(record, view.namespace)) if record is not None else None

    async def namespace_exists(self, request: Request, path: str) -> bool:
        """Whether there is a namespace of that name."""
        return "/" not in path and await _record(system(request), path) is not None

    @path.write("namespaces/{path*:slashless}", exists="namespace_exists", event="namespace/{operation}")
    async def write_namespace(self, request: Request, path: str, body: NamespaceBody) -> Response | None:
        """Creates a namespace, or replaces its metadata."""
        view, metadata = system(request), _metadata(body.custom_metadata or {})
        record = await _record(view, path)
        shares: dict[str, Any] = {}
        if record is None:
            record, shares = await _create(request, path, body)
        elif body.seal is not None:
            raise InvalidRequest(_FIXED)
        _check_alive(record)
        record = msgspec.structs.replace(record, custom_metadata=metadata)
        view.services.mounts.namespaces.write(view.txn, view.namespace, record)
        return Response(data=_shown(record, view.namespace) | shares)

    @path.patch("namespaces/{path*:slashless}", event="namespace/update")
    async def patch_namespace(self, request: Request, path: str, body: NamespaceBody) -> Response | None:
        """Changes a namespace's metadata. Names with null are removed, others are set."""
        view = system(request)
        record = await _record(view, path)
        if record is None:
            raise InvalidRequest("namespace not found")
        if body.seal is not None:
            raise InvalidRequest(_FIXED)
        _check_alive(record)
        merged: dict[str, Any] = {**record.custom_metadata, **(body.custom_metadata or {})}
        metadata = _metadata({name: value for name, value in merged.items() if value is not None})
        record = msgspec.structs.replace(record, custom_metadata=metadata)
        view.services.mounts.namespaces.write(view.txn, view.namespace, record)
        return Response(data=_shown(record, view.namespace))

    @path.delete("namespaces/{path*:slashless}", event="namespace/delete")
    async def delete_namespace(self, request: Request, path: str) -> Response | None:
        """Deletes a namespace with everything in it.

        Nothing of it can be used from this moment on. Its secrets are revoked and its data is cleared in the
        background.
        """
        view = system(request)
        record = await _record(view, path)
        if record is None:
            return Response(warnings=[_GONE])
        if record.tainted:
            return Response(data={"status": "in-progress"})
        await view.services.mounts.namespaces.delete(view.txn, view.namespace, record)
        await forget_namespace(view.txn, record.id)
        await view.services.lease_counts.recount(view.txn)
        return Response(data={"status": "in-progress"})


def _shown(record: NamespaceRecord, parent: Namespace) -> dict[str, Any]:
    return {
        "custom_metadata": record.custom_metadata,
        "id": record.id,
        "locked": bool(parent.locked_at or record.unlock_key),
        "path": f"{parent.path}{record.name}/",
        "tainted": record.tainted,
        "uuid": record.uuid,
    }


def _listing(found: list[survey.Found], place: Namespace) -> Response:
    """The listing of namespaces, by their paths below `place`."""
    info = {}
    for namespace, record in found:
        parent = msgspec.structs.replace(namespace, path=namespace.path.removesuffix(f"{record.name}/"))
        info[namespace.path[len(place.path) :]] = _shown(record, parent)
    return Response(data={"key_info": info, "keys": list(info)})


async def _below(view: SystemView, after: str, limit: int | None) -> list[survey.Found]:
    """The namespaces directly below the request's."""
    pages = survey.below(view.services.barrier, view.namespace, after, limit)
    return [each async for page in pages for each in page]


async def _record(view: SystemView, name: str) -> NamespaceRecord | None:
    if "/" in name:
        raise InvalidRequest("namespace name cannot contain /")
    return await view.services.mounts.namespaces.read(view.txn, view.namespace, name)


def _metadata(given: dict[str, Any]) -> dict[str, str]:
    if not all(isinstance(value, str) for value in given.values()):
        raise InvalidRequest("custom_metadata values must be strings")
    limits.check_map("custom_metadata", given)
    return given


def _check_alive(record: NamespaceRecord) -> None:
    if record.tainted:
        raise InvalidRequest("namespace is being deleted")


async def _create(request: Request, name: str, body: NamespaceBody) -> tuple[NamespaceRecord, dict[str, Any]]:
    """Store a new namespace with its built-in mounts and policies, and its seal.  Returns it and its key shares."""
    view, now = system(request), request.now
    services, txn, random = view.services, view.txn, view.services.random
    router = view.router
    shape = read_stanza(body.seal, len(body.pgp_keys or ())) if body.seal is not None else None
    record = await services.mounts.namespaces.create(txn, view.namespace, name, now, own_seal=shape is not None)
    if existing := router.conflict(f"{name}/"):
        raise InvalidRequest(f"new namespace conflicts with existing mount: {view.namespace.path}{existing}")

    shares = _seal(request, record, shape, body.pgp_keys or []) if shape is not None else {}

    def unique(place: str) -> tuple[str, str]:
        return request.once(f"built-in {place}", lambda: (uuid4(random), random.bytes(4).hex()))

    for mount in built_in_mounts(record.id, unique, now):
        services.mounts.put(txn, mount)
    for policy in built_in_policies(now):
        services.policies.put(txn, record.id, policy)
    return record, shares


def _seal(request: Request, record: NamespaceRecord, shape: Shape, pgp_keys: list[str]) -> dict[str, Any]:
    """Give a new namespace a seal of its own.  Returns the fields that show its key shares, this once."""
    view = system(request)
    wanted = Wanted(record.id, view.namespace.id, shape.shares, shape.threshold)
    made = create_seal(view.txn, view.services.random, request.now, wanted)
    try:
        shares = request.once("key shares", lambda: hand_out(made.shares, pgp_keys))
    except InvalidRequest as error:
        raise InvalidRequest(f"invalid seal config: {error.text}") from error
    return {"key_shares": shares.hexadecimal(), "key_threshold": shape.threshold}
