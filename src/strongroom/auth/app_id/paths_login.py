"""Logging in with an app id and a user id.

Source: https://github.com/hashicorp/vault/blob/v1.11.0/website/content/docs/auth/app-id.mdx
"""

from __future__ import annotations

from typing import Annotated

from strongroom.auth.app_id.logic import (
    DEFAULT,
    WARNING,
    WRONG,
    check_address,
    check_ids,
    digest,
    fits,
    policies_of,
)
from strongroom.auth.app_id.paths_map import APPS, USERS, find_app, key_of
from strongroom.auth.app_id.records import App, User
from strongroom.sdk import (
    SECRET,
    Auth,
    Body,
    Doc,
    InvalidCredentials,
    Request,
    Response,
    TokenSettings,
    path,
)


class UserIdFields(Body, frozen=True):
    """What a client knows besides the app id in the path."""

    user_id: Annotated[str, Doc(description="The user id.", extra=SECRET)] = ""


class LoginFields(UserIdFields, frozen=True):
    """What a client knows."""

    app_id: Annotated[str, Doc(description="The app id.", extra=SECRET)] = ""


class LoginPaths:
    """`login`"""

    @path.write("login", unauthenticated=True)
    async def log_in(self, request: Request, body: LoginFields) -> Response:
        """Logs in with an app id and a user id. Whichever is wrong, the answer is the same."""
        return await _log_in(request, body.app_id, body.user_id)

    @path.write("login/{app_id*:lower}", unauthenticated=True)
    async def log_in_by_path(self, request: Request, app_id: str, body: UserIdFields) -> Response:
        """Logs in with the app id in the path and a user id."""
        return await _log_in(request, app_id, body.user_id)


async def _log_in(request: Request, app_id: str, user_id: str) -> Response:
    check_ids(app_id, user_id)
    key = await key_of(request)
    if key is None:
        raise InvalidCredentials(WRONG)
    app_digest, user_digest = digest(key, "app", app_id), digest(key, "user", user_id)
    app = await request.view.read(APPS + app_digest, App)
    user = await request.view.read(USERS + user_digest, User)
    if app is None or user is None or not fits(key, app_digest, user, app):
        raise InvalidCredentials(WRONG)
    check_address(user, request)
    auth = Auth(
        display_name=app.display_name,
        # Not the ids themselves: whoever may look up a token would learn what logs in.
        metadata={"app-id": f"hmac-sha256:{app_digest}", "user-id": f"hmac-sha256:{user_digest}"},
        alias=app_digest,
        internal={"app": app_digest, "user": user_digest},
        token=TokenSettings(policies=policies_of(app, await find_app(request, DEFAULT))),
    )
    return Response(auth=auth, warnings=[WARNING])
