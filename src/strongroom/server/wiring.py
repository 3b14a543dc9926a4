"""Constructs every service; nothing else does."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec
import structlog

from strongroom.__about__ import RELEASED, VERSION, __version__
from strongroom.audit import AuditBroker
from strongroom.audit.chain import writer_of
from strongroom.audit.devices import begin_list
from strongroom.audit.file import Ground
from strongroom.audit.reading import plain
from strongroom.audit.spool.spool import Spool
from strongroom.audit.writer import Writers
from strongroom.barrier import keys
from strongroom.barrier.barrier import Barrier
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.foresight import foresee
from strongroom.core.node import Node
from strongroom.crypto.aead import KEY_BYTES
from strongroom.lib import sensitive_cache
from strongroom.lib.clock import Clock, SleeplessClock
from strongroom.lib.errors import Internal, StorageError, StrongroomError
from strongroom.lib.rand import Random
from strongroom.lib.secret import Secret
from strongroom.sdk.engine import Engine
from strongroom.sealing.initialize import Cluster
from strongroom.sealing.port import SealPort
from strongroom.server.builtin import audit_devices
from strongroom.server.node_settings import NodeSettings
from strongroom.server.worker.processes import OwnProcess
from strongroom.services import versions
from strongroom.services.events.reader import OutboxReader
from strongroom.services.exchange import ApiRequest
from strongroom.services.identity import IdentityService
from strongroom.services.leases import LeaseService
from strongroom.services.mfa import MfaService
from strongroom.services.mounts import MountService
from strongroom.services.oidc import OidcService
from strongroom.services.policy.service import PolicyService
from strongroom.services.quotas.lease_counts import LeaseCounts
from strongroom.services.quotas.limiter import RateLimiter
from strongroom.services.quotas.table import CountTable, own_table
from strongroom.services.snapshots import About, Loadings, Snapshots
from strongroom.services.tokens import TokenService
from strongroom.storage.base import Storage
from strongroom.storage.staleness import Staleness
from strongroom.sysapi.processes import Processes
from strongroom.sysapi.services import Services
from strongroom.sysapi.system.gauges import of_process
from strongroom.sysapi.traffic import Traffic

log = structlog.get_logger("server")


def build_node(
    storage: Storage,
    port: SealPort,
    clock: Clock,
    random: Random,
    settings: NodeSettings,
    *,
    engines: Mapping[tuple[str, str], Engine] | None = None,
    processes: Processes | None = None,
    counts: CountTable | None = None,
) -> Node:
    """A sealed node over an open store.

    Args:
        engines: all that can be mounted, by table and type.
        processes: all processes of the node; without them this is the only one. counts: their common table.
    """
    running: dict[str, ApiRequest] = {}
    own = OwnProcess(running)
    node = Node(
        storage=storage,
        storage_type=settings.storage_type,
        port=port,
        clock=clock,
        random=random,
        clustered=settings.clustered,
        api_address=settings.api_address,
        cluster_address=settings.cluster_address,
        cluster_name=settings.cluster_name,
        keeps_answers=settings.keeps_answers,
        running=running,
        traffic=Traffic(),
        engines=engines or {},
        exposure=settings.exposure,
        processes=processes or own,
        counts=counts or own_table(random),
    )
    own.measure = lambda: of_process(node)
    return node


async def unseal(
    node: Node, root_key: Secret, engines: Mapping[tuple[str, str], Engine], settings: NodeSettings
) -> None:
    """Open the barrier, and build the services behind it.

    Raises: `Tampered` when the key isn't this store's.
    """
    barrier = await _opened(node, root_key, settings)
    cluster = await _noted(node, barrier)
    identity = IdentityService(node.random, node.clock)
    audit = _audit(node, barrier, cluster, settings)
    await configure_audit(barrier, audit, settings)
    mounts = MountService(
        engines, node.random, settings.default_lease_ttl_s, settings.max_lease_ttl_s, settings.lockouts
    )
    tokens = TokenService(barrier.keyring, node.random)
    lease_counts = LeaseCounts()
    snapshots = _snapshots(node, barrier, cluster, settings)
    barrier.namespaces.forgetting += [tokens.forget, sensitive_cache.forget]
    node.unsealed = Services(
        barrier=barrier,
        clock=node.clock,
        random=node.random,
        mounts=mounts,
        tokens=tokens,
        policies=PolicyService(identity, mounts.namespaces),
        limiter=RateLimiter(barrier, mounts, node.counts, node.clock.monotonic),
        leases=LeaseService(node.random, lease_counts),
        lease_counts=lease_counts,
        identity=identity,
        oidc=OidcService(barrier.keyring, node.random, identity, node.api_address),
        mfa=MfaService(barrier, identity, node.clock),
        audit=audit,
        events=OutboxReader(barrier),
        cluster=cluster,
        port=node.port,
        storage_type=node.storage_type,
        processes=node.processes,
        traffic=node.traffic,
        served=node.served,
        exposure=node.exposure,
        tracing=node.tracing,
        store=node.store,
        snapshots=snapshots,
        loadings=Loadings(snapshots),
        foresight=foresee,
        api_address=node.api_address,
        cluster_address=node.cluster_address,
        node_name=settings.node_name,
        shows_rows=settings.shows_rows,
        shows_insides=settings.shows_insides,
        region_listener=settings.region_listener,
        settings=settings.shown,
    )


async def _opened(node: Node, root_key: Secret, settings: NodeSettings) -> Barrier:
    """The barrier, of which the supervisor learns the keys."""
    barrier = await Barrier.open(node.storage, root_key, node.random, node.port.succeeded)
    barrier.staleness = Staleness(settings.max_staleness_s, SleeplessClock().monotonic)
    node.port.attach(barrier.namespaces)
    return barrier


async def _noted(node: Node, barrier: Barrier) -> Cluster:
    """The cluster, after the version and the list of audit devices were stored, if the store takes that."""
    cluster = await transact(barrier, _read_cluster)
    try:
        cluster = await transact(barrier, lambda txn: _keyed(txn, node.random))
        await transact(barrier, lambda txn: versions.note(txn, VERSION, RELEASED, node.clock.now()))
    except StorageError as error:  # a full store can still be read, and rows can be deleted
        log.warning("the version or the list of audit devices was not stored", detail=error.detail)
    return cluster


def _snapshots(node: Node, barrier: Barrier, cluster: Cluster, settings: NodeSettings) -> Snapshots:
    """What makes snapshots of the store."""
    work = Path(settings.snapshot_work_path or tempfile.gettempdir())
    about = About(__version__, node.storage_type, cluster.id, cluster.name)
    return Snapshots(barrier, node.clock, about, work, settings.snapshot_directories)


def _audit(node: Node, barrier: Barrier, cluster: Cluster, settings: NodeSettings) -> AuditBroker:
    """The audit devices' broker, without devices yet."""
    spool = _spool(settings)
    writers = Writers(cluster.audit_key, socket.gethostname(), node.random)
    own = (*settings.audit_rules.own, *([settings.audit_spool_path] if settings.audit_spool_path else []))
    ground = Ground(
        msgspec.structs.replace(settings.audit_rules, own=own), lambda line: writers.own(writer_of(plain(line)))
    )
    return AuditBroker(
        audit_devices(spool, ground, settings.audit_addresses),
        node.random,
        writers,
        spool,
        prefixes=settings.audit_prefixes,
        listed=bool(cluster.audit_key),
        reserve=node.storage.reserve,
        turn=barrier.turn,
    )


async def configure_audit(barrier: Barrier, audit: AuditBroker, settings: NodeSettings) -> None:
    """Make the store's audit devices agree with the configuration.  Failures are logged.

    Every request checks by itself whether it can be audited, and doesn't depend on this.
    """
    try:
        now = await barrier.storage.now()
        await transact(
            barrier, lambda txn: audit.configure(txn, settings.audit_stanzas, now, given_up=settings.audit_given_up)
        )
    except StrongroomError as error:
        log.error("the audit devices of the configuration were not made", reason=error.detail or error.text)


def _spool(settings: NodeSettings) -> Spool | None:
    if not settings.audit_spool_path:
        return None
    return Spool(Path(settings.audit_spool_path), settings.audit_spool_max_bytes)


async def _read_cluster(txn: Transaction) -> Cluster:
    cluster = await txn.read(keys.CLUSTER, Cluster)
    if cluster is None:
        raise Internal("the store has no cluster record")
    return cluster


async def _keyed(txn: Transaction, random: Random) -> Cluster:
    """The cluster's record with its key for the audit log, and the list of audit devices that goes with it.

    The first unsealed node makes both.  From then on, a store without the list has lost it.
    """
    cluster = await _read_cluster(txn)
    if await txn.read_plain(keys.CLUSTER_NAME) is None:  # a store that an earlier version made
        txn.write_plain(keys.CLUSTER_NAME, cluster.name.encode())
    if cluster.audit_key:
        return cluster
    keyed = msgspec.structs.replace(cluster, audit_key=txn.once("audit key", lambda: random.bytes(KEY_BYTES)))
    txn.write(keys.CLUSTER, keyed)
    await begin_list(txn)
    return keyed
