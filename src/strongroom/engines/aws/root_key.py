"""Rotates the key by which AWS is asked.

What is about to happen is written down first, the new key as soon as it is there, each in a commit of its own: whoever
dies in between loses no key.  The old key is kept until AWS takes the new one.

Source: https://developer.hashicorp.com/vault/api-docs/secret/aws#rotate-root-credentials
"""

from __future__ import annotations

import msgspec

from strongroom.engines.aws.calls import GONE, UNKNOWN_KEY, AwsAccount, key_of
from strongroom.engines.aws.key_rules import MOST_KEYS, KeyOfUser, keys_in, left_behind
from strongroom.engines.aws.records import ROTATION, RootConfig, RootRotation
from strongroom.lib.aws import AwsRefused, Credentials
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.sdk import View

_FORMER = 64


async def new_key(account: AwsAccount, view: View, in_use: str, now: float) -> Credentials:
    """Another key for the user whose key is in use.

    Args:
        view: of the mount. in_use: the id of that key.

    Raises: `InvalidRequest` if the user has two keys, `UpstreamFailed`.
    """
    user = await _own_user(account)
    keys = await _keys(account, user)
    begun = await view.apart(lambda own: own.read(ROTATION, RootRotation))
    if begun is not None and begun.access_key and begun.access_key in {key.id for key in keys}:
        return Credentials(begun.access_key, begun.secret_key)  # made by an attempt that didn't come to its end
    if begun is not None:
        for key in left_behind(keys, (*begun.known_keys, in_use), begun.begun_at, now):
            await account.iam("DeleteAccessKey", UserName=user, AccessKeyId=key.id)
            keys.remove(key)
    if len(keys) >= MOST_KEYS:
        others = ", ".join(key.id for key in keys if key.id != in_use)
        raise InvalidRequest(
            f'the user "{user}" has two access keys, which is the most: delete the one that this server doesn\'t use '
            f"({others}), and rotate again"
        )
    rotation = RootRotation(begun_at=now, known_keys=tuple(key.id for key in keys))
    await view.apart(lambda own: _write(own, rotation))
    made = key_of(await account.iam("CreateAccessKey", UserName=user))
    done = msgspec.structs.replace(rotation, access_key=made.access_key, secret_key=made.secret_key)
    await view.apart(lambda own: _write(own, done))
    return made


async def _write(view: View, rotation: RootRotation) -> None:
    view.write(ROTATION, rotation)


async def _own_user(account: AwsAccount) -> str:
    name = (await account.iam("GetUser")).value("User", "UserName")
    if not name:
        raise UpstreamFailed("AWS gave no usable answer", detail="GetUser")
    return name


async def _keys(account: AwsAccount, user: str) -> list[KeyOfUser]:
    return keys_in(await account.listed("ListAccessKeys", "AccessKeyMetadata", UserName=user))


def with_key(config: RootConfig, made: Credentials, now: float) -> RootConfig:
    """The configuration with a new key in use, and the old one as the one to fall back to."""
    return msgspec.structs.replace(
        config,
        access_key=made.access_key,
        secret_key=made.secret_key,
        old_access_key=config.access_key,
        old_secret_key=config.secret_key,
        rotated_at=now,
        former_keys=(*config.former_keys, config.access_key)[-_FORMER:],
    )


def without_old(config: RootConfig) -> RootConfig:
    """The configuration when the old key has been deleted."""
    return msgspec.structs.replace(config, old_access_key="", old_secret_key="")


async def retire(account: AwsAccount, config: RootConfig) -> None:
    """Delete the old key, once IAM and STS take the new one.  Raises `UpstreamFailed` if they don't yet."""
    by_new = account.by(Credentials(config.access_key, config.secret_key))
    try:
        await by_new.sts("GetCallerIdentity")
        user = await _own_user(by_new)
        await by_new.iam("DeleteAccessKey", UserName=user, AccessKeyId=config.old_access_key)
    except AwsRefused as error:
        if error.code == GONE:
            return
        if error.code in UNKNOWN_KEY:
            raise UpstreamFailed("AWS doesn't know the new key everywhere yet", detail=error.detail) from error
        raise


async def is_taken(account: AwsAccount, key: Credentials) -> bool:
    """Whether AWS knows a key.  Raises `UpstreamFailed` if it doesn't answer."""
    try:
        await account.by(key).sts("GetCallerIdentity")
    except AwsRefused as error:
        if error.code in UNKNOWN_KEY:
            return False
        raise
    return True
