"""Names, passwords and LDIF of a dynamic role, from its templates (pure).

A display name is whatever an identity provider says, and the text that it becomes a part of is read as LDIF and as DNs
afterwards.  So a character with a meaning there never gets into one.

Source: https://developer.hashicorp.com/vault/docs/secrets/ldap#dynamic-credentials
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

import msgspec

from strongroom.engines.ldap.records import DynamicRole
from strongroom.engines.ldap.settings import timestamp
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.go_template import Template, parse
from strongroom.lib.ldap import Add, Change, Modify, parse_ldif

USERNAME_TEMPLATE = "v_{{.DisplayName}}_{{.RoleName}}_{{random 10}}_{{unix_time}}"
MOST_LDIF_BYTES = 16 * 1024
MOST_USERNAME_BYTES = 255
MOST_SAM = 20
"""Characters of `sAMAccountName`.  Source: https://learn.microsoft.com/en-us/windows/win32/adschema/a-samaccountname"""
LEAST_RANDOM = 10
OWNERS = ("token", "entity")
_MEANING = frozenset('"+,;<>\\=#:\r\n\0/*()')
"""In a DN, in a filter, or at the beginning of a value in LDIF."""
_LONG_NAME = "n" * 80
_TRIED_PASSWORD = "Pass-word1"  # noqa: S105 - a text that no account gets


class Account(msgspec.Struct, frozen=True):
    """An account that is going to be made, with the text of all that it needs."""

    username: str
    password: str
    creation: str
    deletion: str
    rollback: str

    def __repr__(self) -> str:
        return f"Account({self.username})"


def plain(text: str) -> str:
    """A text of others, with `_` for each character that has a meaning in DNs or LDIF, or that nobody sees."""
    out = "".join(c if c.isprintable() and c not in _MEANING else "_" for c in text)
    return out.replace(" ", "_") if out != out.strip() else out


def decoded(text: str) -> str:
    """LDIF that may be given as base64."""
    try:
        found = base64.b64decode("".join(text.split()), validate=True).decode()
    except (binascii.Error, ValueError):
        return text
    return found if ":" in found else text


def fits_ldif(password: str) -> bool:
    """Whether a password stays what it is after `userPassword:`, and by `printf "%q"` for Active Directory.

    One that begins with a brace would be taken for a hash.  Source: RFC 2307, section 5.3
    """
    plainly = password.isprintable() and password == password.strip() and not set(password) & {'"', "\\"}
    return plainly and password[:1] not in {":", "<", "{"}


def made(
    role: DynamicRole,
    *,
    role_name: str,
    display_name: str,
    password: str,
    now: float,
    ttl_s: int,
    random: Callable[[int], bytes],
) -> Account:
    """An account for these values.

    Args:
        now: seconds since the epoch. ttl_s: how long it lives.

    Raises: `InvalidRequest` for templates that can't be applied to them.
    """
    names = {"DisplayName": plain(display_name), "RoleName": plain(role_name)}
    username = _username_template(role).render(names, random=random, now=now)
    if not username or username != plain(username):
        raise InvalidRequest(f'the user name "{username}" has characters that have a meaning in DNs or LDIF')
    values: dict[str, str | int] = {
        **names,
        "Username": username,
        "Password": password,
        "IssueTime": timestamp(now),
        "IssueTimeSeconds": int(now),
        "ExpirationTime": timestamp(now + ttl_s),
        "ExpirationTimeSeconds": int(now + ttl_s),
    }

    def ldif(name: str) -> str:
        text: str = getattr(role, name)
        try:
            return parse(text, limit=MOST_LDIF_BYTES).render(values, random=random, now=now) if text else ""
        except InvalidRequest as error:
            raise InvalidRequest(f"invalid {name}: {error.text}") from error

    return Account(username, password, ldif("creation_ldif"), ldif("deletion_ldif"), ldif("rollback_ldif"))


def check(role: DynamicRole, role_name: str, random: Callable[[int], bytes], now: float) -> list[str]:
    """Try a role with the longest names.

    Returns: what is likely to be a mistake.

    Raises: `InvalidRequest` for a role that can't make accounts.
    """
    for name in ("creation_ldif", "deletion_ldif"):
        if not getattr(role, name):
            raise InvalidRequest(f"missing {name}")
    if role.max_leases < 0:
        raise InvalidRequest("max_leases is less than 0")
    if role.lease_owner not in OWNERS:
        raise InvalidRequest(f"lease_owner has to be one of {', '.join(OWNERS)}")
    left = _username_template(role).random_characters({"DisplayName": _LONG_NAME, "RoleName": plain(role_name)})
    account = made(
        role, role_name=role_name, display_name=_LONG_NAME, password=_TRIED_PASSWORD, now=now, ttl_s=3600, random=random
    )
    warnings = []
    if 0 < role.max_ttl < role.default_ttl:
        warnings.append("default_ttl is longer than max_ttl, which counts")
    if left < LEAST_RANDOM:
        text = f"username_template leaves {left} random characters of long names, {LEAST_RANDOM} are needed"
        warnings.append(f"{text}: accounts may get the name of another one")
    for name in ("creation", "deletion", "rollback"):
        text = getattr(account, name)
        changes = read(f"{name}_ldif", text)
        if not changes and (text or name != "rollback"):
            raise InvalidRequest(f"invalid {name}_ldif: must specify at least one LDIF entry")
        if long := [
            each for each in _values(changes, "samaccountname") if len(each.decode(errors="replace")) > MOST_SAM
        ]:
            told = f"{name}_ldif makes a sAMAccountName of {len(long[0])} characters of long names"
            warnings.append(f"{told}, Active Directory takes {MOST_SAM}: use truncate or truncate_sha256")
    return warnings


def _username_template(role: DynamicRole) -> Template:
    try:
        return parse(role.username_template or USERNAME_TEMPLATE, limit=MOST_USERNAME_BYTES)
    except InvalidRequest as error:
        raise InvalidRequest(f"invalid username_template: {error.text}") from error


def read(name: str, text: str) -> tuple[Change, ...]:
    """The changes of rendered LDIF.

    Args:
        name: of the field, for errors.

    Raises: `InvalidRequest`.
    """
    try:
        return parse_ldif(text)
    except InvalidRequest as error:
        raise InvalidRequest(f"invalid {name}: {error.text}") from error


def _values(changes: tuple[Change, ...], attribute: str) -> list[bytes]:
    found: list[bytes] = []
    for change in changes:
        match change:
            case Add(_, attributes):
                found += [v for name, values in attributes if name.lower() == attribute for v in values]
            case Modify(_, modifications):
                found += [v for each in modifications if each.attribute.lower() == attribute for v in each.values]
    return found
