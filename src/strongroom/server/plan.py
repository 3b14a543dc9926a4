"""Plans what to start, from the configuration and the command line (pure)."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from socket import gethostname

from strongroom.audit.spool.spool import DEFAULT_MAX_BYTES, MIN_MAX_BYTES
from strongroom.http.custom_headers import CustomHeaders
from strongroom.http.forwarded import ForwardedRules
from strongroom.http.options import ListenerOptions, MetricsAccess, Redaction
from strongroom.http.proxy_protocol import ProxyBehavior, ProxyRules
from strongroom.http.settings import ListenerConfig, ListenerLimits, ProofSettings, TlsSettings
from strongroom.lib import json
from strongroom.sealing.openings import GENERATE_ROOT, REKEY
from strongroom.server.audit_settings import audit_addresses, audit_rules, audit_stanzas
from strongroom.server.certificate_header import certificate_header
from strongroom.server.certificates.settings import AcmeError, acme_settings, uses_acme
from strongroom.server.config.config import Config, Listener, StorageConfig, UserLockout
from strongroom.server.messages.log_settings import LogSettings
from strongroom.server.node_settings import DEFAULT_LEASE_TTL_S, MAX_LEASE_TTL_S, NodeSettings
from strongroom.server.shown_settings import shown_settings
from strongroom.server.stores import IN_MEMORY, LOCAL, SHARED, StoreError, directory, max_staleness_s
from strongroom.server.telemetry.settings import TelemetryError, TelemetrySettings, telemetry_settings
from strongroom.services.mounts.lockout_rule import DEFAULT
from strongroom.services.mounts.records import Lockout
from strongroom.services.mounts.tuning import LOCKOUT_TYPES

DEFAULT_REQUEST_SIZE_BYTES = 32 * 1024 * 1024
DEFAULT_REQUEST_DURATION_S = 90
DEFAULT_WORKER_TIMEOUT_S = 30
LONGEST_DRAIN_DELAY_S = 300
_UNLIMITED = 1 << 40
_SPOOL = "audit-spool"


class PlanError(Exception):
    """The configuration can't be started; the text says what to change."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One node: its store, its listeners, its processes."""

    storage_type: str
    storage_options: Mapping[str, str]
    listeners: tuple[Listener, ...]
    workers: int
    settings: NodeSettings
    plugins: tuple[str, ...]
    log_level: str
    log_format: str
    log_file: str
    pid_file: str
    worker_timeout_s: int = DEFAULT_WORKER_TIMEOUT_S
    drain_delay_s: int = 0
    """For how long a worker may be silent before it is replaced; 0 for ever."""
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)
    """Where numbers are sent."""
    show_hostname: bool = False
    """Whether every answer names the machine."""
    interface: bool = False
    """Whether the listeners have the web interface."""
    region_address: str = ""
    """Where other regions reach this node; empty for nowhere."""

    def __repr__(self) -> str:
        return f"Plan(storage={self.storage_type}, workers={self.workers})"


def plan(config: Config, processors: int) -> Plan:
    """Decide what a configuration starts.

    Args:
        processors: how many this machine has; as many workers start if the configuration doesn't say.

    Raises: `PlanError`.
    """
    if config.storage is None:
        raise PlanError('a storage stanza is needed: storage "sqlite" { path = "…" }' + _mistyped(config, "storage"))
    if not config.listeners:
        needed = 'a listener stanza is needed: listener "tcp" { address = "127.0.0.1:8200" … }'
        raise PlanError(needed + _mistyped(config, "listener"))
    own = config.settings
    workers = own.workers or processors
    if config.storage.type == IN_MEMORY:
        workers = 1  # a store in memory is one process's
    duration_s = own.default_max_request_duration_s or DEFAULT_REQUEST_DURATION_S
    _check_limits(config)
    telemetry = _telemetry(config)
    return Plan(
        storage_type=config.storage.type,
        storage_options=config.storage.options,
        listeners=tuple(
            replace(listener, max_request_duration_s=listener.max_request_duration_s or duration_s)
            for listener in config.listeners
        ),
        workers=workers,
        settings=_node_settings(config, telemetry),
        telemetry=telemetry,
        plugins=own.plugins,
        log_level=own.log_level or "info",
        log_format=own.log_format or "standard",
        log_file=own.log_file,
        pid_file=own.pid_file,
        worker_timeout_s=own.worker_timeout_s,
        drain_delay_s=own.drain_delay_s,
        show_hostname=own.enable_response_header_hostname,
        interface=own.ui,
        region_address=config.region.address if config.region is not None else "",
    )


def _node_settings(config: Config, telemetry: TelemetrySettings) -> NodeSettings:
    """What the node's services are told.  Raises `PlanError`."""
    own, storage = config.settings, config.storage
    assert storage is not None
    default_ttl_s, max_ttl_s = _lease_ttls(config)
    return NodeSettings(
        storage_type=storage.type,
        max_staleness_s=_max_staleness_s(storage),
        default_lease_ttl_s=default_ttl_s,
        max_lease_ttl_s=max_ttl_s,
        clustered=storage.type in SHARED,
        api_address=own.api_addr,
        cluster_address=own.cluster_addr,
        cluster_name=own.cluster_name,
        keeps_answers=not own.disable_cache,
        shows_rows=own.raw_storage_endpoint,
        shows_insides=own.introspection_endpoint,
        region_listener=config.region is not None,
        shown=shown_settings(config),
        node_name=_node_name(config),
        audit_spool_path=own.audit_spool_path or _spool_beside(storage),
        audit_spool_max_bytes=own.audit_spool_max_bytes or DEFAULT_MAX_BYTES,
        snapshot_directories=own.snapshot_directories,
        snapshot_work_path=_work_beside(storage, own.snapshot_directories),
        audit_prefixes=own.allow_audit_log_prefixing,
        audit_rules=audit_rules(config),
        audit_addresses=audit_addresses(config),
        audit_stanzas=audit_stanzas(config),
        audit_given_up=own.disable_audit_devices,
        lockouts=_lockouts(config.user_lockouts),
        exposure=telemetry.exposure,
    )


def _lease_ttls(config: Config) -> tuple[int, int]:
    """The default and the longest time of a lease, in seconds.  Raises `PlanError` if they contradict each other."""
    max_ttl_s = config.settings.max_lease_ttl_s or MAX_LEASE_TTL_S
    default_ttl_s = config.settings.default_lease_ttl_s or min(DEFAULT_LEASE_TTL_S, max_ttl_s)
    if default_ttl_s > max_ttl_s:
        raise PlanError("default_lease_ttl is greater than max_lease_ttl")
    return default_ttl_s, max_ttl_s


def _check_limits(config: Config) -> None:
    """Raise `PlanError` for a limit that can't be."""
    own = config.settings
    if own.worker_timeout_s < 0:
        raise PlanError("worker_timeout cannot be negative; 0 means for ever")
    if not 0 <= own.drain_delay_s <= LONGEST_DRAIN_DELAY_S:
        raise PlanError(f"drain_delay must be from 0 to {LONGEST_DRAIN_DELAY_S} seconds")
    if own.audit_spool_max_bytes and own.audit_spool_max_bytes < MIN_MAX_BYTES:
        raise PlanError(f"audit_spool_max_size is {own.audit_spool_max_bytes}: it takes {MIN_MAX_BYTES} bytes at least")


def _telemetry(config: Config) -> TelemetrySettings:
    try:
        return telemetry_settings(config.telemetry)
    except TelemetryError as error:
        raise PlanError(f"in telemetry, {error}") from error


def _mistyped(config: Config, stanza: str) -> str:
    """A misspelt name of a missing stanza in the files, for the end of an error's text."""
    return next((f"\n{notice}" for notice in config.notices if notice.text.endswith(f"did you mean `{stanza}`?")), "")


def _node_name(config: Config) -> str:
    """A node's name among those of its store: no two listen at the same place of the same machine."""
    places = [gethostname(), config.settings.api_addr, *(listener.address for listener in config.listeners)]
    return hashlib.sha256("\0".join(places).encode()).hexdigest()


def _lockouts(stanzas: tuple[UserLockout, ...]) -> dict[str, Lockout]:
    """The rules by type: a type's own stanza, over the one for all, over what holds without any."""
    rules = {}
    for type_ in LOCKOUT_TYPES:
        rule = DEFAULT
        for wanted in ("all", type_):
            for stanza in stanzas:
                if stanza.auth_type == wanted:
                    rule = Lockout(
                        threshold=stanza.threshold or rule.threshold,
                        duration_s=stanza.duration_s or rule.duration_s,
                        counter_reset_s=stanza.counter_reset_s or rule.counter_reset_s,
                        disabled=rule.disabled if stanza.disabled is None else stanza.disabled,
                    )
        rules[type_] = rule
    return rules


def _max_staleness_s(storage: StorageConfig) -> float:
    try:
        return max_staleness_s(storage.type, storage.options)
    except StoreError as error:
        raise PlanError(f"{storage.where}: {error}") from error


def _spool_beside(storage: StorageConfig) -> str:
    """The spool's directory when the configuration doesn't say: beside the store's files; empty if it has none."""
    if storage.type not in LOCAL or not storage.options.get("path"):
        return ""
    return str(directory(storage.type, storage.options) / _SPOOL)


def _work_beside(storage: StorageConfig, directories: tuple[str, ...]) -> str:
    """Where there is room for snapshots: the first of their directories, else beside the store's files, if any."""
    if directories:
        return directories[0]
    if storage.type not in LOCAL or not storage.options.get("path"):
        return ""
    return str(directory(storage.type, storage.options))


def listener_config(listener: Listener, hostname: str = "") -> ListenerConfig:
    """How one listener works.

    Args:
        hostname: what every answer names as its machine; empty for nothing.

    Raises: `PlanError` for TLS settings that are incomplete.
    """
    # A zero means what it means to Go's server, on which the documentation rests: no limit, but for these two, which
    # fall back to the time for the whole request.
    read_s = listener.http_read_timeout_s or math.inf
    header_s = listener.http_read_header_timeout_s or read_s
    size = _bound(listener.max_request_size_bytes, DEFAULT_REQUEST_SIZE_BYTES)
    plain = ListenerLimits()
    limits = ListenerLimits(
        read_header_timeout_s=header_s,
        read_timeout_s=read_s,
        idle_timeout_s=listener.http_idle_timeout_s or listener.http_read_timeout_s or header_s,
        write_timeout_s=listener.http_write_timeout_s or math.inf,
        max_request_duration_s=listener.max_request_duration_s or DEFAULT_REQUEST_DURATION_S,
        max_request_size=size,
        max_unauthenticated_request_size=_bound(
            listener.max_unauthenticated_request_size_bytes, plain.max_unauthenticated_request_size
        ),
        max_inflight_memory=_bound(listener.max_inflight_memory_bytes, plain.max_inflight_memory),
        max_connections_per_address=_bound(listener.max_connections_per_address, plain.max_connections_per_address),
    )
    tls = None
    if listener.type == "tcp" and not listener.tls_disable:
        certificate, key, proofs = _certificate(listener)
        tls = TlsSettings(
            cert_file=certificate,
            key_file=key,
            min_version=listener.tls_min_version,
            max_version=listener.tls_max_version,
            cipher_suites=listener.tls_cipher_suites,
            require_and_verify_client_cert=listener.tls_require_and_verify_client_cert,
            disable_client_certs=listener.tls_disable_client_certs,
            client_ca_file=Path(listener.tls_client_ca_file) if listener.tls_client_ca_file else None,
            proofs=proofs,
        )
    return ListenerConfig(
        limits=limits,
        tls=tls,
        proxy=_proxy(listener),
        forwarded=_forwarded(listener),
        default_headers=f"X-Vault-Hostname: {hostname}\r\n".encode() if hostname else b"",
    )


def _bound(given: int, default: int) -> int:
    """What a limit in a file means: 0 is the default, and a negative number is no limit."""
    return given if given > 0 else _UNLIMITED if given else default


def _certificate(listener: Listener) -> tuple[Path, Path, ProofSettings | None]:
    """The files of certificate and key, and what else the listener has to show for a certificate by ACME."""
    if uses_acme(listener):
        try:
            settings = acme_settings(listener)
        except AcmeError as error:
            raise PlanError(f"{listener.where}: {error}") from error
        return settings.certificate, settings.certificate, settings.proofs
    if not listener.tls_cert_file or not listener.tls_key_file:
        raise PlanError(
            f"{listener.where}: the listener needs tls_cert_file and tls_key_file, or tls_acme_domains, or "
            "tls_disable = true"
        )
    return Path(listener.tls_cert_file), Path(listener.tls_key_file), None


def listener_options(listener: Listener) -> ListenerOptions:
    """What a listener changes about the answers given through it."""
    plain = json.Limits()
    redaction = Redaction(
        addresses=listener.redact_addresses,
        cluster_name=listener.redact_cluster_name,
        version=listener.redact_version,
    )
    return ListenerOptions(
        json=json.Limits(
            depth=listener.max_json_depth or plain.depth,
            string_bytes=listener.max_json_string_value_length or plain.string_bytes,
            entries=listener.max_json_object_entry_count or plain.entries,
            elements=listener.max_json_array_element_count or plain.elements,
            strings=listener.max_request_json_strings,
            memory_bytes=_bound(listener.max_request_json_memory_bytes, plain.memory_bytes),
        ),
        require_request_header=listener.require_request_header,
        redaction=None if redaction == Redaction() else redaction,
        headers=CustomHeaders(listener.custom_response_headers) if listener.custom_response_headers else None,
        metrics=MetricsAccess(
            unauthenticated=listener.telemetry.unauthenticated_metrics_access,
            only=listener.telemetry.metrics_only,
            disallowed=listener.telemetry.disallow_metrics,
        ),
        opened=_opened(listener),
        namespace=listener.chroot_namespace.strip("/"),
    )


def _opened(listener: Listener) -> frozenset[str]:
    """What the stanza lets be asked without a token."""
    names = {
        REKEY: not listener.disable_unauthed_rekey_endpoints,
        GENERATE_ROOT: not listener.disable_unauthed_generate_root_endpoints,
    }
    return frozenset(name for name, opened in names.items() if opened)


def _proxy(listener: Listener) -> ProxyRules | None:
    if not listener.proxy_protocol_behavior:
        return None
    return ProxyRules(
        behavior=ProxyBehavior(listener.proxy_protocol_behavior), authorized=listener.proxy_protocol_authorized_addrs
    )


def _forwarded(listener: Listener) -> ForwardedRules | None:
    certificates = certificate_header(listener)
    if not listener.x_forwarded_for_authorized_addrs:
        return None
    return ForwardedRules(
        certificates=certificates,
        authorized=listener.x_forwarded_for_authorized_addrs,
        hop_skips=listener.x_forwarded_for_hop_skips,
        reject_not_authorized=listener.x_forwarded_for_reject_not_authorized,
        reject_not_present=listener.x_forwarded_for_reject_not_present,
    )


def log_settings(planned: Plan) -> LogSettings:
    """What processes beside the workers have to know of the log."""
    return LogSettings(planned.log_level, planned.log_format, planned.log_file)
