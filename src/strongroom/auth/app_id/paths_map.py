"""What app ids and user ids are mapped to.

Source: https://github.com/hashicorp/vault/blob/v1.11.0/website/content/docs/auth/app-id.mdx
"""

from __future__ import annotations

from typing import Annotated

from strongroom.auth.app_id.logic import WARNING, check_block, check_key, digest
from strongroom.auth.app_id.records import App, DigestKey, User
from strongroom.lib import limits
from strongroom.sdk import (
    Body,
    CommaList,
    Doc,
    InvalidRequest,
    NotFound,
    Page,
    Random,
    Request,
    Response,
    listed,
    path,
    token_fields,
)
from strongroom.sdk.token_fields import NON_ASSIGNABLE

APPS = "app-id/"
USERS = "user-id/"
KEY = "digest-key"
KEY_BYTES = 32


class AppFields(Body, frozen=True):
    """What an app id is mapped to."""

    value: Annotated[CommaList, Doc(description="Policies for the app id.")] = CommaList([])
    display_name: Annotated[str, Doc(description="A name for the app id in the audit log.")] = ""


class UserFields(Body, frozen=True):
    """What a user id is mapped to."""

    value: Annotated[CommaList, Doc(description="App ids that the user id may be used with.")] = CommaList([])
    cidr_block: Annotated[str, Doc(description="The CIDR block that logins must come from. Empty for any.")] = ""


class MapPaths:
    """`map/app-id` and `map/user-id`"""

    random: Random

    async def app_exists(self, request: Request, app_id: str) -> bool:
        """Whether an app id is mapped."""
        return await find_app(request, app_id) is not None

    async def user_exists(self, request: Request, user_id: str) -> bool:
        """Whether a user id is mapped."""
        return await find_user(request, user_id) is not None

    @path.list_("map/app-id")
    async def list_apps(self, request: Request, body: Page) -> Response:
        """Lists digests of the app ids: an app id is half of what a login needs."""
        return await _listed(request, APPS, body)

    @path.read("map/app-id")
    async def read_apps(self, request: Request, body: Page) -> Response:
        """Lists digests of the app ids, as `LIST` does."""
        return await _listed(request, APPS, body)

    @path.list_("map/user-id")
    async def list_users(self, request: Request, body: Page) -> Response:
        """Lists digests of the user ids."""
        return await _listed(request, USERS, body)

    @path.read("map/user-id")
    async def read_users(self, request: Request, body: Page) -> Response:
        """Lists digests of the user ids, as `LIST` does."""
        return await _listed(request, USERS, body)

    @path.read("map/app-id/{app_id:lower}")
    async def read_app(self, request: Request, app_id: str) -> Response:
        """Reads what an app id is mapped to."""
        app = await find_app(request, app_id)
        if app is None:
            raise NotFound
        return Response(data={"key": app_id, "value": ",".join(app.policies), "display_name": app.display_name})

    @path.write("map/app-id/{app_id:lower}", exists="app_exists")
    async def write_app(self, request: Request, app_id: str, body: AppFields) -> Response:
        """Maps an app id to policies. Logins with it get them, and those of the app id `default`."""
        check_key(app_id)
        policies = token_fields.normal_policies(body.value)
        limits.check_names("value", policies)
        limits.check_name("display_name", body.display_name)
        if "root" in policies:
            raise InvalidRequest("auth methods cannot create root tokens")
        if refused := NON_ASSIGNABLE & set(policies):
            raise InvalidRequest(f'cannot assign policy "{min(refused)}"')
        app = App(policies=policies, display_name=body.display_name)
        request.view.write(APPS + digest(await self._key(request), "app", app_id), app)
        return Response(warnings=[WARNING])

    @path.delete("map/app-id/{app_id:lower}")
    async def delete_app(self, request: Request, app_id: str) -> None:
        """Removes an app id. Its tokens can't be renewed any more."""
        check_key(app_id)
        key = await key_of(request)
        if key is not None:
            request.view.delete(APPS + digest(key, "app", app_id))

    @path.read("map/user-id/{user_id:lower}")
    async def read_user(self, request: Request, user_id: str) -> Response:
        """Reads what a user id is mapped to."""
        user = await find_user(request, user_id)
        if user is None:
            raise NotFound
        return Response(data={"key": user_id, "value": ",".join(user.apps), "cidr_block": user.cidr_block})

    @path.write("map/user-id/{user_id:lower}", exists="user_exists")
    async def write_user(self, request: Request, user_id: str, body: UserFields) -> Response:
        """Maps a user id to the app ids that it may be used with."""
        check_key(user_id)
        apps = tuple(dict.fromkeys(app for app in body.value if app))
        limits.check_names("value", apps)
        user = User(apps=apps, cidr_block=check_block(body.cidr_block))
        request.view.write(USERS + digest(await self._key(request), "user", user_id), user)
        return Response(warnings=[WARNING])

    @path.delete("map/user-id/{user_id:lower}")
    async def delete_user(self, request: Request, user_id: str) -> None:
        """Removes a user id. Its tokens can't be renewed any more."""
        check_key(user_id)
        key = await key_of(request)
        if key is not None:
            request.view.delete(USERS + digest(key, "user", user_id))

    async def _key(self, request: Request) -> bytes:
        key = await key_of(request)
        if key is None:
            key = request.once("digest key", lambda: self.random.bytes(KEY_BYTES))
            request.view.write(KEY, DigestKey(key=key))
        return key


async def key_of(request: Request) -> bytes | None:
    """The key of the mount's digests; None while nothing is mapped."""
    found = await request.view.read(KEY, DigestKey)
    return found.key if found is not None else None


async def find_app(request: Request, app_id: str) -> App | None:
    """What an app id is mapped to.  Raises `UnsupportedPath` for another spelling, which policies wouldn't know."""
    check_key(app_id)
    key = await key_of(request)
    return await request.view.read(APPS + digest(key, "app", app_id), App) if key is not None else None


async def find_user(request: Request, user_id: str) -> User | None:
    """What a user id is mapped to.  Raises as `find_app` does."""
    check_key(user_id)
    key = await key_of(request)
    return await request.view.read(USERS + digest(key, "user", user_id), User) if key is not None else None


async def _listed(request: Request, folder: str, page: Page) -> Response:
    names = await request.view.list(folder, after=page.after, limit=page.most)
    return listed(names)
