"""From the configuration and the command line to what has to be started (p)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from strongroom.http.forwarded import ForwardedRules
from strongroom.http.proxy_protocol import ProxyBehavior, ProxyRules
from strongroom.http.settings import ListenerConfig, ListenerLimits, TlsSettings
from strongroom.server.config import Config, Listener
from strongroom.server.stores import SHARED
from strongroom.server.wiring import DEFAULT_LEASE_TTL_S, MAX_LEASE_TTL_S, Settings


class PlanError(Exception):
    """The configuration can't be started; the text says what to change."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One node: its store, its listeners, its processes."""

    storage_type: str
    storage_options: Mapping[str, str]
    listeners: tuple[Listener, ...]
    workers: int
    settings: Settings
    plugins: tuple[str, ...]
    log_level: str
    log_format: str
    log_file: str
    pid_file: str

    def __repr__(self) -> str:
        return f"Plan(storage={self.storage_type}, workers={self.workers})"


def plan(config: Config, processors: int) -> Plan:
    """Decide what a configuration starts.

    Args:
        processors: how many this machine has; as many workers start if the configuration doesn't say.

    Raises: `PlanError`.
    """
    if config.storage is None:
        raise PlanError('a storage stanza is needed: storage "sqlite" { path = "…" }')
    if not config.listeners:
        raise PlanError('a listener stanza is needed: listener "tcp" { address = "127.0.0.1:8200" … }')
    own = config.settings
    workers = own.workers or processors
    if config.storage.type == "inmem":
        workers = 1  # a store in memory is one process's
    max_ttl_s = own.max_lease_ttl_s or MAX_LEASE_TTL_S
    default_ttl_s = own.default_lease_ttl_s or min(DEFAULT_LEASE_TTL_S, max_ttl_s)
    if default_ttl_s > max_ttl_s:
        raise PlanError("default_lease_ttl is greater than max_lease_ttl")
    return Plan(
        storage_type=config.storage.type,
        storage_options=config.storage.options,
        listeners=config.listeners,
        workers=workers,
        settings=Settings(
            storage_type=config.storage.type,
            default_lease_ttl_s=default_ttl_s,
            max_lease_ttl_s=max_ttl_s,
            clustered=config.storage.type in SHARED,
            api_address=own.api_addr,
            cluster_address=own.cluster_addr,
            cluster_name=own.cluster_name,
        ),
        plugins=own.plugins,
        log_level=own.log_level or "info",
        log_format=own.log_format or "standard",
        log_file=own.log_file,
        pid_file=own.pid_file,
    )


def listener_config(listener: Listener) -> ListenerConfig:
    """How one listener works.  Raises `PlanError` for TLS settings that are incomplete."""
    limits = ListenerLimits(
        read_header_timeout_s=listener.http_read_header_timeout_s or 10,
        read_timeout_s=listener.http_read_timeout_s or 30,
        idle_timeout_s=listener.http_idle_timeout_s or 300,
        write_timeout_s=listener.http_write_timeout_s or 30,
        max_request_duration_s=listener.max_request_duration_s or 90,
        max_request_size=listener.max_request_size_bytes or (1 << 40),
    )
    tls = None
    if listener.type == "tcp" and not listener.tls_disable:
        if not listener.tls_cert_file or not listener.tls_key_file:
            raise PlanError(
                f"{listener.where}: the listener needs tls_cert_file and tls_key_file, or tls_disable = true"
            )
        tls = TlsSettings(
            cert_file=Path(listener.tls_cert_file),
            key_file=Path(listener.tls_key_file),
            min_version=listener.tls_min_version,
            max_version=listener.tls_max_version,
            cipher_suites=listener.tls_cipher_suites,
            require_and_verify_client_cert=listener.tls_require_and_verify_client_cert,
            disable_client_certs=listener.tls_disable_client_certs,
            client_ca_file=Path(listener.tls_client_ca_file) if listener.tls_client_ca_file else None,
        )
    return ListenerConfig(limits=limits, tls=tls, proxy=_proxy(listener), forwarded=_forwarded(listener))


def _proxy(listener: Listener) -> ProxyRules | None:
    if not listener.proxy_protocol_behavior:
        return None
    return ProxyRules(
        behavior=ProxyBehavior(listener.proxy_protocol_behavior), authorized=listener.proxy_protocol_authorized_addrs
    )


def _forwarded(listener: Listener) -> ForwardedRules | None:
    if not listener.x_forwarded_for_authorized_addrs:
        return None
    return ForwardedRules(
        authorized=listener.x_forwarded_for_authorized_addrs,
        hop_skips=listener.x_forwarded_for_hop_skips,
        reject_not_authorized=listener.x_forwarded_for_reject_not_authorized,
        reject_not_present=listener.x_forwarded_for_reject_not_present,
    )
