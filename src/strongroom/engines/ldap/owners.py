"""Who has which account, so that no two change one password.

An account is held by its name and, once that is known, by its DN: two names may be one account's.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from strongroom.engines.ldap.asking import canonical_dn
from strongroom.engines.ldap.names import account_key
from strongroom.engines.ldap.records import OWNERS, Owner
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View


def owned(username: str, dn: str) -> tuple[str, ...]:
    """What an account is held by.  (p)

    Args:
        dn: empty if it isn't known.
    """
    by_dn = (sha256(f"dn {canonical_dn(dn)}".encode("utf-8", "surrogatepass")).hexdigest(),) if dn else ()
    return (account_key(username), *by_dn)


async def hold(view: View, holder: str, username: str, keys: Iterable[str]) -> None:
    """Make an account somebody's.

    Args:
        holder: the path of a static role or a library. username: for the error.

    Raises: `InvalidRequest` if it is somebody else's.
    """
    for key in keys:
        owner = await view.read(OWNERS + key, Owner)
        if owner is not None and owner.holder != holder:
            raise InvalidRequest(f'"{username}" is already managed by the secrets engine: {owner.holder}')
        view.write(OWNERS + key, Owner(holder=holder))


async def move(view: View, holder: str, username: str, before: Iterable[str], after: Iterable[str]) -> None:
    """Make an account somebody's by other keys than before.  Raises `InvalidRequest` if one is somebody else's."""
    await hold(view, holder, username, after)
    release(view, set(before) - set(after))


def release(view: View, keys: Iterable[str]) -> None:
    """Make an account nobody's."""
    for key in keys:
        view.delete(OWNERS + key)
