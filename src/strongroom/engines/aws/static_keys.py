"""Rotates the keys of users that exist already.

What is about to happen is written down first, the new key as soon as it is there, each in a commit of its own.

Source: https://developer.hashicorp.com/vault/docs/secrets/aws#static-roles
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import structlog

from strongroom.engines.aws.calls import GONE, AwsAccount, key_of
from strongroom.engines.aws.key_rules import keys_in, left_behind, making_room
from strongroom.engines.aws.records import STATIC_KEYS, StaticKey, StaticRole
from strongroom.engines.aws.users import find
from strongroom.lib.aws import AwsRefused, Element
from strongroom.lib.errors import InvalidRequest, StrongroomError, UpstreamFailed
from strongroom.sdk import View
from strongroom.sdk.rotation import next_time

log = structlog.get_logger("aws")

_REASON = 500


async def known_user(account: AwsAccount, role: StaticRole) -> Element:
    """The user of a static role.

    Raises: `InvalidRequest` if AWS has none of that name, or it is the one by whose key this server asks.
    """
    user = await find(await account.inside(), role.username)
    if user is None:
        raise InvalidRequest(f'unable to validate username "{role.username}": AWS has no such user')
    own = await account.sts("GetCallerIdentity")
    if user.value("Arn") == own.value("Arn"):
        text = f'"{role.username}" is the user of config/root, whose key is rotated by config/rotate-root'
        raise InvalidRequest(text)
    return user


async def rotate(account: AwsAccount, view: View, name: str, role: StaticRole, now: float) -> StaticKey:
    """Give the user a new key.  Raises `UpstreamFailed`, and notes that at the role."""
    try:
        return await _rotated(account, view, name, role, now)
    except StrongroomError as error:
        reason = error.text[:_REASON]
        await _changed(
            view, name, lambda key: msgspec.structs.replace(key, attempts=key.attempts + 1, last_error=reason)
        )
        raise


async def _rotated(account: AwsAccount, view: View, name: str, role: StaticRole, now: float) -> StaticKey:
    account = await account.inside()
    user = await find(account, role.username)
    if user is None or user.value("UserId") != role.user_id:
        raise UpstreamFailed(f'the user "{role.username}" is gone, or is another one by now')
    keys = keys_in(await account.listed("ListAccessKeys", "AccessKeyMetadata", UserName=role.username))
    row = await view.apart(lambda own: own.read(STATIC_KEYS + name, StaticKey)) or StaticKey()
    if row.user_id not in {"", role.user_id}:  # a role of this name, which could not be made, was for another user
        row = StaticKey()
    obsolete = left_behind(keys, (*row.known_keys, row.access_key), row.begun_at, now)
    keys = [key for key in keys if key not in obsolete]
    oldest = making_room(keys)
    if oldest is not None:
        obsolete.append(oldest)
        keys.remove(oldest)
    for key in obsolete:
        await _delete_key(account, role.username, key.id)
    ids = tuple(key.id for key in keys)
    begun = {"begun_at": now, "known_keys": ids, "user_id": role.user_id}
    await _changed(view, name, lambda key: msgspec.structs.replace(key, **begun))
    made = key_of(await account.iam("CreateAccessKey", UserName=role.username))
    done = StaticKey(
        access_key=made.access_key,
        secret_key=made.secret_key,
        rotated_at=now,
        next_rotation_at=next_time(role.rotation, now, now),
        user_id=role.user_id,
    )
    return await _changed(view, name, lambda _: done)


async def _changed(view: View, name: str, change: Callable[[StaticKey], StaticKey]) -> StaticKey:
    """Change the row in a commit of its own."""

    async def body(own: View) -> StaticKey:
        changed = change(await own.read(STATIC_KEYS + name, StaticKey) or StaticKey())
        own.write(STATIC_KEYS + name, changed)
        return changed

    return await view.apart(body)


async def delete(account: AwsAccount, username: str, key_id: str) -> None:
    """Delete a key; one that is gone already is fine.  Raises `UpstreamFailed`."""
    await _delete_key(await account.inside(), username, key_id)


async def _delete_key(account: AwsAccount, username: str, key_id: str) -> None:
    try:
        await account.iam("DeleteAccessKey", UserName=username, AccessKeyId=key_id)
    except AwsRefused as error:
        if error.code != GONE:
            raise


async def deleted(account: AwsAccount, username: str, key_id: str) -> bool:
    """Delete a key, and tell whether that is done."""
    try:
        await delete(account, username, key_id)
    except StrongroomError as error:
        log.warning("an access key could not be deleted", key=key_id, reason=error.detail or error.text)
        return False
    return True
