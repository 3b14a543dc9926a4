"""`sys/namespaces/:path/{seal,unseal,seal-status,delete-sealed}`: namespaces with a seal of their own.

Source: https://openbao.org/api-docs/system/namespaces/
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.namespace_keys import OwnSeal
from strongroom.barrier.transaction import Transaction, apart
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import SECRET, Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.sealing.namespaces import Place, seal_of, submit
from strongroom.services.namespaces import NamespaceRecord
from strongroom.sysapi.context import SystemEngine, SystemView, system

_GONE = "requested namespace does not exist"
_NOT_SEALABLE = "namespace is not sealable"
_UNREVOKED = (
    "The namespace was sealed, so nothing that it has leased is revoked: revoke it in the systems that it leads to"
)


class UnsealNamespaceBody(Body, frozen=True):
    """A key share."""

    key: Annotated[str, Doc(description="One share, in hexadecimal or base64.", extra=SECRET)] = ""
    reset: Annotated[bool, Doc(description="Whether to discard the shares that were given so far.")] = False


class DeleteSealedBody(Body, frozen=True):
    """How far to go."""

    force: Annotated[bool, Doc(description="Whether to delete the namespaces below it too.")] = False


class NamespaceSealPaths(SystemEngine):
    """Sealing and unsealing namespaces."""

    @path.write("namespaces/{name}/seal")
    async def seal_namespace(self, request: Request, name: str) -> Response | None:
        """Seals a namespace on all nodes. What is below it is sealed with it."""
        view = system(request)
        record = await _sealable(view, name)
        parent = view.namespace.id

        async def count(txn: Transaction) -> None:
            seal = await seal_of(txn, parent, record.id)
            txn.write(keys.namespace_seal(parent, record.id), msgspec.structs.replace(seal, sealings=seal.sealings + 1))

        await apart(view.txn, "namespace sealed", count)
        await view.txn.once.wait("keys dropped", lambda: _close(view, record.id))
        request.emit("namespace/seal", request.path, name=name)
        return None

    @path.write("namespaces/{name}/unseal")
    async def unseal_namespace(self, request: Request, name: str, body: UnsealNamespaceBody) -> Response | None:
        """Provides one key share. The last one needed unseals the namespace on this node."""
        view = system(request)
        record = await _sealable(view, name)
        seal = await seal_of(view.txn, view.namespace.id, record.id)
        rings = view.services.barrier.rings
        if not request.once("open before", lambda: rings.is_open(record.id)):
            if body.reset:
                await view.services.port.reset(record.id)
            elif not body.key:
                raise InvalidRequest("provided key is empty")
            else:
                await view.txn.once.wait("share", lambda: _give(view, record, seal, body.key))
                if rings.is_open(record.id):
                    request.emit("namespace/unseal", request.path, name=name)
        return Response(data=await _status(view, record, seal))

    @path.read("namespaces/{name}/seal-status")
    async def namespace_seal_status(self, request: Request, name: str) -> Response | None:
        """Reads whether a namespace is sealed on this node, and how far its unsealing is."""
        view = system(request)
        record = await _sealable(view, name)
        return Response(data=await _status(view, record, await seal_of(view.txn, view.namespace.id, record.id)))

    @path.delete("namespaces/{name}/delete-sealed", sudo=True)
    async def delete_sealed_namespace(self, request: Request, name: str, body: DeleteSealedBody) -> Response | None:
        """Deletes a sealed namespace whose key shares are lost. Nothing that it has leased is revoked."""
        view = system(request)
        record = await view.services.mounts.namespaces.read(view.txn, view.namespace, name)
        if record is None:
            return Response(warnings=[_GONE])
        if not record.own_seal or view.services.barrier.rings.is_open(record.id):
            raise InvalidRequest("namespace is not sealed")
        if not body.force and await view.txn.list(keys.namespaces_below(record.id), limit=1):
            raise InvalidRequest(
                "sealed namespace has leftover child namespaces; pass force=true to delete the entire tree, or unseal "
                "the namespace and delete children individually"
            )
        view.services.mounts.namespaces.wipe(view.txn, view.namespace, record)
        await view.services.port.reset(record.id)
        return Response(data={"status": "in-progress"}, warnings=[_UNREVOKED])


async def _sealable(view: SystemView, name: str) -> NamespaceRecord:
    """A namespace with a seal.  Raises `InvalidRequest` if there is none."""
    record = await view.services.mounts.namespaces.read(view.txn, view.namespace, name)
    if record is None:
        raise InvalidRequest(f'namespace "{view.namespace.path}{name}/" doesn\'t exist')
    if not record.own_seal:
        raise InvalidRequest(_NOT_SEALABLE)
    return record


async def _give(view: SystemView, record: NamespaceRecord, seal: OwnSeal, key: str) -> bool:
    services, parent = view.services, view.namespace.id
    under, above = await services.barrier.namespaces.place(parent)
    await submit(services.barrier.storage, services.port, Place(record.id, parent, under, above), seal, key)
    return True


async def _close(view: SystemView, namespace: str) -> bool:
    await view.services.port.close_namespace(namespace)
    return True


async def _status(view: SystemView, record: NamespaceRecord, seal: OwnSeal) -> dict[str, Any]:
    progress = await view.services.port.progress(record.id)
    return {
        "type": seal.type,
        "initialized": True,
        "sealed": not view.services.barrier.rings.is_open(record.id),
        "t": seal.threshold,
        "n": seal.shares,
        "progress": progress.count,
        "nonce": progress.nonce,
    }
