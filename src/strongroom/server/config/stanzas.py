"""The stanzas of a configuration file, one class each (values only).

Source: https://developer.hashicorp.com/vault/docs/configuration, https://openbao.org/docs/configuration/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from strongroom.server.config.reader import (
    Where,
    anything,
    boolean,
    destinations,
    directories,
    headers,
    integer,
    key,
    mode,
    nested,
    network_address,
    networks,
    one_of,
    options,
    ranged,
    reads,
    seconds,
    size,
    text,
    texts,
)

LOG_LEVELS = ("trace", "debug", "info", "notice", "warn", "warning", "error", "err")
LOG_FORMATS = ("standard", "json")
_TLS_VERSIONS = ("tls10", "tls11", "tls12", "tls13")


@dataclass(frozen=True, slots=True)
class StorageConfig:
    """`storage`, `ha_storage` or `service_registration`: its type, and its own options."""

    type: str
    where: Where
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Connection strings hold passwords, so they stay out of `repr`."""
    blocks: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict, repr=False)
    """Inner blocks by name, such as raft's `retry_join`."""
    places: Mapping[str, Where] = field(default_factory=dict, repr=False, compare=False)
    """Where each option and block stands."""


@dataclass(frozen=True, slots=True)
class SealConfig:
    """A `seal` stanza: how the root key may be unwrapped."""

    type: str
    where: Where
    name: str = ""
    """Tells several seals of a type apart; the type, if none is given."""
    priority: int = 0
    """Lower is tried first; 0 if none is given."""
    disabled: bool = False
    """The seal is being removed: it may still unwrap, but nothing is wrapped with it."""
    options: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class AuditConfig:
    """An `audit "type" "path"` stanza: a device that every node has, whatever the API says."""

    type: str
    path: str
    where: Where
    description: str = key(text, "")
    local: bool = key(boolean, False)
    options: Mapping[str, str] = key(options, dict, secret=True)


@dataclass(frozen=True, slots=True)
class UserLockout:
    """A `user_lockout` stanza; None where it leaves the default."""

    auth_type: str
    """`all`, or an auth method's type."""
    where: Where
    threshold: int | None = key(ranged(0), None, name="lockout_threshold")
    duration_s: int | None = key(seconds, None, name="lockout_duration")
    counter_reset_s: int | None = key(seconds, None, name="lockout_counter_reset")
    disabled: bool | None = key(boolean, None, name="disable_lockout")


@dataclass(frozen=True, slots=True)
class ListenerTelemetry:
    """`telemetry` inside a listener."""

    unauthenticated_metrics_access: bool = key(boolean, False)
    metrics_only: bool = key(boolean, False)
    """Serve `sys/metrics` and nothing else."""
    disallow_metrics: bool = key(boolean, False)


@dataclass(frozen=True, slots=True)
class ListenerProfiling:
    """`profiling` inside a listener."""

    unauthenticated_pprof_access: bool = key(boolean, False)
    unauthenticated_in_flight_request_access: bool = key(boolean, False)


@dataclass(frozen=True, slots=True)
class ListenerInflight:
    """`inflight_requests_logging` inside a listener."""

    unauthenticated_in_flight_requests_access: bool = key(boolean, False)


@dataclass(frozen=True, slots=True)
class Listener:
    """A `listener` stanza.  Source: https://developer.hashicorp.com/vault/docs/configuration/listener/tcp"""

    type: str
    """`tcp` or `unix`."""
    where: Where
    address: str = key(network_address, "127.0.0.1:8200")
    """`host:port`, or the path of a Unix socket."""
    cluster_address: str = key(network_address, "")
    chroot_namespace: str = key(text, "")

    socket_mode: int | None = key(mode, None)
    socket_user: str = key(text, "")
    socket_group: str = key(text, "")

    http_idle_timeout_s: int = key(seconds, 300, name="http_idle_timeout")
    http_read_header_timeout_s: int = key(seconds, 10, name="http_read_header_timeout")
    http_read_timeout_s: int = key(seconds, 30, name="http_read_timeout")
    http_write_timeout_s: int = key(seconds, 30, name="http_write_timeout")
    """How long a client may read nothing of a response; 0: no limit."""
    max_request_size_bytes: int = key(size, 32 * 1024 * 1024, name="max_request_size")
    """0: the default; negative: no limit."""
    max_unauthenticated_request_size_bytes: int = key(size, 0, name="max_unauthenticated_request_size")
    """This and the following two: 0: the default; negative: no limit."""
    max_inflight_memory_bytes: int = key(size, 0, name="max_inflight_memory")
    max_connections_per_address: int = key(integer, 0)
    max_request_duration_s: int = key(seconds, 0, name="max_request_duration")
    """0: the server's default."""
    max_json_depth: int = key(ranged(0), 0)
    """This and the following limits on JSON: 0 for the default."""
    max_json_string_value_length: int = key(ranged(0), 0)
    max_json_object_entry_count: int = key(ranged(0), 0)
    max_json_array_element_count: int = key(ranged(0), 0)
    max_request_json_memory_bytes: int = key(size, 0, name="max_request_json_memory")
    max_request_json_strings: int = key(ranged(0), 0)
    require_request_header: bool = key(boolean, False)
    disable_request_limiter: bool = key(boolean, False, served=False)
    disable_replication_status_endpoints: bool = key(boolean, False, served=False)
    disable_unauthed_rekey_endpoints: bool = key(boolean, True)
    disable_unauthed_generate_root_endpoints: bool = key(boolean, True)

    tls_disable: bool = key(boolean, False)
    tls_cert_file: str = key(text, "")
    tls_key_file: str = key(text, "")
    tls_min_version: str = key(one_of(*_TLS_VERSIONS), "tls12")
    tls_max_version: str = key(one_of(*_TLS_VERSIONS), "tls13")
    tls_cipher_suites: tuple[str, ...] = key(texts, ())
    tls_prefer_server_cipher_suites: bool = key(boolean, False, served=False)
    tls_require_and_verify_client_cert: bool = key(boolean, False)
    tls_client_ca_file: str = key(text, "")
    tls_disable_client_certs: bool = key(boolean, False)
    tls_acme_ca_directory: str = key(text, "")
    tls_acme_test_ca_directory: str = key(text, "")
    tls_acme_ca_root: str = key(text, "")
    tls_acme_cache_path: str = key(text, "")
    tls_acme_domains: tuple[str, ...] = key(texts, ())
    tls_acme_email: str = key(text, "")
    tls_acme_key_type: str = key(text, "")
    tls_acme_eab_key_id: str = key(text, "")
    tls_acme_eab_mac_key: str = key(text, "", secret=True)
    tls_acme_disable_http_challenge: bool = key(boolean, False)
    tls_acme_disable_alpn_challenge: bool = key(boolean, False)
    tls_acme_challenge_host: str = key(text, "")
    tls_acme_http_challenge_port: int = key(integer, 0)
    tls_acme_alpn_challenge_port: int = key(ranged(0, 65535), 0)

    proxy_protocol_behavior: str = key(one_of("use_always", "allow_authorized", "deny_unauthorized"), "")
    proxy_protocol_authorized_addrs: tuple[IPv4Network | IPv6Network, ...] = key(networks, ())
    x_forwarded_for_authorized_addrs: tuple[IPv4Network | IPv6Network, ...] = key(networks, ())
    x_forwarded_for_hop_skips: int = key(ranged(0), 0)
    x_forwarded_for_reject_not_authorized: bool = key(boolean, True)
    x_forwarded_for_reject_not_present: bool = key(boolean, True)
    x_forwarded_for_client_cert_header: str = key(text, "")
    x_forwarded_for_client_cert_header_decoders: tuple[str, ...] = key(texts, ())
    x_forwarded_for_client_cert_decoders: tuple[str, ...] = key(texts, ())
    """OpenBao's name of the same."""
    x_forwarded_for_client_cert_keep_not_forwarded: bool = key(boolean, False)
    x_forwarded_for_client_cert_keep_unauthorized: bool = key(boolean, False)

    redact_addresses: bool = key(boolean, False)
    redact_cluster_name: bool = key(boolean, False)
    redact_version: bool = key(boolean, False)
    cors_enabled: bool = key(boolean, False)
    cors_allowed_origins: tuple[str, ...] = key(texts, ())
    cors_allowed_headers: tuple[str, ...] = key(texts, ())
    custom_response_headers: Mapping[str, Mapping[str, tuple[str, ...]]] = key(headers, dict)
    telemetry: ListenerTelemetry = field(
        default_factory=ListenerTelemetry, metadata=reads(nested(ListenerTelemetry, "listener telemetry"))
    )
    profiling: ListenerProfiling = field(
        default_factory=ListenerProfiling, metadata=reads(nested(ListenerProfiling, "listener profiling"))
    )
    inflight_requests_logging: ListenerInflight = field(
        default_factory=ListenerInflight, metadata=reads(nested(ListenerInflight, "inflight_requests_logging"))
    )


@dataclass(frozen=True, slots=True)
class Telemetry:
    """The `telemetry` stanza.  Source: https://developer.hashicorp.com/vault/docs/configuration/telemetry"""

    disable_hostname: bool = key(boolean, False)
    enable_hostname_label: bool = key(boolean, False)
    metrics_prefix: str = key(text, "vault")
    prometheus_retention_time_s: int = key(seconds, 24 * 3600, name="prometheus_retention_time")
    """0: no metrics in the format of Prometheus."""
    usage_gauge_period_s: int = key(seconds, 600, name="usage_gauge_period", served=False)
    maximum_gauge_cardinality: int = key(integer, 500)
    lease_metrics_epsilon_s: int = key(seconds, 3600, name="lease_metrics_epsilon", served=False)
    num_lease_metrics_buckets: int = key(integer, 168, served=False)
    add_lease_metrics_namespace_labels: bool = key(boolean, False, served=False)
    add_mount_point_rollback_metrics: bool = key(boolean, False, served=False)
    rollback_metrics_include_mount_point: bool = key(boolean, False, served=False)
    filter_default: bool = key(boolean, True)
    prefix_filter: tuple[str, ...] = key(texts, ())
    statsd_address: str = key(text, "")
    statsite_address: str = key(text, "")
    dogstatsd_addr: str = key(text, "")
    dogstatsd_tags: tuple[str, ...] = key(texts, ())
    otlp_endpoint: str = key(text, "")
    """This and the following ones: a collector of OpenTelemetry."""
    otlp_headers: tuple[str, ...] = key(texts, (), secret=True)
    otlp_ca_file: str = key(text, "")
    otlp_metrics: bool = key(boolean, True)
    otlp_trace_ratio: str = key(text, "0")
    circonus_api_token: str = key(text, "", served=False, secret=True)
    circonus_api_app: str = key(text, "", served=False)
    circonus_api_url: str = key(text, "", served=False)
    circonus_submission_interval: str = key(text, "", served=False)
    circonus_submission_url: str = key(text, "", served=False, secret=True)
    circonus_check_id: str = key(text, "", served=False)
    circonus_check_force_metric_activation: str = key(text, "", served=False)
    circonus_check_instance_id: str = key(text, "", served=False)
    circonus_check_search_tag: str = key(text, "", served=False)
    circonus_check_display_name: str = key(text, "", served=False)
    circonus_check_tags: str = key(text, "", served=False)
    circonus_broker_id: str = key(text, "", served=False)
    circonus_broker_select_tag: str = key(text, "", served=False)
    stackdriver_project_id: str = key(text, "", served=False)
    stackdriver_location: str = key(text, "", served=False)
    stackdriver_namespace: str = key(text, "", served=False)
    stackdriver_debug_logs: bool = key(boolean, False, served=False)


@dataclass(frozen=True, slots=True)
class Region:
    """The `region` stanza: where other regions reach this one.  No other server of this API has it."""

    where: Where
    address: str = key(network_address, "127.0.0.1:8203")
    """`host:port` to listen on."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The keys that stand by themselves in a file."""

    api_addr: str = key(network_address, "")
    cluster_addr: str = key(network_address, "")
    cluster_name: str = key(text, "")
    disable_clustering: bool = key(boolean, False)
    default_lease_ttl_s: int = key(seconds, 0, name="default_lease_ttl")
    """0: the server's default."""
    max_lease_ttl_s: int = key(seconds, 0, name="max_lease_ttl")
    default_max_request_duration_s: int = key(seconds, 0, name="default_max_request_duration")
    ui: bool = key(boolean, False)
    workers: int = key(ranged(0, 1024), 0)
    """Worker processes; 0: one per processor."""
    worker_timeout_s: int = key(seconds, 30, name="worker_timeout")
    """How long a worker's event loop may hang before the worker is replaced; 0: no limit."""
    drain_delay_s: int = key(seconds, 0, name="drain_delay")
    """For how long a node that was told to stop goes on serving, while its health already says so."""
    plugins: tuple[str, ...] = key(texts, ())
    """Names of entry points that may be loaded; what isn't named isn't loaded."""

    log_level: str = key(one_of(*LOG_LEVELS), "")
    log_format: str = key(one_of(*LOG_FORMATS), "")
    log_file: str = key(text, "")
    log_rotate_duration_s: int = key(seconds, 0, name="log_rotate_duration")
    log_rotate_bytes: int = key(integer, 0)
    log_rotate_max_files: int = key(integer, 0)
    log_requests_level: str = key(text, "")
    pid_file: str = key(text, "")
    disable_mlock: bool = key(boolean, False)
    """Without effect, but so common that it causes no notice."""
    disable_cache: bool = key(boolean, False)
    cache_size: int = key(integer, 0)
    raw_storage_endpoint: bool = key(boolean, False)
    introspection_endpoint: bool = key(boolean, False)
    enable_response_header_hostname: bool = key(boolean, False)
    enable_response_header_raft_node_id: bool = key(boolean, False)
    plugin_directory: str = key(text, "")
    disable_printable_check: bool = key(boolean, False)
    audit_directories: tuple[str, ...] | None = key(directories, None)
    """The API may enable audit devices only below these directories; None: anywhere that no other rule forbids."""
    snapshot_directories: tuple[str, ...] = key(directories, ())
    """The API may have snapshots kept below these directories only; empty: nowhere."""
    audit_addresses: tuple[str, ...] | None = key(destinations, None)
    """Where the API may have audit entries sent; None: anywhere that no other rule forbids."""
    disable_audit_devices: tuple[str, ...] = key(texts, ())
    """Paths of devices that are removed at the start; `*`: all."""
    unsafe_allow_api_audit_creation: bool = key(boolean, False)
    allow_audit_log_prefixing: bool = key(boolean, False)
    audit_spool_path: str = key(text, "")
    """Where entries wait for the forwarder; empty: beside the store's files, if it has any."""
    audit_spool_max_bytes: int = key(size, 0, name="audit_spool_max_size")
    """The most that waits there for each device; 0: the default."""
    unsafe_cross_namespace_identity: bool = key(boolean, False)

    administrative_namespace_path: str = key(text, "", served=False)
    detect_deadlocks: str = key(text, "", served=False)
    disable_indexing: bool = key(boolean, False, served=False)
    disable_performance_standby: bool = key(boolean, False, served=False)
    disable_sealwrap: bool = key(boolean, False, served=False)
    disable_sentinel_trace: bool = key(boolean, False, served=False)
    disable_standby_reads: bool = key(boolean, False, served=False)
    enable_multiseal: bool = key(boolean, False, served=False)
    """Every seal wraps the root key by itself here, so there is nothing to switch on."""
    enable_post_unseal_trace: bool = key(boolean, False, served=False)
    post_unseal_trace_directory: str = key(text, "", served=False)
    imprecise_lease_role_tracking: bool = key(boolean, False, served=False)
    license_path: str = key(text, "", served=False)
    license: str = key(text, "", served=False, secret=True)
    plugin_file_uid: int = key(integer, 0, served=False)
    plugin_file_permissions: str = key(text, "", served=False)
    plugin_tmpdir: str = key(text, "", served=False)
    plugin_auto_download: bool = key(boolean, False, served=False)
    plugin_auto_register: bool = key(boolean, False, served=False)
    plugin_download_behavior: str = key(text, "", served=False)
    request_limiter: object = key(anything, None, served=False)
    adaptive_overload_protection: object = key(anything, None, served=False)
    entropy: object = key(anything, None, served=False)
    experiments: tuple[str, ...] = key(texts, (), served=False)
    feature_flags: tuple[str, ...] = key(texts, (), served=False)
    initialize: object = key(anything, None, served=False, secret=True)
    kms_library: object = key(anything, None, served=False, secret=True)
    plugin: object = key(anything, None, served=False, secret=True)
    replication: object = key(anything, None, served=False)
    reporting: object = key(anything, None, served=False)
    sentinel: object = key(anything, None, served=False)
