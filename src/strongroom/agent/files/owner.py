"""Users and groups by their names or numbers."""

from __future__ import annotations

import grp
import pwd
from dataclasses import dataclass


class UnknownOwner(Exception):
    """There is no such user or group here.  The text names it."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a file is to be; None for whose it is already.

    Attributes:
        uid, gid: their numbers.
    """

    uid: int | None = None
    gid: int | None = None


def owner_of(user: str | int | None, group: str | int | None) -> Owner:
    """Look up a user and a group.

    Args:
        user, group: a name, a number, or a number as a text; empty or None for none.

    Raises: `UnknownOwner`.
    """
    return Owner(_uid(user), _gid(group))


def _uid(user: str | int | None) -> int | None:
    if isinstance(user, int):
        return user
    if not user:
        return None
    try:
        return pwd.getpwnam(user).pw_uid
    except KeyError:
        if user.isdecimal():
            return int(user)
        raise UnknownOwner(f"there is no user {user} here") from None


def _gid(group: str | int | None) -> int | None:
    if isinstance(group, int):
        return group
    if not group:
        return None
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        if group.isdecimal():
            return int(group)
        raise UnknownOwner(f"there is no group {group} here") from None


def user_name(uid: int) -> str:
    """A user's name for people; its number if it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def group_name(gid: int) -> str:
    """A group's name for people; its number if it has none."""
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
