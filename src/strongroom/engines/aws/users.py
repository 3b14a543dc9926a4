"""Makes and deletes users of IAM.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users_remove.html
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import msgspec
import structlog

from strongroom.engines.aws.calls import GONE, AwsAccount, key_of, tags_of
from strongroom.lib.aws import AwsRefused, Credentials, Element
from strongroom.lib.errors import Unreachable, UpstreamFailed

log = structlog.get_logger("aws")

MARK = "strongroom-lease"
"""The tag by which a user is known to have been made for one lease, and no other."""
LATE_S = 300
"""AWS may not know a user yet that it has just made: one of a younger lease isn't taken for gone.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
"""
_TOTAL_S = 50.0
_CONFLICT = "DeleteConflict"


class UserPlan(msgspec.Struct, frozen=True):
    """A user to make, as its lease keeps it."""

    username: str
    mark: str
    planned_at: float
    """Seconds since the epoch."""
    role: str = ""
    """The name of the role, which becomes that of the inline policy."""
    path: str = ""
    boundary_arn: str = ""
    policy_arns: tuple[str, ...] = ()
    policy_document: str = ""
    groups: tuple[str, ...] = ()
    tags: dict[str, str] = {}
    wait_s: int = 0
    user_id: str = ""
    """AWS's own; empty until the user is made."""
    arn: str = ""


class MadeUser(msgspec.Struct, frozen=True):
    """A user with its key."""

    key: Credentials
    user_id: str
    arn: str

    def __repr__(self) -> str:
        return f"MadeUser({self.arn})"


async def make(account: AwsAccount, plan: UserPlan) -> MadeUser:
    """Make a user with its policies, groups and key.  Raises `UpstreamFailed`; parts of it may exist then."""
    user = await _created(account, plan)
    name = plan.username
    for arn in plan.policy_arns:
        await account.iam("AttachUserPolicy", UserName=name, PolicyArn=arn)
    if plan.policy_document:
        document = plan.policy_document
        await account.iam("PutUserPolicy", UserName=name, PolicyName=plan.role, PolicyDocument=document)
    for group in plan.groups:
        await account.iam("AddUserToGroup", UserName=name, GroupName=group)
    key = key_of(await account.iam("CreateAccessKey", UserName=name))
    return MadeUser(key, user.value("UserId"), user.value("Arn"))


async def _created(account: AwsAccount, plan: UserPlan) -> Element:
    parameters = {"UserName": plan.username, "Path": plan.path or "/", **tags_of({**plan.tags, MARK: plan.mark})}
    if plan.boundary_arn:
        parameters["PermissionsBoundary"] = plan.boundary_arn
    try:
        user = (await account.iam("CreateUser", **parameters)).child("User")
    except AwsRefused as error:
        if error.code != "EntityAlreadyExists":
            raise
        # An earlier attempt of the same call may have made it, and its answer been lost.
        user = await find(account, plan.username)
        if user is None or not is_ours(user, plan):
            raise
    if user is None or not user.value("UserId"):
        raise UpstreamFailed("AWS gave no usable answer", detail="CreateUser")
    return user


async def find(account: AwsAccount, username: str) -> Element | None:
    """A user with its tags; None if AWS knows none.  Raises `UpstreamFailed`."""
    try:
        user = (await account.iam("GetUser", UserName=username)).child("User")
    except AwsRefused as error:
        if error.code == GONE:
            return None
        raise
    if user is None or user.value("UserName") != username:
        raise UpstreamFailed("AWS gave no usable answer", detail="GetUser")
    return user


def is_ours(user: Element, plan: UserPlan) -> bool:
    """Whether a user was made for this lease: by AWS's own id, or by the tag if the answer with the id was lost."""
    if plan.user_id:
        return user.value("UserId") == plan.user_id
    tags = {tag.value("Key"): tag.value("Value") for tag in user.items("Tags")}
    return bool(plan.mark) and tags.get(MARK) == plan.mark


async def delete(account: AwsAccount, plan: UserPlan, now: float) -> None:
    """Delete the user of a lease, with whatever has been attached to it since.  Raises `UpstreamFailed`.

    Another user of the same name is left alone.
    """
    try:
        async with asyncio.timeout(_TOTAL_S):
            user = await find(account, plan.username)
            if user is None:
                await _check_gone(account, plan, now)
            elif is_ours(user, plan):
                await _delete_ours(account, plan.username)
            else:
                log.warning(
                    "a user of the planned name wasn't made for the lease, and is left alone", user=plan.username
                )
    except TimeoutError as error:
        raise Unreachable("AWS did not answer in time") from error


async def _check_gone(account: AwsAccount, plan: UserPlan, now: float) -> None:
    """Raise `UpstreamFailed` where a user that AWS doesn't know may exist nevertheless."""
    if not plan.user_id:
        return  # it was never made, or so lately that the second attempt will find it
    if now - plan.planned_at < LATE_S:
        raise UpstreamFailed(f'AWS doesn\'t know the user "{plan.username}" yet; it is deleted later')
    asked = (await account.sts("GetCallerIdentity")).value("Account")
    home = plan.arn.split(":")[4:5]
    if home and home != [asked]:
        text = f'the user "{plan.username}" is in the account {home[0]}; the key in config/root is of {asked}'
        raise UpstreamFailed(text)


async def _delete_ours(account: AwsAccount, name: str) -> None:
    left = _Left()
    keys = [each.value("AccessKeyId") for each in await _of(account, "ListAccessKeys", "AccessKeyMetadata", name)]
    for key in keys:  # first of all, because it is what the lease was for
        with left:
            await account.iam("UpdateAccessKey", UserName=name, AccessKeyId=key, Status="Inactive")
    if left.actions:  # Vault's documentation doesn't name this permission
        await _each(account, "DeleteAccessKey", name, "AccessKeyId", keys)
    for listing in _ATTACHED:
        await _delete_listed(account, name, listing)
    await _each(account, "DeleteAccessKey", name, "AccessKeyId", keys)
    try:
        await account.iam("DeleteUser", UserName=name)
    except AwsRefused as error:
        if error.code == GONE:
            return
        if error.code != _CONFLICT:
            raise
        await _delete_with_logins(account, name, left)


async def _delete_with_logins(account: AwsAccount, name: str, left: _Left) -> None:
    """Delete a user with all else that it may log in by, which only others can have made."""
    with left:
        await account.iam("DeleteLoginProfile", UserName=name)
    with left:
        devices = [each.value("SerialNumber") for each in await _of(account, "ListMFADevices", "MFADevices", name)]
        await _each(account, "DeactivateMFADevice", name, "SerialNumber", devices)
        for device in devices:
            if device.startswith("arn:"):  # a virtual one, which is an object of its own
                with left:
                    await account.iam("DeleteVirtualMFADevice", SerialNumber=device)
    for listing in _LOGINS:
        with left:
            await _delete_listed(account, name, listing)
    try:
        await account.iam("DeleteUser", UserName=name)
    except AwsRefused as error:
        if error.code == GONE:
            return
        if error.code != _CONFLICT or not left.actions:
            raise
        failed = ", ".join(left.actions)
        text = f'the user "{name}" can\'t be deleted, because something is attached to it; AWS refused {failed}'
        raise UpstreamFailed(text, detail=error.detail) from error


class _Listing(NamedTuple):
    """What may be attached to a user."""

    action: str
    list_: str
    field: str
    """The field of an item that names it; empty for items that are names."""
    deletion: str
    parameter: str


_ATTACHED = (
    _Listing("ListUserPolicies", "PolicyNames", "", "DeleteUserPolicy", "PolicyName"),
    _Listing("ListAttachedUserPolicies", "AttachedPolicies", "PolicyArn", "DetachUserPolicy", "PolicyArn"),
    _Listing("ListGroupsForUser", "Groups", "GroupName", "RemoveUserFromGroup", "GroupName"),
)
_LOGINS = (
    _Listing("ListSigningCertificates", "Certificates", "CertificateId", "DeleteSigningCertificate", "CertificateId"),
    _Listing("ListSSHPublicKeys", "SSHPublicKeys", "SSHPublicKeyId", "DeleteSSHPublicKey", "SSHPublicKeyId"),
    _Listing(
        "ListServiceSpecificCredentials",
        "ServiceSpecificCredentials",
        "ServiceSpecificCredentialId",
        "DeleteServiceSpecificCredential",
        "ServiceSpecificCredentialId",
    ),
)


async def _of(account: AwsAccount, action: str, list_: str, name: str) -> list[Element]:
    return await account.listed(action, list_, UserName=name)


async def _delete_listed(account: AwsAccount, name: str, listing: _Listing) -> None:
    found = await _of(account, listing.action, listing.list_, name)
    names = [each.value(listing.field) if listing.field else each.text.strip() for each in found]
    await _each(account, listing.deletion, name, listing.parameter, names)


async def _each(account: AwsAccount, action: str, name: str, parameter: str, values: list[str]) -> None:
    """Do an action on each of the values; what is gone already is fine."""
    for value in values:
        try:
            await account.iam(action, **{"UserName": name, parameter: value})
        except AwsRefused as error:
            if error.code != GONE:
                raise


class _Left:
    """Notes what AWS refuses, and goes on: whether it matters is told when the user is deleted."""

    def __init__(self) -> None:
        self.actions: list[str] = []

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, AwsRefused):
            return False
        if error.code != GONE:
            self.actions.append(error.action)
        return True
