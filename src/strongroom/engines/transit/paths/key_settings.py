"""`keys/<name>/config`, `rotate` and `trim`: what changes a key.

Source: https://openbao.org/api-docs/secret/transit/#update-key-configuration
"""

from __future__ import annotations

from typing import Annotated

from strongroom.engines.transit.fields import without_nulls
from strongroom.engines.transit.keys import allowed, rows
from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.engines.transit.keys.shown import shown
from strongroom.engines.transit.lifecycle import limits, settings, timetable
from strongroom.engines.transit.lifecycle.clearing import clear
from strongroom.engines.transit.lifecycle.rotation import rotate
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import (
    Body,
    CommaList,
    Doc,
    GivenDuration,
    Random,
    Request,
    Response,
    check_segment_name,
    path,
    replace,
)

_SLIP = "allow_deletion"


class ConfigFields(Body, frozen=True):
    """Settings of a key; those that aren't given, or null, stay."""

    min_decryption_version: Annotated[int | None, Doc(description="The oldest version that decrypts and verifies.")] = (
        None
    )
    min_encryption_version: Annotated[
        int | None,
        Doc(
            description="The oldest version that encrypts and signs, if a request names one. "
            "0 for the oldest that decrypts."
        ),
    ] = None
    deletion_allowed: Annotated[bool | None, Doc(description="Whether the key may be deleted.")] = None
    exportable: Annotated[bool | None, Doc(description="Whether the key may be exported. Never goes back.")] = None
    allow_plaintext_backup: Annotated[
        bool | None, Doc(description="Whether the key may be backed up. Never goes back.")
    ] = None
    auto_rotate_period: Annotated[
        GivenDuration | None, Doc(description="How often the key is rotated: an hour or more; 0 for never.")
    ] = None
    allowed_operations: Annotated[
        CommaList | None,
        Doc(description="What the key may be used for, of " + ", ".join(allowed.OPERATIONS) + "; `*` for everything."),
    ] = None


class TrimFields(Body, frozen=True):
    """How far a key is trimmed."""

    min_available_version: Annotated[
        int | None, Doc(description="The oldest version that is kept. Older ones are deleted for good.")
    ] = None


class KeySettingsPaths:
    """`keys/<name>/config`, `keys/<name>/rotate` and `keys/<name>/trim`"""

    random: Random

    @path.write("keys/{name}/config")
    async def configure_key(self, request: Request, name: str, body: ConfigFields) -> Response:
        """Changes settings of a key: all of those given, or none."""
        key = await _key(request, name, f"no existing key named {name} could be found")
        body = without_nulls(body, request.data)
        changed, warnings = limits.with_minimums(key, body.min_decryption_version, body.min_encryption_version)
        changed, told = _with_flags(changed, body)
        warnings += told
        if _SLIP in request.data:
            warnings.append(f'Did you mean "deletion_allowed" instead of "{_SLIP}"?')
        if body.auto_rotate_period is not None:
            changed = await _with_period(request, name, changed, body.auto_rotate_period)
        if changed != key:
            rows.keep_key(request.view, name, changed)
        return Response(data=await shown(request.view, name, changed), warnings=warnings)

    @path.write("keys/{name}/rotate")
    async def rotate_key(self, request: Request, name: str) -> Response:
        """Makes another version of a key, which encrypts and signs from now on."""
        check_segment_name(name)
        key = await rows.usable(request.view, name, "key not found")
        return Response(data=await shown(request.view, name, await rotate(request, name, key, self.random)))

    @path.write("keys/{name}/trim")
    async def trim_key(self, request: Request, name: str, body: TrimFields) -> Response:
        """Deletes the oldest versions of a key for good."""
        key = await _key(request, name, "invalid key name")
        if body.min_available_version is None:
            raise InvalidRequest("missing min_available_version")
        trimmed = limits.trimmed(key, body.min_available_version)
        rows.keep_key(request.view, name, trimmed)
        await clear(request, key.id, trimmed.min_available_version)
        return Response(data=await shown(request.view, name, trimmed))


async def _key(request: Request, name: str, unknown: str) -> KeyRecord:
    check_segment_name(name)
    key = await rows.key_of(request.view, name)
    if key is None:
        raise InvalidRequest(unknown)
    return key


def _with_flags(key: KeyRecord, body: ConfigFields) -> tuple[KeyRecord, list[str]]:
    """The key with other flags, and warnings about those that never go back."""
    warnings = [
        f"{flag} stays true: once set, it cannot be disabled"
        for flag in ("exportable", "allow_plaintext_backup")
        if getattr(key, flag) and getattr(body, flag) is False
    ]
    operations = key.allowed_operations
    if body.allowed_operations is not None:
        operations = allowed.names("allowed_operations", body.allowed_operations, allowed.OPERATIONS)
    changed = replace(
        key,
        deletion_allowed=key.deletion_allowed if body.deletion_allowed is None else body.deletion_allowed,
        exportable=key.exportable or bool(body.exportable),
        allow_plaintext_backup=key.allow_plaintext_backup or bool(body.allow_plaintext_backup),
        allowed_operations=operations,
    )
    return changed, warnings


async def _with_period(request: Request, name: str, key: KeyRecord, period_s: int) -> KeyRecord:
    """The key with another period, counted from when its latest version was made.

    A client that sends the same period again and again must not put the rotation off.
    """
    settings.check_rotation_period(period_s)
    if period_s == key.auto_rotate_period_s:
        return key
    if period_s and key.imported and not key.allow_imported_rotation:
        raise InvalidRequest("allow_rotation must be set to true if auto-rotation is enabled: the key was imported")
    latest = await rows.version_of(request.view, key, key.latest_version)
    return await timetable.planned(request, name, replace(key, auto_rotate_period_s=period_s), latest.created_at)
