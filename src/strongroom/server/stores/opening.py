"""The types of stores, and how each is opened."""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.lib.clock import Clock
from strongroom.lib.rand import Random
from strongroom.server.stores.settings import StoreError, directory, timeout_s
from strongroom.storage.base import Storage

SHARED = frozenset({"postgresql", "mysql", "etcd", "consul", "s3", "dynamodb", "zookeeper"})
"""Stores that several nodes work on."""

LOCAL = frozenset({"sqlite", "file"})
"""Stores that have a directory on this machine."""

IN_MEMORY = "inmem"

_TLS = frozenset({"tls_ca_file", "tls_cert_file", "tls_key_file"})

OPTIONS: Mapping[str, frozenset[str]] = {
    "inmem": frozenset(),
    "sqlite": frozenset({"path", "timeout"}),
    "file": frozenset({"path", "timeout"}),
    "postgresql": frozenset({"connection_url", "table", "max_parallel", "timeout"}),
    "mysql": frozenset(
        {"address", "username", "password", "database", "table", "tls_ca_file", "plaintext_connection_allowed"}
        | {"max_parallel", "max_idle_connections", "max_connection_lifetime", "timeout"}
    ),
    "etcd": frozenset({"address", "path", "username", "password", "etcd_api", "max_parallel"})
    | {"timeout", "request_timeout", *_TLS},
    "consul": frozenset({"address", "scheme", "path", "token", "datacenter", "max_parallel", "timeout"})
    | {"tls_skip_verify", *_TLS},
    "s3": frozenset({"bucket", "path", "endpoint", "region", "access_key", "secret_key", "session_token"})
    | {"s3_force_path_style", "disable_ssl", "kms_key_id", "max_parallel", "timeout", "max_bytes"},
    "dynamodb": frozenset({"table", "endpoint", "region", "access_key", "secret_key", "session_token"})
    | {"billing_mode", "read_capacity", "write_capacity", "max_parallel", "timeout"},
    "zookeeper": frozenset({"address", "path", "auth_info", "znode_owner", "max_parallel", "timeout"})
    | {"tls_enabled", "tls_skip_verify", *_TLS},
}
"""What each type's stanza may say."""


def open_store(type_: str, options: Mapping[str, str], clock: Clock, random: Random) -> Storage:
    """Make the store that a stanza describes; `start()` opens it.

    Raises: `StoreError`.
    """
    match type_:
        case "inmem":
            from strongroom.storage.inmem import InmemStorage  # noqa: PLC0415 - a backend is imported when it is used

            return InmemStorage(clock, random)
        case "sqlite" | "file":
            from strongroom.storage.sqlite import SqliteStorage  # noqa: PLC0415

            return SqliteStorage(directory(type_, options), clock, random, patience_s=timeout_s(type_, options))
        case "postgresql":
            from strongroom.server.stores.postgresql import open_postgresql_stanza  # noqa: PLC0415

            return open_postgresql_stanza(options, clock, random)
        case "mysql":
            from strongroom.server.stores.mysql import open_mysql  # noqa: PLC0415

            return open_mysql(options, clock, random)
        case "etcd":
            from strongroom.server.stores.etcd import open_etcd_stanza  # noqa: PLC0415

            return open_etcd_stanza(options, clock, random)
        case "consul":
            from strongroom.server.stores.consul import open_consul_stanza  # noqa: PLC0415

            return open_consul_stanza(options, clock, random)
        case "s3":
            from strongroom.server.stores.s3 import open_s3_stanza  # noqa: PLC0415

            return open_s3_stanza(options, clock, random)
        case "dynamodb":
            from strongroom.server.stores.dynamodb import open_dynamodb_stanza  # noqa: PLC0415

            return open_dynamodb_stanza(options, clock, random)
        case "zookeeper":
            from strongroom.server.stores.zookeeper import open_zookeeper_stanza  # noqa: PLC0415

            return open_zookeeper_stanza(options, clock, random)
    raise StoreError(
        f'the storage type "{type_}" is not supported; use "sqlite" for one machine, or for several one of '
        + ", ".join(f'"{shared}"' for shared in sorted(SHARED))
    )
