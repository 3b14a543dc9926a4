"""Which static role has a user of IAM: one alone, because each would delete the other's keys."""

from __future__ import annotations

import hashlib

from strongroom.engines.aws.records import STATIC_ROLES, STATIC_USERS, StaticRole, StaticUser
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View

CLAIMED_S = 120.0
"""So long a role that isn't there yet may still be about to be made."""


def user_row(role: StaticRole) -> str:
    """Where the user's role is noted."""
    # AWS has no two users whose names differ in case alone.
    # Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
    named = f"{role.username.lower()}\0{role.assume_role_arn}"
    return STATIC_USERS + hashlib.sha256(named.encode()).hexdigest()


async def check_alone(view: View, name: str, role: StaticRole, now: float) -> None:
    """Raise `InvalidRequest` if another static role has the user, or is about to have it."""
    other = await view.read(user_row(role), StaticUser)
    if other is None or other.role == name:
        return
    if now - other.claimed_at < CLAIMED_S or await view.read(STATIC_ROLES + other.role, StaticRole) is not None:
        raise InvalidRequest(f'the static role "{other.role}" has the user "{role.username}" already')


async def claim(view: View, name: str, role: StaticRole, now: float) -> None:
    """Note in a commit of its own that a role is about to have the user: of two requests at once, one stops here.

    Raises: `InvalidRequest` as `check_alone` does.
    """

    async def body(own: View) -> None:
        await check_alone(own, name, role, now)
        own.write(user_row(role), StaticUser(role=name, claimed_at=now))

    await view.apart(body)


async def give_up(view: View, name: str, role: StaticRole) -> None:
    """Take the note back, unless the role is there."""

    async def body(own: View) -> None:
        noted = await own.read(user_row(role), StaticUser)
        if noted is not None and noted.role == name and await own.read(STATIC_ROLES + name, StaticRole) is None:
            own.delete(user_row(role))

    await view.apart(body)
