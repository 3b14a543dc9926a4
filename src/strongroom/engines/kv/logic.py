"""Decisions of the key/value engine (p): histories of versions, merge patches, what answers show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from strongroom.engines.kv.records import KvConfig, Metadata, PlainSecret, Version
from strongroom.lib.durations import format_duration_s, parse_duration_s
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.coercion import FieldError, to_int

DEFAULT_MAX_VERSIONS = 10
MAX_VERSIONS_LIMIT = 2**32
"""`max_versions` counts in 32 bits, as clients' libraries do."""
PRUNED_AT_ONCE = 64
"""The most versions that one write drops, so that a commit stays within what the smallest store takes."""


def max_versions(number: int) -> int:
    """The number as it is kept."""
    return number % MAX_VERSIONS_LIMIT


def lease_hint_s(data: dict[str, Any], default_s: int) -> int:
    """For how long a client may use a secret without versions before it looks again, in seconds.

    Source: https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v1#create-update-secret
    """
    if "ttl" not in data and "lease" not in data:
        return default_s
    given = data["ttl"] if "ttl" in data else data["lease"]
    try:
        # A fraction has to name its unit, as in "1.5h".
        return parse_duration_s(repr(given) if isinstance(given, float) else given)
    except InvalidRequest:
        return default_s


def parse_cas(options: dict[str, Any]) -> int | None:
    """The version that a write expects; None when it doesn't say.  Raises `InvalidRequest` for what is no number."""
    if "cas" not in options:
        return None
    try:
        return to_int(options["cas"])
    except FieldError as error:
        raise InvalidRequest("error parsing check-and-set parameter") from error


def check_cas(config: KvConfig, metadata: Metadata | None, cas: int | None) -> None:
    """Raise `InvalidRequest` when a write must name the version it replaces and doesn't, or names another."""
    if cas is None:
        if config.cas_required or (metadata is not None and metadata.cas_required):
            raise InvalidRequest("check-and-set parameter required for this call")
    elif cas != (metadata.current_version if metadata is not None else 0):
        raise InvalidRequest("check-and-set parameter did not match the current version")


def check_metadata_cas(config: KvConfig, metadata: Metadata | None, cas: int | None) -> None:
    """The same for a write of a secret's settings."""
    if cas is None:
        if config.metadata_cas_required or (metadata is not None and metadata.metadata_cas_required):
            raise InvalidRequest("metadata check-and-set parameter required for this call")
    elif cas != (metadata.metadata_version if metadata is not None else 0):
        raise InvalidRequest("metadata check-and-set parameter does not match the current version")


def deletion_at(config: KvConfig, metadata: Metadata, now: float) -> float:
    """When a version that is written now deletes itself; 0 for never.  The shorter of both settings counts."""
    if config.delete_version_after_s < 0:
        return 0.0
    settings = [s for s in (config.delete_version_after_s, metadata.delete_version_after_s) if s > 0]
    return now + min(settings) if settings else 0.0


def is_readable(version: Version, now: float) -> bool:
    """Whether a version is neither deleted nor destroyed."""
    return not version.destroyed and not (version.deleted_at and version.deleted_at <= now)


def of_plain(secret: PlainSecret) -> Metadata:
    """A secret without versions, seen as one whose only version is 1."""
    return Metadata(
        created_at=secret.written_at,
        updated_at=secret.written_at,
        versions={1: Version(created_at=secret.written_at)},
        current_version=1,
        oldest_version=1,
    )


def with_new_version(config: KvConfig, metadata: Metadata | None, now: float) -> tuple[Metadata, list[int]]:
    """Add a version that is written now.

    Returns: the new state, and the versions that it drops, whose data goes with them.
    """
    base = metadata if metadata is not None else Metadata(created_at=now, updated_at=now)
    number = base.current_version + 1
    versions = {**base.versions, number: Version(created_at=now, deleted_at=deletion_at(config, base, now))}
    # The larger of the two counts: as clients know it, neither setting takes a version that the other keeps.
    kept = max(base.max_versions, config.max_versions) or DEFAULT_MAX_VERSIONS
    oldest, dropped = base.oldest_version, []
    if number - oldest >= kept:
        overdue = sorted(n for n in versions if n <= number - kept)
        dropped = overdue[:PRUNED_AT_ONCE]
        oldest = number - kept + 1 if dropped == overdue else dropped[-1] + 1
    for n in dropped:
        del versions[n]
    return (
        msgspec.structs.replace(
            base,
            versions=versions,
            current_version=number,
            oldest_version=oldest,
            updated_at=now,
        ),
        dropped,
    )


def with_deleted(metadata: Metadata, numbers: Iterable[int], now: float) -> Metadata:
    """Delete those of the versions that exist and are readable."""
    changed = {
        n: msgspec.structs.replace(version, deleted_at=now)
        for n in set(numbers)
        if (version := metadata.versions.get(n)) is not None and is_readable(version, now)
    }
    return _with_versions(metadata, changed)


def with_undeleted(config: KvConfig, metadata: Metadata, numbers: Iterable[int], now: float) -> Metadata:
    """Bring back those of the versions that exist and aren't destroyed; their time runs again from now."""
    at = deletion_at(config, metadata, now)
    changed = {
        n: msgspec.structs.replace(version, deleted_at=at)
        for n in set(numbers)
        if (version := metadata.versions.get(n)) is not None and not version.destroyed
    }
    return _with_versions(metadata, changed)


def with_destroyed(metadata: Metadata, numbers: Iterable[int]) -> tuple[Metadata, list[int]]:
    """Destroy those of the versions that exist.

    Returns: the new state, and the versions that weren't destroyed before, whose data goes.
    """
    changed = {
        n: msgspec.structs.replace(version, destroyed=True)
        for n in set(numbers)
        if (version := metadata.versions.get(n)) is not None and not version.destroyed
    }
    return _with_versions(metadata, changed), sorted(changed)


def _with_versions(metadata: Metadata, changed: dict[int, Version]) -> Metadata:
    return msgspec.structs.replace(metadata, versions={**metadata.versions, **changed}) if changed else metadata


def merge_patch(target: Any, patch: Any) -> Any:
    """`target` with `patch` applied; both stay as they are.  Source: RFC 7396, section 2."""
    if not isinstance(patch, dict):
        return patch
    out = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            out.pop(name, None)
        else:
            out[name] = merge_patch(out.get(name), value)
    return out


def subkeys(data: Any, depth: int) -> dict[str, Any] | None:
    """The names in `data`, with null for every value.

    Args:
        depth: how many levels of names; 0 for all of them.
    """
    if not isinstance(data, dict):
        return None
    deeper = depth == 0 or depth > 1
    return {
        name: subkeys(value, depth - 1 if depth else 0) if deeper and isinstance(value, dict) and value else None
        for name, value in data.items()
    }


@lru_cache(maxsize=16384)
def rfc3339(at: float) -> str:
    """A time as answers show it, in UTC, without trailing zeros; empty for 0.  Source: RFC 3339."""
    if not at:
        return ""
    text = datetime.fromtimestamp(at, UTC).isoformat()[:-6]
    return (text.rstrip("0") if "." in text else text) + "Z"


def show_version(metadata: Metadata, number: int) -> dict[str, Any]:
    """One version, as answers about it show it."""
    version = metadata.versions[number]
    return {
        "created_time": rfc3339(version.created_at),
        "custom_metadata": dict(metadata.custom_metadata) or None,
        "deletion_time": rfc3339(version.deleted_at),
        "destroyed": version.destroyed,
        "version": number,
    }


def show_metadata(metadata: Metadata) -> dict[str, Any]:
    """A secret, as answers about it show it."""
    return {
        "cas_required": metadata.cas_required,
        "created_time": rfc3339(metadata.created_at),
        "current_metadata_version": metadata.metadata_version,
        "current_version": metadata.current_version,
        "custom_metadata": dict(metadata.custom_metadata) or None,
        "delete_version_after": format_duration_s(metadata.delete_version_after_s),
        "max_versions": metadata.max_versions,
        "metadata_cas_required": metadata.metadata_cas_required,
        "oldest_version": metadata.oldest_version,
        "updated_time": rfc3339(metadata.updated_at),
        "versions": {
            str(n): {
                "created_time": rfc3339(version.created_at),
                "deletion_time": rfc3339(version.deleted_at),
                "destroyed": version.destroyed,
            }
            for n, version in sorted(metadata.versions.items(), key=lambda item: str(item[0]))
        },
    }


def page(names: Iterable[str], after: str, limit: int) -> list[str]:
    """The names in order, those after `after`, at most `limit` of them; a limit of 0 or less is none."""
    found = sorted(name for name in names if name > after) if after else sorted(names)
    return found[:limit] if limit > 0 else found
