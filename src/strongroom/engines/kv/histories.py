"""A secret's history as another server had it: what a request gives, checked, and added to what is there (p)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from strongroom.engines.kv.logic import PRUNED_AT_ONCE
from strongroom.engines.kv.records import Metadata, Version
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.coercion import FieldError, to_bool, to_int

VERSIONS_AT_ONCE: Final = PRUNED_AT_ONCE
"""The most versions of one request, so that a commit stays within what the smallest store takes."""
_HIGHEST: Final = 2**32 - 1
_LATEST_S: Final = 253_370_764_800
"""The beginning of the year 9999: later times can't be shown in all time zones."""
_FIELDS: Final = frozenset({"version", "created_time", "deletion_time", "destroyed", "data"})


class GivenVersion(msgspec.Struct, frozen=True):
    """One version of a request."""

    number: int
    version: Version
    data: Any

    def __repr__(self) -> str:
        return f"GivenVersion({self.number})"


def moment(text: object, field: str) -> float:
    """Seconds since the epoch of a time as in RFC 3339; 0 for an empty text.  Raises `InvalidRequest`."""
    if text == "":
        return 0.0
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
        seconds = at.timestamp() if at is not None and at.tzinfo is not None else -1.0
    except (ValueError, OverflowError):
        seconds = -1.0
    if not 0 < seconds < _LATEST_S:
        raise InvalidRequest(f"{field} must be a time such as 2027-01-31T12:00:00Z")
    return seconds


def given_versions(value: Any, after: int) -> list[GivenVersion]:
    """The versions of a request.

    Args:
        after: the number that all have to be above.

    Raises: `InvalidRequest` that names the first one that can't be taken.
    """
    if not isinstance(value, list):
        raise InvalidRequest("versions must be a list of objects")
    if len(value) > VERSIONS_AT_ONCE:
        raise InvalidRequest(f"a request takes at most {VERSIONS_AT_ONCE} versions; send the others after it")
    found: list[GivenVersion] = []
    for item in value:
        given = _given(item)
        if given.number <= after:
            raise InvalidRequest(f"version {given.number} doesn't come after version {after}")
        after = given.number
        found.append(given)
    return found


def _given(item: Any) -> GivenVersion:
    if not isinstance(item, dict):
        raise InvalidRequest("versions must be a list of objects")
    if unknown := sorted(set(item) - _FIELDS):
        raise InvalidRequest(f"a version has no field {unknown[0]}")
    try:
        number, destroyed = to_int(item.get("version", 0)), to_bool(item.get("destroyed", False))
    except FieldError as error:
        raise InvalidRequest(f"error converting input for a version: {error}") from error
    if not 0 < number <= _HIGHEST:
        raise InvalidRequest(f"version must be from 1 to {_HIGHEST}")
    data = item.get("data")
    if not isinstance(data, dict | None):
        raise InvalidRequest(f"data of version {number} must be an object")
    if destroyed and data is not None:
        raise InvalidRequest(f"version {number} is destroyed, so it has no data")
    created = moment(item.get("created_time", ""), f"created_time of version {number}")
    if not created:
        raise InvalidRequest(f"created_time of version {number} is missing")
    deleted = moment(item.get("deletion_time") or "", f"deletion_time of version {number}")
    return GivenVersion(number, Version(created_at=created, deleted_at=deleted, destroyed=destroyed), data)


def continued(base: Metadata, versions: list[GivenVersion], changes: Mapping[str, Any]) -> Metadata:
    """A secret's state with these versions behind those that it has.

    Args:
        changes: fields of the state that the request gives.
    """
    added = {given.number: given.version for given in versions}
    current = versions[-1].number if versions else base.current_version
    return msgspec.structs.replace(base, versions={**base.versions, **added}, current_version=current, **changes)
