"""What names, passwords and settings a RADIUS packet can carry (p)."""

from __future__ import annotations

from collections.abc import Iterable

from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.ldap.names import canonical, is_name
from strongroom.sdk.token_fields import NON_ASSIGNABLE, normal_policies

MOST_PASSWORD_BYTES = 128
"""Source: RFC 2865, section 5.2"""
MOST_VALUE_BYTES = 253
"""Source: RFC 2865, section 5"""
MOST_SECRET_BYTES = 1024
MOST_TIMEOUT_S = 60
"""Clients give a request up after 60 seconds; a longer wait would only keep its place."""


def user_name(text: str) -> str:
    """The name as it is stored and used as the alias: lower case, so that one person is one user.

    Raises: `InvalidRequest` for a name that two servers could take for two users, or that no packet can carry.
    """
    return _checked(text.lower())


def sent_name(text: str, *, as_typed: bool) -> str:
    """The name that the server is asked for: that of the user, or in the case in which it was typed."""
    return _checked(text) if as_typed else user_name(text)


def _checked(name: str) -> str:
    if not name:
        raise InvalidRequest("username cannot be empty")
    if len(encoded(name, "username")) > MOST_VALUE_BYTES:
        raise InvalidRequest(f"username is longer than {MOST_VALUE_BYTES} bytes")
    # A server, or a directory behind it, may take two spellings for one user.  Each would be an alias of its own here,
    # with its own count of failed logins, and without the second factor and the groups of the other.
    if not name.isprintable() or not is_name(name) or name != canonical(name, case_matters=True):
        raise InvalidRequest("username has characters that no name has, or space at an end or twice in a row")
    if name.startswith("/") or name.endswith("/") or "//" in name:
        raise InvalidRequest("username has a slash at an end, or two in a row")
    return name


def password_bytes(text: str) -> bytes:
    """The password as the packet hides it.

    Raises: `InvalidRequest` for one that the packet can't carry.  One with a NUL would be cut, because NULs fill it up.
    """
    if not text:
        # Some servers take an empty password for a question, or for a user without one.
        raise InvalidRequest("password cannot be empty")
    password = encoded(text, "password")
    if len(password) > MOST_PASSWORD_BYTES:
        raise InvalidRequest(f"the password is longer than the {MOST_PASSWORD_BYTES} bytes that RADIUS can carry")
    if b"\0" in password:
        raise InvalidRequest("the password has a NUL character, which RADIUS can't carry")
    return password


def encoded(text: str, what: str) -> bytes:
    """The text in UTF-8.  Raises `InvalidRequest` for half a character."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidRequest(f"{what} is not valid Unicode text") from None


def policies_of(names: Iterable[str], what: str) -> tuple[str, ...]:
    """Policy names as they are stored.  Raises `InvalidRequest` for those that no login gives."""
    policies = normal_policies(names)
    limits.check_names(what, policies)
    if "root" in policies:
        raise InvalidRequest("root policy cannot be granted by an auth method")
    for name in policies:
        if name in NON_ASSIGNABLE:
            raise InvalidRequest(f'cannot assign policy "{name}"')
    return policies


def check_config(
    *, host: str, port: int, secret: str, nas_port: int, nas_identifier: str, timeouts: tuple[tuple[str, int], ...]
) -> None:
    """Raise `InvalidRequest` for settings that no login could work with."""
    if not host:
        raise InvalidRequest("config parameter `host` cannot be empty")
    if not secret:
        raise InvalidRequest("config parameter `secret` cannot be empty")
    limits.check_name("host", host, MOST_VALUE_BYTES)
    if not host.isprintable() or any(character.isspace() for character in host):
        raise InvalidRequest("config parameter `host` is not a host name or an IP address")
    if len(encoded(secret, "secret")) > MOST_SECRET_BYTES:
        raise InvalidRequest(f"secret is longer than {MOST_SECRET_BYTES} bytes")
    if not 0 < port < 2**16:
        raise InvalidRequest("config parameter `port` is not between 1 and 65535")
    if not 0 <= nas_port < 2**32:
        raise InvalidRequest("config parameter `nas_port` is not between 0 and 4294967295")
    if len(encoded(nas_identifier, "nas_identifier")) > MOST_VALUE_BYTES:
        raise InvalidRequest(f"nas_identifier is longer than {MOST_VALUE_BYTES} bytes")
    for name, seconds in timeouts:
        if not 0 < seconds <= MOST_TIMEOUT_S:
            raise InvalidRequest(f"config parameter `{name}` is not between 1 and {MOST_TIMEOUT_S} seconds")
