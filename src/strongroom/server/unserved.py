"""Settings that this server doesn't support.  They cause a notice or an error at the start, not silence (pure)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import fields

from strongroom.lib import json
from strongroom.lib.postgresql.connection_url import UrlError, parse_connection_url
from strongroom.server.audit_settings import audit_notices, check_audits
from strongroom.server.certificate_header import certificate_header
from strongroom.server.certificates.settings import acme_keys, uses_acme, wanted
from strongroom.server.config.addresses import check_connection_url
from strongroom.server.config.config import NODE_OPTIONS, Config, Listener, Settings
from strongroom.server.config.reader import ConfigError, meant
from strongroom.server.stores import COMMON, OPTIONS
from strongroom.services.mounts.tuning import LOCKOUT_TYPES

_LISTENER = frozenset(
    {
        "cluster_address",
        "cors_allowed_headers",
        "cors_allowed_origins",
        "cors_enabled",
        "inflight_requests_logging",
        "profiling",
    }
)
_SETTINGS = frozenset(
    {
        "enable_response_header_raft_node_id",
        "log_requests_level",
        "log_rotate_bytes",
        "log_rotate_duration_s",
        "log_rotate_max_files",
        "plugin_directory",
    }
)
"""Without what nobody misses: there is no memory to lock, and the cache has a bound of its own."""


def refuse(config: Config) -> None:
    """Refuse settings without which a node would be less safe than its file says.

    Raises: `ConfigError` for a seal that can't be used, for an audit device that can't be made, for certificates that
        couldn't be asked for or passed on, and for a connection URL that is none.
    """
    for seal in config.seals:
        if seal.type != "shamir" and not seal.disabled:
            raise ConfigError(
                seal.where,
                f'the seal type "{seal.type}" is not supported; without a seal stanza, key shares unseal the server',
            )
    storage = config.storage
    if storage is not None and storage.type == "postgresql":
        where = storage.places.get("connection_url", storage.where)
        check_connection_url(where, storage.options.get("connection_url", ""))
    check_audits(config)
    wanted(config.listeners)
    for listener in config.listeners:
        certificate_header(listener)


def notices(config: Config) -> Iterator[str]:
    """One text for each setting that has no effect, for the log."""
    for field in fields(Settings):
        if field.name in _SETTINGS and getattr(config.settings, field.name) != field.default:
            yield f"{field.metadata['key'] or field.name} has no effect in this server"
    for listener in config.listeners:
        plain = Listener(listener.type, listener.where)
        for field in fields(Listener):
            if field.name in _LISTENER and getattr(listener, field.name) != getattr(plain, field.name):
                name = field.metadata["key"] or field.name
                yield f'{listener.where}: {name} in listener "{listener.type}" has no effect in this server'
        for name in acme_keys(listener):
            if not uses_acme(listener):
                yield f"{listener.where}: {name} has no effect: the certificate is that of tls_cert_file, or none"
            elif name == "tls_acme_alpn_challenge_port":
                yield f"{listener.where}: {name} has no effect: TLS challenges are answered on the listener itself"
        if listener.max_json_depth > json.MAX_DEPTH:
            yield f"{listener.where}: max_json_depth is {json.MAX_DEPTH} here: nothing nested deeper is decoded"
        if 0 < listener.max_inflight_memory_bytes < listener.max_request_size_bytes:
            # Answered 503 with Retry-After, so that clients would repeat it for ever.
            yield f"{listener.where}: max_inflight_memory is less than max_request_size: no body that large is taken"
        if listener.type == "tcp" and (listener.socket_mode or listener.socket_user or listener.socket_group):
            yield f'{listener.where}: socket_mode, socket_user and socket_group have no effect in listener "tcp"'
    yield from _about_storage(config)
    for lockout in config.user_lockouts:
        if lockout.auth_type not in {"all", *LOCKOUT_TYPES}:
            yield f'{lockout.where}: user_lockout "{lockout.auth_type}" has no effect: no such logins are counted'
    yield from audit_notices(config)


def _about_storage(config: Config) -> Iterator[str]:
    storage = config.storage
    if storage is not None and storage.type in OPTIONS:
        known = OPTIONS[storage.type] | COMMON | NODE_OPTIONS
        for name in sorted({*storage.options, *storage.blocks} - known):
            where = storage.places.get(name, storage.where)
            told = meant(name, known)
            yield f'{where}: {name} in storage "{storage.type}" has no effect in this server{told}'
    if storage is not None and storage.type == "postgresql":
        where = storage.places.get("connection_url", storage.where)
        with contextlib.suppress(UrlError):  # which `refuse` tells
            for name in parse_connection_url(storage.options.get("connection_url", "")).without_effect:
                yield f"{where}: {name} in the connection_url has no effect in this server"
    for name, stanza in (("ha_storage", config.ha_storage), ("service_registration", config.service_registration)):
        if stanza is not None:
            yield f'{stanza.where}: {name} "{stanza.type}" has no effect: every node serves without it'
