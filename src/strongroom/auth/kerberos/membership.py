"""What the directory is asked about a user.  Blocks: runs in a thread with a session."""

from __future__ import annotations

import msgspec

from strongroom.auth.ldap.asking import bind_to_search, find_own
from strongroom.auth.ldap.records import LdapConfig
from strongroom.auth.ldap.settings import lookup_of
from strongroom.lib.ldap import Session, groups_of


class Membership(msgspec.Struct, frozen=True):
    """A user who is in the directory, and may log in."""

    groups: tuple[str, ...]


def membership(session: Session, config: LdapConfig, username: str) -> Membership | None:
    """The groups of a user; None if there is no such user, more than one, or one who may not log in."""
    lookup = lookup_of(config)
    bind_to_search(session, config)
    person = find_own(session, config, lookup, username)
    if person is None or person.disabled:
        return None
    bind_to_search(session, config, groups=True)
    return Membership(groups_of(session, lookup, person.name or username, person.dn))
