"""Finds the mount of a path (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
import structlog

from strongroom.lib.errors import Unavailable
from strongroom.lib.fault import where
from strongroom.sdk.engine import Engine
from strongroom.sdk.request import Mount
from strongroom.services.mounts.lockout_rule import rule_of
from strongroom.services.mounts.records import Lockout, MountRecord

log = structlog.get_logger("mounts")


class MountEntry(msgspec.Struct, frozen=True):
    """A mount with its engine and its times."""

    record: MountRecord
    mount: Mount
    engine: Engine | None
    """None if no engine of its type is installed or allowed, or if the engine refuses the mount's options."""
    prefix: str
    """The prefix of all its rows in the store."""
    lockout: Lockout | None = None
    """When failed logins lock a user out; None: never."""

    def check_open(self) -> None:
        """Raise `Unavailable` while the mount is locked."""
        if self.record.locked_at:
            raise Unavailable(f'the mount "{self.record.full_path}" has been locked by an administrator')


class Router:
    """All mounts of a namespace.  No mount lies below another, so at most one matches a path."""

    def __init__(self, entries: Iterable[MountEntry]) -> None:
        self.by_path: dict[str, MountEntry] = {}
        self.by_id: dict[str, MountEntry] = {}
        self.by_accessor: dict[str, MountEntry] = {}
        for entry in entries:
            self.by_path[entry.record.full_path] = entry
            self.by_id[entry.record.id] = entry
            self.by_accessor[entry.record.accessor] = entry

    def find(self, path: str) -> MountEntry | None:
        """The mount that `path` lies in.  The path is relative to the namespace."""
        at = path.find("/")
        while at >= 0:
            entry = self.by_path.get(path[: at + 1])
            if entry is not None:
                return entry
            at = path.find("/", at + 1)
        return self.by_path.get(path + "/")  # the mount itself, named without its slash

    def conflict(self, path: str) -> str:
        """The path of a mount that equals, contains or lies below `path`; empty if there is none."""
        for existing in self.by_path:
            if existing.startswith(path) or path.startswith(existing):
                return existing
        return ""


def enter(
    record: MountRecord,
    engines: Mapping[tuple[str, str], Engine],
    default_ttl_s: int,
    max_ttl_s: int,
    lockouts: Mapping[str, Lockout],
) -> MountEntry:
    """Make a mount's entry; `engines` is by table and type, `lockouts` by type."""
    options = record.options or {}
    engine = _variant(record, engines.get((record.table, record.type)), options)
    return MountEntry(
        record=record,
        mount=Mount(
            id=record.id,
            path=record.full_path,
            type=record.type,
            accessor=record.accessor,
            options=options,
            # A negative time is stored and shown as it was given, as in Vault, but counts as not set.
            default_lease_ttl_s=max(0, record.config.default_lease_ttl_s) or default_ttl_s,
            max_lease_ttl_s=max(0, record.config.max_lease_ttl_s) or max_ttl_s,
            token_type=record.config.token_type or "default-service",
            delegated_auth_accessors=record.config.delegated_auth_accessors or (),
            self_service_password=record.config.self_service_password,
            does_scheduled_work=engine is not None and engine.does_scheduled_work,
        ),
        engine=engine,
        prefix=record.prefix,
        lockout=rule_of(record, lockouts),
    )


def _variant(record: MountRecord, engine: Engine | None, options: dict[str, str]) -> Engine | None:
    """The engine for these options.  None if the engine fails, so that one mount's failure doesn't stop all others."""
    if engine is None:
        return None
    try:
        return engine.variant(options)
    except Exception as error:  # a plugin may raise anything
        log.error("an engine does not take its mount's options", mount=record.full_path, fault=where(error))
        return None
