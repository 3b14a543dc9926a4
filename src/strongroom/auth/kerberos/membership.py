"""What the directory is asked about a user.  Blocks: runs in a thread with a session."""

from __future__ import annotations

import msgspec
import structlog

from strongroom.auth.ldap.asking import bind_to_search, find_own
from strongroom.auth.ldap.records import LdapConfig
from strongroom.auth.ldap.settings import lookup_of
from strongroom.lib.ldap import Person, Session, canonical, groups_of

log = structlog.get_logger("kerberos")


class Membership(msgspec.Struct, frozen=True):
    """A user who is in the directory, and may log in."""

    groups: tuple[str, ...]


def membership(session: Session, config: LdapConfig, username: str) -> Membership | None:
    """The groups of a user; None if there is no such user, more than one, or one who may not log in."""
    lookup = lookup_of(config)
    bind_to_search(session, config)
    person = find_own(session, config, lookup, username)
    if person is None or person.disabled or not _is_owner(person, username, config):
        return None
    bind_to_search(session, config, groups=True)
    return Membership(groups_of(session, lookup, person.name or username, person.dn))


def _is_owner(person: Person, username: str, config: LdapConfig) -> bool:
    """Whether a ticket of this name is the entry's.

    The KDC of Active Directory gives tickets of a name `x` for the account `x$`, if no account is named `x`, and just
    anybody may make accounts of machines.  Found by another attribute, `x` would be somebody else.
    """
    if not person.sam or canonical(person.sam) == canonical(username):
        return True
    if config.upndomain and canonical(person.upn) == canonical(f"{username}@{config.upndomain}"):
        return True
    log.warning("a ticket's name isn't the sAMAccountName of the user who is found by it", dn=person.dn)
    return False
