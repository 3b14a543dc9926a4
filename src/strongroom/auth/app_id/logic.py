"""Who gets in (pure).

Source: https://github.com/hashicorp/vault/blob/v1.11.0/website/content/docs/auth/app-id.mdx
"""

from __future__ import annotations

import re

from strongroom.auth.app_id.records import App, User
from strongroom.crypto.mac import hmac_sha256_hex
from strongroom.lib.addresses import plain_interface
from strongroom.sdk import InvalidRequest, Request, UnsupportedPath, token_fields
from strongroom.sdk.routing import UNSUPPORTED_PATH

DEFAULT = "default"
"""The app id whose policies every app gets."""
MAX_ID_BYTES = 512
WARNING = (
    'The auth method "app-id" is deprecated since 2016, because neither app IDs nor user IDs expire or count uses. '
    'Use "approle" instead.'
)
WRONG = "invalid user ID or app ID"
_KEY = re.compile(r"[-\w]{1,512}", re.ASCII)


def digest(key: bytes, kind: str, id_: str) -> str:
    """The digest of an id.  Letter case doesn't matter.

    Args:
        kind: `app` or `user`.
    """
    return hmac_sha256_hex(key, f"{kind} {id_.strip().lower()}".encode("utf-8", "surrogatepass"))


def check_key(text: str) -> None:
    """Raise `UnsupportedPath` for an id that can't be mapped."""
    if _KEY.fullmatch(text) is None:
        raise UnsupportedPath(UNSUPPORTED_PATH)


def check_ids(app_id: str, user_id: str) -> None:
    """Raise `InvalidRequest` unless both ids are there, and no longer than ids are."""
    if not app_id or not user_id:
        raise InvalidRequest("missing 'app_id' or 'user_id'")
    if max(len(app_id), len(user_id)) > MAX_ID_BYTES:
        raise InvalidRequest(WRONG)


def check_block(text: str) -> str:
    """A CIDR block.  Raises `InvalidRequest` for anything else; an empty text sets no limit."""
    text = text.strip()
    try:
        if text:
            plain_interface(text)
    except ValueError as error:
        raise InvalidRequest(f"invalid restriction cidr: invalid CIDR address: {text}") from error
    return text


def fits(key: bytes, app: str, user: User | None, found: App | None) -> bool:
    """Whether a user id may be used with an app id.

    Args:
        app: the digest of the app id. user, found: what the ids are mapped to; None for nothing.
    """
    return user is not None and found is not None and any(digest(key, "app", each) == app for each in user.apps)


def check_address(user: User, request: Request) -> None:
    """Raise `InvalidRequest` for a client outside the block of its user id."""
    if user.cidr_block and not token_fields.address_allowed(request.address, (user.cidr_block,)):
        raise InvalidRequest(f"unauthorized source address: {request.source} is outside cidr_block of the user ID")


def policies_of(app: App, default: App | None) -> tuple[str, ...]:
    """The policies of an app, and of all apps."""
    return token_fields.normal_policies((*app.policies, *(default.policies if default is not None else ())))
