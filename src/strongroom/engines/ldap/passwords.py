"""Passwords for accounts, by the configuration's policy."""

from __future__ import annotations

from collections.abc import Callable

from strongroom.engines.ldap.templates import fits_ldif
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Request

_TRIES = 16


async def plain_password(request: Request, policy: str, name: str = "password") -> str:
    """A password that a directory takes for one.  Raises `InvalidRequest` if the policy makes none.

    Args:
        name: tells several of one request apart.
    """
    return await _drawn(request, policy, name, lambda text: not text.startswith("{"))


async def ldif_password(request: Request, policy: str) -> str:
    """A password that LDIF doesn't change.  Raises `InvalidRequest` if the policy makes none."""
    return await _drawn(request, policy, "password", fits_ldif)


async def _drawn(request: Request, policy: str, name: str, suits: Callable[[str], bool]) -> str:
    for turn in range(_TRIES):
        password = await request.password(policy, name=f"{name} {turn}")
        if suits(password):
            return password
    raise InvalidRequest(f'the password policy "{policy}" makes passwords that a directory would read differently')
