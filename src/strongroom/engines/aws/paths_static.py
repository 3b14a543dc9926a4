"""Static roles: users of IAM that exist already, whose keys are rotated.

Source: https://developer.hashicorp.com/vault/api-docs/secret/aws#create-update-static-role
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.engines.aws import static_keys
from strongroom.engines.aws.calls import AwsAccount, AwsCalls
from strongroom.engines.aws.paths_root import root_of
from strongroom.engines.aws.records import (
    STATIC_KEYS,
    STATIC_ROLES,
    StaticKey,
    StaticRole,
    StaticUser,
)
from strongroom.engines.aws.role_rules import check_role_name
from strongroom.engines.aws.static_users import check_alone, claim, give_up, user_row
from strongroom.engines.aws.times import postponed, state, text, wake
from strongroom.lib import limits
from strongroom.lib.aws import parse_arn
from strongroom.lib.errors import InvalidRequest, NotFound, StrongroomError
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
        await check_alone(request.view, name, role, request.now)
        account = await self._account(request, role)
        user = request.once.outside(
            f"user {role.username} {account.digest}", lambda: static_keys.known_user(account, role)
        )
        if before is not None and user.value("UserId") != before.user_id:
            raise InvalidRequest(f'"{role.username}" is another user of the same name by now: its id has changed')
        role = msgspec.structs.replace(role, user_id=user.value("UserId"))
        key = await request.view.read(STATIC_KEYS + name, StaticKey)
        if key is None or not key.access_key or (before is None and key.user_id != role.user_id):
            work = lambda: _first_key(account, request, name, role)  # noqa: E731
            key = request.once.outside(f"key {name} {role.user_id} {account.digest}", work)
        next_at = key.next_rotation_at
        if before is None or before.rotation != role.rotation:
            next_at = next_time(role.rotation, key.rotated_at, request.now)
        request.view.write(STATIC_KEYS + name, msgspec.structs.replace(key, next_rotation_at=next_at))
        request.view.write(STATIC_ROLES + name, role)
        request.view.write(user_row(role), StaticUser(role=name))
        await wake(request, ROTATE + name, next_at)
        return Response(data=_shown(name, role))

    @path.delete("static-roles/{name}")
    async def delete_static_role(self, request: Request, name: str) -> Response | None:
        """Deletes a static role, and the key that it has made. The user stays."""
        check_role_name(name)
        role = await request.view.read(STATIC_ROLES + name, StaticRole)
        key = await request.view.read(STATIC_KEYS + name, StaticKey)
        if role is None:
            if key is not None:  # of a role that could not be made
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
        for row in (STATIC_KEYS + name, STATIC_ROLES + name, user_row(role)):
            request.view.delete(row)
        return Response(warnings=warnings) if warnings else None

    @path.read("static-creds/{name}")
    async def read_static_creds(self, request: Request, name: str) -> Response:
        """Reads the present key of a static role's user."""
        check_role_name(name)
        key = await request.view.read(STATIC_KEYS + name, StaticKey)
        # A role that could not be made may have left a key behind.
        if key is None or not key.access_key or await request.view.read(STATIC_ROLES + name, StaticRole) is None:
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


async def _first_key(account: AwsAccount, request: Request, name: str, role: StaticRole) -> StaticKey:
    """The key of a role that isn't there yet.

    Raises: `InvalidRequest` if another role has its user, `UpstreamFailed`.
    """
    await claim(request.view, name, role, request.now)
    try:
        return await static_keys.rotate(account, request.view, name, role, request.now)
    except StrongroomError:
        await give_up(request.view, name, role)
        raise


def _shown(name: str, role: StaticRole) -> dict[str, Any]:
    own = {field: getattr(role, field) for field in _OWN}
    return {"name": name, "id": role.user_id, **own, **shown_of_role(role.rotation)}


def _state(key: StaticKey) -> dict[str, Any]:
    data: dict[str, Any] = state(key.rotated_at, key.next_rotation_at)
    if key.attempts:
        data["rotation_state"] = {"attempts": key.attempts, "last_error": key.last_error}
    return data
