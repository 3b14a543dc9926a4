"""Logins: from what the directory says to a token."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from strongroom.auth.ldap import asking
from strongroom.auth.ldap.asking import Member
from strongroom.auth.ldap.names import alias_of, can_log_in, group_name, user_name
from strongroom.auth.ldap.records import GROUPS, USERS, LdapConfig, LdapGroup, LdapUser
from strongroom.auth.ldap.settings import directory_of, nobody_found, searches_first
from strongroom.crypto.mac import hmac_sha256_hex
from strongroom.lib.errors import InvalidCredentials, InvalidRequest
from strongroom.lib.ldap import BindRefused, Directories, Person, Session
from strongroom.sdk import Auth, Request, SystemRandom, TokenSettings, token_fields

T = TypeVar("T")

FAILED = "ldap operation failed: failed to bind as user"
NO_PASSWORD = "password cannot be of zero length when passwordless binds are being denied"  # noqa: S105 - a text
MOST_PASSWORD_BYTES = 4096


def ask(
    request: Request,
    directories: Directories,
    config: LdapConfig,
    what: str,
    work: Callable[[Session], T],
    *,
    repeats: bool = True,
) -> T:
    """The answer of the directory, asked while no transaction is open, and again if the configuration changes.

    Args:
        what: names the question among those of the request. repeats: whether another address may be asked if one dies.
    """
    # Of a random key, because the configuration holds a password.
    key = request.once("ldap", lambda: SystemRandom().bytes(32))
    digest = hmac_sha256_hex(key, repr(msgspec.structs.astuple(config)).encode("utf-8", "surrogatepass"))
    directory = directory_of(config)
    return request.once.outside(
        f"ldap {what} {digest}", lambda: directories.ask(request.mount.id, directory, work, repeats=repeats)
    )


def found(request: Request, directories: Directories, config: LdapConfig, typed: str) -> tuple[str, Person | None]:
    """Who logs in by a typed name: the name in its one form, and the entry if it was searched for.

    The name is the directory's own where that can be asked first, so that however it is typed, failures of one user are
    counted together.

    Raises: `UpstreamFailed` if the directory can't be asked.
    """
    name = user_name(typed, config)
    if not searches_first(config) or not can_log_in(typed):
        return name, None
    person = ask(request, directories, config, "find", lambda session: asking.look_up(session, config, typed))
    if person is None:
        return name, None
    return user_name(person.name, config), person


class Entered(msgspec.Struct, frozen=True):
    """A login that the directory has let in."""

    name: str
    """In its one form: what the alias is made of."""
    searched: str
    """As it was typed, which the directory is searched for again at a renewal."""
    member: Member


def log_in(request: Request, directories: Directories, config: LdapConfig, typed: str, password: str) -> Entered:
    """Try a password.  Raises `InvalidCredentials`."""
    if len(password.encode("utf-8", "surrogatepass")) > MOST_PASSWORD_BYTES:
        raise InvalidRequest(f"the password is longer than {MOST_PASSWORD_BYTES} bytes")
    if not can_log_in(typed):
        raise InvalidCredentials(FAILED)
    name, person = found(request, directories, config, typed)
    if person is None and searches_first(config):
        raise InvalidCredentials(FAILED, detail=nobody_found(config))
    if person is not None and not person.name:
        raise InvalidRequest("LDAP attribute missing for entity alias mapping")
    try:
        member = ask(
            request,
            directories,
            config,
            "log in",
            lambda session: asking.log_in(session, config, typed, password, person),
        )
    except BindRefused as error:
        raise InvalidCredentials(FAILED, detail=error.detail) from error
    return Entered(name, typed, member)


class Grant(msgspec.Struct, frozen=True):
    """What a user gets."""

    settings: TokenSettings
    groups: tuple[str, ...]
    """Those of the directory and those that were written here, in their one form."""
    matched: bool
    """Whether anything was written here for the user or a group of theirs."""


async def granted(request: Request, config: LdapConfig, name: str, groups: tuple[str, ...]) -> Grant:
    """The policies of a user and of all their groups."""
    user = await request.view.read(USERS + user_name(name, config), LdapUser)
    all_groups = {group_name(group, config) for group in groups} | set(user.groups if user is not None else ())
    policies = {*config.token.policies, *(user.policies if user is not None else ())}
    kept = [await request.view.read(GROUPS + group, LdapGroup) for group in sorted(all_groups)]
    for group in kept:
        policies |= set(group.policies if group is not None else ())
    return Grant(
        settings=msgspec.structs.replace(config.token, policies=tuple(sorted(policies))),
        groups=tuple(sorted(all_groups)),
        matched=user is not None or any(group is not None for group in kept),
    )


def auth_of(config: LdapConfig, entered: Entered, grant: Grant) -> Auth:
    """The login of a user.  Its alias is the name that failures are counted under.  (p)"""
    searched, person = searches_first(config), entered.member.person
    auth = token_fields.grant(
        grant.settings,
        alias=alias_of(entered.name, config, searched=searched),
        metadata={"username": entered.name},
        internal={"username": entered.searched, "name": entered.name, "dn": person.dn, "id": person.id},
    )
    renewable = searched or entered.member.readable
    return msgspec.structs.replace(
        auth,
        display_name=entered.name,
        group_aliases=grant.groups,
        group_required=config.require_group_match and not grant.matched,
        renewable=renewable,
    )
