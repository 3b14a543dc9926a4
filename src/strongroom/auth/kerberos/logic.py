"""Who a principal is here (p)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.ldap.names import canonical, is_name
from strongroom.sdk.token_fields import NON_ASSIGNABLE, normal_policies

_RESERVED = frozenset({"WELLKNOWN", "krbtgt"})
"""First components of names that are nobody's.  Source: RFC 6111, section 3"""


class WrongRealm(ValueError):
    """The ticket's user is of a realm whose users don't log in here.  The text is for the client."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A client, as its ticket names it."""

    components: tuple[str, ...]
    realm: str

    @property
    def name(self) -> str:
        """The name without the realm."""
        return "/".join(self.components)


def principal_of(text: str) -> Principal:
    """The principal that a library's text means.

    Raises: `InvalidRequest` for one whose name has characters that could pass for another name.
    """
    name, sign, realm = text.rpartition("@")
    components = tuple(name.split("/"))
    # The library writes a backslash before an at sign, a slash or a control character that is part of the name.
    odd = "\\" in text or "@" in name or not text.isprintable()
    # A KDC tells apart what a directory, and the form of aliases, take for one name: wide letters, two spaces.
    respelled = not is_name(name) or any(part != canonical(part, case_matters=True) for part in (*components, realm))
    if odd or respelled or not sign or not realm or not all(components):
        raise InvalidRequest("the name in the ticket has characters that no name here has")
    if components[0] in _RESERVED:
        raise InvalidRequest("the ticket is nobody's")
    limits.check_name("the name in the ticket", text)
    return Principal(components, realm)


def user_of(principal: Principal, realms: Collection[str], *, remove_instance: bool) -> str:
    """The name that the directory is asked for.

    Args:
        realms: whose users may log in.  `u@A` and `u@B` are two people, and the directory knows one of them.

    Raises: `WrongRealm`.
    """
    if principal.realm not in realms:
        expected = " or ".join(f'"{realm}"' for realm in sorted(realms))
        raise WrongRealm(f'the realm "{principal.realm}" of the ticket isn\'t {expected}')
    return principal.components[0] if remove_instance else principal.name


def policies_of(names: Collection[str]) -> tuple[str, ...]:
    """Policy names as they are stored.  Raises `InvalidRequest` for those that no login gives."""
    policies = normal_policies(names)
    limits.check_names("policies", policies)
    if "root" in policies:
        raise InvalidRequest("root policy cannot be granted by an auth method")
    for name in policies:
        if name in NON_ASSIGNABLE:
            raise InvalidRequest(f'cannot assign policy "{name}"')
    return policies


def check_group_name(name: str) -> None:
    """Raise `InvalidRequest` for a name that no group of a directory has."""
    limits.check_name("the name of the group", name)
    if not name.isprintable() or name != name.strip() or name.startswith("/") or name.endswith("/") or "//" in name:
        raise InvalidRequest("the name of the group has characters that no name has, or space at an end")
