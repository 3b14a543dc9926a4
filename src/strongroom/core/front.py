"""The paths that need no token and work on a sealed server: health, initialization, unsealing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from strongroom.__about__ import RELEASED, VERSION
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.node import Node
from strongroom.lib.errors import InvalidRequest, Sealed, StorageError, UnsupportedOperation
from strongroom.sdk.coercion import FieldError, to_bool
from strongroom.sdk.fields import fill
from strongroom.sdk.request import Operation
from strongroom.sealing import initialize, root_key, unseal
from strongroom.sealing.port import Progress
from strongroom.seals import shamir
from strongroom.storage.watch import StoreState
from strongroom.sysapi.system.open_paths import InitBody, UnsealBody

SEALED = "Vault is sealed"


class FrontAnswer(msgspec.Struct, frozen=True):
    """A response without an envelope."""

    status: int
    body: dict[str, Any] | None
    basis: tuple[Transaction, object] | None = None
    """What was read for it, and the node's `standing`, if it follows from these."""

    def __repr__(self) -> str:
        return f"FrontAnswer({self.status})"


FrontPath = Callable[[Node, Operation, Mapping[str, Any]], Awaitable[FrontAnswer]]


async def seal_status(node: Node, operation: Operation, data: Mapping[str, Any]) -> FrontAnswer:
    """`GET sys/seal-status`."""
    _only(operation, Operation.READ)
    opened = node.unsealed
    if opened is None:
        seal = await node.store.ask(initialize.seal_of(node.storage))
        return FrontAnswer(200, _status(node, seal, await node.port.progress()))
    # Through the cache, which knows when the seal changes.
    txn, present = await node.store.ask(transact(opened.barrier, _seal))
    return FrontAnswer(200, _status(node, present, Progress()), (txn, standing(node)))


async def seal_backends(node: Node, operation: Operation, data: Mapping[str, Any]) -> FrontAnswer:
    """`GET sys/seal-backend-status`: key shares depend on no other system, so they can't be out of reach."""
    _only(operation, Operation.READ)
    return FrontAnswer(200, {"healthy": True, "backends": [{"name": "shamir", "healthy": True}]})


async def _seal(txn: Transaction) -> tuple[Transaction, shamir.SealRecord]:
    return txn, await root_key.seal_of(txn)


def standing(node: Node) -> object:
    """What this process knows of its own state, beside the rows of the store, while it is unsealed."""
    return node.store.state, node.unsealed is not None and node.unsealed.audit.unwritable


def _status(node: Node, seal: shamir.SealRecord | None, progress: Progress) -> dict[str, Any]:
    opened = node.unsealed
    out: dict[str, Any] = {
        "type": "shamir",
        "initialized": seal is not None,
        "sealed": opened is None,
        "t": seal.threshold if seal is not None else 0,
        "n": seal.shares if seal is not None else 0,
        "progress": progress.count,
        "nonce": progress.nonce,
        "recovery_seal": False,
        "version": VERSION,
        # Clients of Vault know the one name, those of OpenBao the other.
        "build_date": RELEASED,
        "commit_date": RELEASED,
        "migration": False,
    }
    if opened is not None:
        out |= {"cluster_name": opened.cluster.name, "cluster_id": opened.cluster.id}
    return out | {"storage_type": node.storage_type} | _wrong(node, node.store.state)


def _wrong(node: Node, state: StoreState) -> dict[str, Any]:
    """Fields that tell what is wrong with the store or the audit log.

    Vault's response has no such fields, so there are none while all is well.
    """
    out = {} if state is StoreState.READY else {"storage_state": state.value}
    if node.unsealed is not None and node.unsealed.audit.unwritable:
        out["audit_state"] = StoreState.UNWRITABLE.value
    return out


async def _initialized(node: Node) -> bool:
    """Whether the store is initialized.  Raises `StorageError` if the store doesn't respond within a second."""
    if node.unsealed is None:
        node.initialized = await node.store.ask(initialize.initialized(node.storage))
    return node.unsealed is not None or node.initialized


async def health(node: Node, operation: Operation, data: Mapping[str, Any]) -> FrontAnswer:
    """`GET` and `HEAD sys/health`: the status code tells the state; the query may choose other codes."""
    _only(operation, Operation.READ)
    opened, state = node.unsealed, node.store.state
    try:
        made = opened is not None or await _initialized(node)
    except StorageError:
        made, state = node.initialized, StoreState.UNREACHABLE
    wrong = _wrong(node, state)
    name, status = ("sealedcode", 503) if made else ("uninitcode", 501)
    if opened is not None:
        # A full store still serves reads.  A load balancer that removed the node would end them too.
        served = wrong in ({}, {"storage_state": StoreState.FULL.value})
        name, status = ("activecode", 200) if served else ("unavailablecode", 503)
    elif state is StoreState.UNREACHABLE:
        name, status = "unavailablecode", 503
    if node.leaving:
        name, status = "unavailablecode", 503
        wrong |= {"draining": True}
    region = opened.barrier.region if opened is not None else None
    if region is not None and not region.serves:
        name, status = "unavailablecode", 503
    dr_mode = "disabled" if opened is not None else "unknown"
    mode = dr_mode
    if region is not None and region.state is not None:
        mode = "primary" if region.writes else "secondary"
    out: dict[str, Any] = {
        "initialized": made,
        "sealed": opened is None,
        "standby": opened is None,
        "replication_performance_mode": mode,
        "replication_dr_mode": dr_mode,
        "server_time_utc": int(node.clock.now()),
        "version": VERSION,
    }
    if opened is not None:
        out |= {"cluster_name": opened.cluster.name, "cluster_id": opened.cluster.id}
    if node.processes.counts().restart_needed:
        # The package was replaced, so the supervisor no longer replaces workers that end.
        out["restart_needed"] = True
    return FrontAnswer(_chosen(data, name, status), out | wrong)


def _chosen(data: Mapping[str, Any], name: str, status: int) -> int:
    """The status code that the query asks for.  Raises for a value that is no status code and no boolean."""
    for field in ("standbyok", "perfstandbyok"):
        try:
            to_bool(data.get(field))
        except FieldError as error:
            raise InvalidRequest("") from error
    for field in ("activecode", "standbycode", "sealedcode", "uninitcode", "unavailablecode"):
        if field not in data:
            continue
        text = str(data[field])
        # Those below 200 end no response: after a 101, a proxy lets its client speak to this server directly, with
        # whatever it says of its address.
        if len(text) != 3 or not text.isdecimal() or int(text) < 200:
            raise InvalidRequest("")
        if field == name:
            status = int(text)
    return status


async def leader(node: Node, operation: Operation, data: Mapping[str, Any]) -> FrontAnswer:
    """`GET sys/leader`: every unsealed node serves reads and writes, so each one is a leader.

    Source: https://developer.hashicorp.com/vault/api-docs/system/leader
    """
    _only(operation, Operation.READ)
    if node.unsealed is None:
        raise Sealed(SEALED)
    # A single node names no leader but has the same fields, because clients of Vault read them unconditionally.  It
    # leads, too: programs that take snapshots pass over every node that doesn't.
    return FrontAnswer(
        200,
        {
            "ha_enabled": node.clustered,
            "is_self": True,
            "leader_address": node.api_address if node.clustered else "",
            "leader_cluster_address": node.cluster_address if node.clustered else "",
            "performance_standby": False,
            "performance_standby_last_remote_wal": 0,
        },
    )


async def init(node: Node, operation: Operation, data: Mapping[str, Any]) -> FrontAnswer:
    """`GET sys/init` tells whether the store is initialized; `PUT` initializes it."""
    _only(operation, Operation.READ, Operation.UPDATE)
    if operation is Operation.READ:
        return FrontAnswer(200, {"initialized": await _initialized(node)})
    if await initialize.initialized(node.storage):
        raise InvalidRequest("Vault is already initialized")
    body = fill(InitBody, data)
    recovery = [name for name in ("recovery_shares", "recovery_threshold", "recovery_pgp_keys") if data.get(name)]
    if recovery:
        raise InvalidRequest(f"parameters {','.join(recovery)} not applicable to seal type shamir")
    wanted = initialize.InitRequest(
        shares=body.secret_shares,
        threshold=body.secret_threshold,
        pgp_keys=tuple(body.pgp_keys or ()),
        root_token_pgp_key=body.root_token_pgp_key,
        cluster_name=node.cluster_name,
    )
    made = await initialize.initialize(node.storage, node.random, wanted)
    await node.port.retire()  # that process has seen the root key and the shares, and the node is still sealed
    return FrontAnswer(
        200,
        {
            "keys": made.shares.hexadecimal(),
            "keys_base64": made.shares.base64(),
            "root_token": made.root_token.reveal().decode(),
        },
    )


async def unseal_(node: Node, operation: Operation, data: Mapping[str, Any]) -> FrontAnswer:
    """`PUT sys/unseal`: one share, or `reset`."""
    _only(operation, Operation.UPDATE)
    body = fill(UnsealBody, data)
    if not body.key and not body.reset:
        raise InvalidRequest("'key' must be specified in request body as JSON, or 'reset' set to true")
    seal = await initialize.seal_of(node.storage)
    if body.reset:
        await node.port.reset()
    else:
        unseal.decode_share(body.key)
        if seal is None:
            raise InvalidRequest("Vault is not initialized")
        if node.unsealed is None:
            await unseal.submit(node.storage, node.port, seal, body.key)
    progress = await node.port.progress() if node.unsealed is None else Progress()
    return FrontAnswer(200, _status(node, await node.store.ask(initialize.seal_of(node.storage)), progress))


def _only(operation: Operation, *allowed: Operation) -> None:
    if operation not in allowed:
        raise UnsupportedOperation("")


PATHS: Mapping[str, FrontPath] = {
    "sys/seal-status": seal_status,
    "sys/health": health,
    "sys/seal-backend-status": seal_backends,
    "sys/leader": leader,
    "sys/init": init,
    "sys/unseal": unseal_,
}
"""Served in every state, without a token and without an audit entry, as in Vault."""
