"""Static roles: users of IAM that exist already, whose keys are rotated.

Source: https://developer.hashicorp.com/vault/api-docs/secret/aws#create-update-static-role
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

import msgspec

from strongroom.engines.aws import static_keys
from strongroom.engines.aws.calls import AwsAccount, AwsCalls
from strongroom.engines.aws.paths_root import root_of
from strongroom.engines.aws.records import (
    STATIC_KEYS,
    STATIC_ROLES,
    STATIC_USERS,
    StaticKey,
    StaticRole,
    StaticUser,
)
from strongroom.engines.aws.role_rules import check_role_name
from strongroom.engines.aws.times import postponed, state, text, wake
from strongroom.lib import limits
from strongroom.lib.aws import parse_arn
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import SECRET, Doc, Page, Request, Response, listed, path
from strongroom.sdk.rotation import RotationFields, RotationSettings, next_time, of_role, shown_of_role, ttl_s

ROTATE = "static-role/"
DELETE = "static-key/"
SHORTEST_S = 60
STILL_THERE = "AWS didn't delete the access key {}: that is tried again while the mount is there"
_OWN = ("username", "assume_role_arn", "assume_role_session_name", "external_id")
_MOST_S = 10 * 366 * 86400


class StaticFields(RotationFields, frozen=True):
    """What a static role is made of; what isn't given stays."""

    username: Annotated[str | None, Doc(description="The user of IAM. It can't be changed.")] = None
    assume_role_arn: Annotated[
        str | None, Doc(description="The role to assume first, for a user of another account.")
    ] = None
    assume_role_session_name: Annotated[str | None, Doc(description="The name of that session.")] = None
    external_id: Annotated[str | None, Doc(description="What that role's trust policy demands.", extra=SECRET)] = None


class StaticPaths:
    """`static-roles`, `static-roles/:name`, `static-creds/:name`"""

    calls: AwsCalls

    @path.list_("static-roles")
    async def list_static_roles(self, request: Request, body: Page) -> Response:
        """Lists the static roles."""
        return listed(await request.view.list(STATIC_ROLES, body.after, body.most))

    @path.read("static-roles/{name}")
    async def read_static_role(self, request: Request, name: str) -> Response:
        """Reads a static role, and how its rotation fares."""
        check_role_name(name)
        role = await request.view.read(STATIC_ROLES + name, StaticRole)
        if role is None:
            raise NotFound
        key = await request.view.read(STATIC_KEYS + name, StaticKey) or StaticKey()
        return Response(data=_shown(name, role) | _state(key))

    @path.write("static-roles/{name}")
    async def write_static_role(self, request: Request, name: str, body: StaticFields) -> Response:
        """Makes a static role, or changes one. A new one gets a key at once."""
        check_role_name(name)
        before = await request.view.read(STATIC_ROLES + name, StaticRole)
        role = _merged(before, body)
        await _check_alone(request, name, role)
        account = await self._account(request, role)
        user = request.once.outside(
            f"user {role.username} {account.digest}", lambda: static_keys.known_user(account, role)
        )
        if before is not None and user.value("UserId") != before.user_id:
            raise InvalidRequest(f'"{role.username}" is another user of the same name by now: its id has changed')
        role = msgspec.structs.replace(role, user_id=user.value("UserId"))
        key = await request.view.read(STATIC_KEYS + name, StaticKey)
        if key is None or not key.access_key:
            work = lambda: static_keys.rotate(account, request.view, name, role, request.now)  # noqa: E731
            key = request.once.outside(f"key {name} {role.user_id} {account.digest}", work)
        next_at = key.next_rotation_at
        if before is None or before.rotation != role.rotation:
            next_at = next_time(role.rotation, key.rotated_at, request.now)
        request.view.write(STATIC_KEYS + name, msgspec.structs.replace(key, next_rotation_at=next_at))
        request.view.write(STATIC_ROLES + name, role)
        request.view.write(_user_row(role), StaticUser(role=name))
        await wake(request, ROTATE + name, next_at)
        return Response(data=_shown(name, role))

    @path.delete("static-roles/{name}")
    async def delete_static_role(self, request: Request, name: str) -> Response | None:
        """Deletes a static role, and the key that it has made. The user stays."""
        check_role_name(name)
        role = await request.view.read(STATIC_ROLES + name, StaticRole)
        key = await request.view.read(STATIC_KEYS + name, StaticKey)
        if role is None:
            if key is not None and not key.access_key:  # of a role that could not be made
                request.view.delete(STATIC_KEYS + name)
            return None
        warnings = []
        if key is not None and key.access_key:
            account = await self._account(request, role)
            work = lambda: static_keys.deleted(account, role.username, key.access_key)  # noqa: E731
            if not request.once.outside(f"delete {key.access_key} {account.digest}", work):
                data = {"key": key.access_key, "role": msgspec.to_builtins(role)}
                await request.schedule(request.now, DELETE + key.access_key, data)
                warnings.append(STILL_THERE.format(key.access_key))
        await request.unschedule(ROTATE + name)
        for row in (STATIC_KEYS + name, STATIC_ROLES + name, _user_row(role)):
            request.view.delete(row)
        return Response(warnings=warnings) if warnings else None

    @path.read("static-creds/{name}")
    async def read_static_creds(self, request: Request, name: str) -> Response:
        """Reads the present key of a static role's user."""
        check_role_name(name)
        key = await request.view.read(STATIC_KEYS + name, StaticKey)
        if key is None or not key.access_key:
            raise NotFound
        data: dict[str, Any] = {"access_key": key.access_key, "secret_key": key.secret_key}
        if not key.next_rotation_at:
            return Response(data=data)
        left_s = ttl_s(key.next_rotation_at, request.now)
        return Response(data=data | {"expiration": text(key.next_rotation_at), "ttl": left_s}, hint_ttl_s=left_s)

    @path.write("rotate-role/{name}")
    async def rotate_static_role(self, request: Request, name: str) -> None:
        """Rotates the key of a static role's user now."""
        check_role_name(name)
        role = await request.view.read(STATIC_ROLES + name, StaticRole)
        if role is None:
            raise InvalidRequest(f'no static role "{name}" found')
        await self._rotated(request, name, role)

    async def rotate_static(self, request: Request, name: str) -> None:
        """Rotate the key of a static role.  Raises `UpstreamFailed`, and is called again."""
        role = await request.view.read(STATIC_ROLES + name, StaticRole)
        if role is None:
            return
        key = await request.view.read(STATIC_KEYS + name, StaticKey) or StaticKey()
        later = postponed(role.rotation, key.next_rotation_at, request.now)
        if later is None:
            await self._rotated(request, name, role)
            return
        if later != key.next_rotation_at:
            request.view.write(STATIC_KEYS + name, msgspec.structs.replace(key, next_rotation_at=later))
        if later:
            await request.schedule(later, ROTATE + name)

    async def _rotated(self, request: Request, name: str, role: StaticRole) -> None:
        account = await self._account(request, role)
        work = lambda: static_keys.rotate(account, request.view, name, role, request.now)  # noqa: E731
        key = request.once.outside(f"key {name} {role.user_id} {account.digest}", work)
        await wake(request, ROTATE + name, key.next_rotation_at)

    async def delete_static_key(self, request: Request, data: dict[str, Any]) -> None:
        """Delete the key of a static role that is gone.  Raises `UpstreamFailed`, and is called again."""
        role = msgspec.convert(data["role"], StaticRole)
        account = await self._account(request, role)
        work = lambda: static_keys.delete(account, role.username, data["key"])  # noqa: E731
        request.once.outside(f"delete {account.digest}", work)

    async def _account(self, request: Request, role: StaticRole) -> AwsAccount:
        account = self.calls.account(await root_of(request))
        reach = msgspec.structs.replace(
            account.reach,
            role_arn=role.assume_role_arn,
            role_session_name=role.assume_role_session_name,
            external_id=role.external_id,
        )
        return AwsAccount(self.calls, reach)


def _merged(before: StaticRole | None, body: StaticFields) -> StaticRole:
    """The role after a request's changes.  Raises `InvalidRequest` for what can't work."""
    given = {name: value for name in _OWN if (value := getattr(body, name)) is not None}
    if before is None and not given.get("username"):
        raise InvalidRequest('missing "username" parameter')
    if before is None and body.rotation_period is None and not body.rotation_schedule:
        raise InvalidRequest('missing "rotation_period" parameter')
    if 0 < (body.rotation_period or 0) < SHORTEST_S:
        raise InvalidRequest(f"role rotation period out of range: must be greater than {SHORTEST_S:.2f} seconds")
    rotation = of_role(before.rotation if before is not None else RotationSettings(), body, creates=before is None)
    role = msgspec.structs.replace(before or StaticRole(username="", user_id=""), **given, rotation=rotation)
    if before is not None and role.username != before.username:
        raise InvalidRequest("a static role keeps its user: delete it, and make another one")
    limits.check_name("username", role.username, 64)
    limits.check_name("assume_role_session_name", role.assume_role_session_name, 64)
    limits.check_name("external_id", role.external_id, 2048)
    if role.assume_role_arn:
        parse_arn(role.assume_role_arn)
    if role.rotation.period_s > _MOST_S:
        raise InvalidRequest("rotation_period is longer than ten years")
    return role


async def _check_alone(request: Request, name: str, role: StaticRole) -> None:
    """Raise `InvalidRequest` if another static role has the same user: each would delete the other's keys."""
    other = await request.view.read(_user_row(role), StaticUser)
    if other is not None and other.role != name:
        raise InvalidRequest(f'the static role "{other.role}" has the user "{role.username}" already')


def _user_row(role: StaticRole) -> str:
    # AWS has no two users whose names differ in case alone.
    # Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
    named = f"{role.username.lower()}\0{role.assume_role_arn}"
    return STATIC_USERS + hashlib.sha256(named.encode()).hexdigest()


def _shown(name: str, role: StaticRole) -> dict[str, Any]:
    own = {field: getattr(role, field) for field in _OWN}
    return {"name": name, "id": role.user_id, **own, **shown_of_role(role.rotation)}


def _state(key: StaticKey) -> dict[str, Any]:
    data: dict[str, Any] = state(key.rotated_at, key.next_rotation_at)
    if key.attempts:
        data["rotation_state"] = {"attempts": key.attempts, "last_error": key.last_error}
    return data
