"""Whom a certificate is for: user names or host names (p).

Source: https://openbao.org/api-docs/secret/ssh/#sign-ssh-key
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from strongroom.crypto.ssh.certificates import HOST, MOST_PRINCIPALS
from strongroom.engines.ssh.lists import items
from strongroom.engines.ssh.roles.records import RoleRecord
from strongroom.lib.errors import InvalidRequest

ANY: Final = "*"
_WILDCARDS: Final = frozenset("*?")
MOST_BYTES: Final = 16 * 1024
"""Of all principals of one certificate."""


def field_of(type_: str) -> str:
    """The field of a role that says who may be asked for."""
    return "allowed_domains" if type_ == HOST else "allowed_users"


def defaults(wanted: Sequence[str], allowed: Sequence[str], name: str) -> list[str]:
    """The principals of a request that names none.

    Args:
        wanted: what `default_user` of the role (`name`) says; `*` for all that `allowed_users` lists by name.
        allowed: what `allowed_users` lists.

    Raises: `InvalidRequest` if it lists nobody by name.
    """
    if list(wanted) != [ANY]:
        return list(wanted)
    listed = [user for user in allowed if user != ANY]
    if not listed:
        raise InvalidRequest(f'default_user of the role "{name}" is "*", and its allowed_users names nobody')
    return listed


def check(role: RoleRecord, name: str, type_: str, wanted: Sequence[str], allowed: Sequence[str]) -> tuple[str, ...]:
    """The principals of a certificate, if all of them may be in it.

    Args:
        name: of the role. type_: `user` or `host`. wanted: by the client, or by default.
        allowed: what the field of the role lists, with its templates filled in.

    Raises: `InvalidRequest` that names principal, role and field.
    """
    if not wanted:
        if role.allow_empty_principals:
            return ()
        raise InvalidRequest(
            "refusing to issue unsafe, globally-valid certificate with no principals specified; set valid_principals, "
            f'or default_user of the role "{name}"'
        )
    field = field_of(type_)
    if not allowed:
        raise InvalidRequest(
            f'role is not configured to allow any principals: the role "{name}" allows none, so set {field} '
            f'(asked for was "{_shown(wanted[0])}")'
        )
    if len(wanted) > MOST_PRINCIPALS or _bytes(wanted) > MOST_BYTES:
        raise InvalidRequest(f"a certificate has at most {MOST_PRINCIPALS} principals, of {MOST_BYTES} bytes together")
    # A `*` counts only where the role's own text has it: one from a template is what somebody calls himself.
    anybody = ANY in items(getattr(role, field))
    for principal in wanted:
        _check_form(principal)
        if type_ == HOST:
            _check_host(role, name, principal, allowed)
        if not anybody and not _is_allowed(role, type_, principal, allowed):
            raise InvalidRequest(
                f'{_shown(principal)} is not a valid value for valid_principals: {field} of the role "{name}" '
                "doesn't allow it"
            )
    return tuple(sorted(wanted))


def _bytes(wanted: Sequence[str]) -> int:
    return sum(len(each.encode("utf-8", "surrogatepass")) for each in wanted)


def _check_form(principal: str) -> None:
    if not principal.isprintable() or "," in principal:
        raise InvalidRequest(
            f"{_shown(principal)} is not a valid value for valid_principals: a principal has no commas and no control "
            "characters"
        )


def _check_host(role: RoleRecord, name: str, principal: str, allowed: Sequence[str]) -> None:
    """Raise `InvalidRequest` for a blank, and for a pattern that the role doesn't list as it is.

    Clients take a host's principal for a pattern, so the key of one host would be good for the names of others.

    Source: PATTERNS in https://man.openbsd.org/ssh_config.5
    """
    if any(letter.isspace() for letter in principal):
        raise InvalidRequest(f"{_shown(principal)} is not a valid value for valid_principals: a host has no blanks")
    listed = role.allow_bare_domains and principal in allowed and principal != ANY
    if not _WILDCARDS.isdisjoint(principal) and not listed:
        raise InvalidRequest(
            f"{_shown(principal)} is not a valid value for valid_principals: it stands for many hosts, so it has to be "
            f'in allowed_domains of the role "{name}" as it is, with allow_bare_domains'
        )


def _is_allowed(role: RoleRecord, type_: str, principal: str, allowed: Sequence[str]) -> bool:
    if type_ != HOST:
        return principal in allowed
    return any(
        (role.allow_bare_domains and principal == domain)
        or (role.allow_subdomains and principal.endswith(f".{domain}") and "" not in principal.split("."))
        for domain in allowed
    )


def _shown(principal: str) -> str:
    return ascii(principal)[1:-1][:100]
