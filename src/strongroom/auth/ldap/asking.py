"""What a directory is asked at a login and a renewal.  Blocks: runs in a thread with a session."""

from __future__ import annotations

import msgspec
import structlog

from strongroom.auth.ldap.names import bind_name, user_name
from strongroom.auth.ldap.records import LdapConfig
from strongroom.auth.ldap.settings import lookup_of, searches_as_somebody, searches_first
from strongroom.lib.errors import UpstreamFailed
from strongroom.lib.ldap import BindRefused, Lookup, Person, Session, canonical, find, groups_of, in_filter, read

log = structlog.get_logger("ldap")


class Member(msgspec.Struct, frozen=True):
    """A user, and the groups that the directory knows them to be in."""

    person: Person
    groups: tuple[str, ...]
    readable: bool = True
    """Whether a renewal will be able to find the user."""


def look_up(session: Session, config: LdapConfig, username: str) -> Person | None:
    """The user of this name, before a password is tried; None if there is none, or several."""
    bind_to_search(session, config)
    return find_own(session, config, lookup_of(config), username)


def find_own(session: Session, config: LdapConfig, lookup: Lookup, username: str) -> Person | None:
    """The one user of that name, whose alias is nobody else's; None if there is none."""
    person = find(session, lookup, username)
    return person if person is None or _is_unique(session, config, lookup, person, username) else None


def _is_unique(session: Session, config: LdapConfig, lookup: Lookup, person: Person, username: str) -> bool:
    """Whether no other entry has the name that becomes the alias.

    What was typed may be another name of the entry: a filter may look at other attributes, the attribute may have
    several values, one of which somebody else has too, and a directory may tell two spellings apart that are one alias.
    """
    names = {person.name, user_name(person.name, config)}
    found_by_it = "UserAttr" in lookup.user_filter.names and not lookup.upn_domain and names == {username}
    if not person.name or found_by_it:
        return True
    text = "".join(f"({lookup.user_attr}={in_filter(name)})" for name in sorted(names))
    unique = [entry.dn for entry in session.search(lookup.user_dn, f"(|{text})")] == [person.dn]
    if not unique:
        log.warning(
            "several entries have the name of a user, who can't log in", attribute=lookup.user_attr, dn=person.dn
        )
    return unique


def log_in(session: Session, config: LdapConfig, username: str, password: str, found: Person | None) -> Member:
    """Try a password.

    Args:
        username: as it was typed. found: whom a search has found; None if nobody was searched for.

    Raises: `BindRefused`.
    """
    name = found.dn if found is not None else bind_name(username, config)
    if password:
        session.bind(name, password)
    else:
        _bind_without(session, name)
    lookup = lookup_of(config)
    person = found or _own_entry(session, config, lookup, username, name)
    if person.disabled:
        log.warning("the directory let in a user whose entry says that they may not log in", dn=person.dn)
        raise BindRefused("disabled")
    bind_to_search(session, config, groups=True)
    groups = groups_of(session, lookup, _told(person, username, config), person.dn)
    return Member(person, groups, readable=found is not None or _is_visible(session, config, lookup, person))


def look_again(session: Session, config: LdapConfig, username: str, dn: str) -> Member | None:
    """A user whose token is renewed; None if they aren't there any more, or may not log in.

    Args:
        username: as it was typed. dn: of the entry at the login.
    """
    lookup = lookup_of(config)
    bind_to_search(session, config, groups=True)
    person = find_own(session, config, lookup, username) if searches_first(config) else read(session, lookup, dn)
    if person is None or person.disabled:
        return None
    return Member(person, groups_of(session, lookup, _told(person, username, config), person.dn))


def bind_to_search(session: Session, config: LdapConfig, *, groups: bool = False) -> None:
    """Become whoever searches.  Where nobody does, the user does so for their groups.  Raises `UpstreamFailed`.

    Args:
        groups: whether it is about groups.
    """
    if searches_as_somebody(config) and not (groups and config.anonymous_group_search):
        bind_as_server(session, config)
    elif config.discoverdn or (groups and config.anonymous_group_search):
        try:
            session.bind_without_password("")
        except BindRefused as error:
            raise UpstreamFailed("the directory refuses to be searched without a name", detail=error.detail) from error


def bind_as_server(session: Session, config: LdapConfig) -> None:
    """Become the server's own account, whose password may be just being changed.  Raises `UpstreamFailed`."""
    try:
        try:
            session.bind(config.binddn, config.bindpass)
        except BindRefused:
            if not config.next_bindpass:
                raise  # with the directory's reason
            session.bind(config.binddn, config.next_bindpass)
    except BindRefused as error:
        text = "the directory refuses the name and password of this server (binddn, bindpass)"
        raise UpstreamFailed(text, detail=error.detail) from error


def rotate(session: Session, config: LdapConfig) -> None:
    """Have the server's own account get its next password.  Repeating it changes nothing.  Raises `UpstreamFailed`."""
    try:
        session.bind(config.binddn, config.next_bindpass)
    except BindRefused:
        bind_as_server(session, config)
        session.change_password(config.binddn, config.bindpass, config.next_bindpass)


def _bind_without(session: Session, name: str) -> None:
    """Leave an empty password to the directory.

    Most directories answer that with success and take nobody for bound, which would let in anybody as anybody.
    """
    session.bind_without_password(name)
    if not session.who_am_i().removeprefix("dn:").removeprefix("u:"):
        raise BindRefused("anonymous")


def _own_entry(session: Session, config: LdapConfig, lookup: Lookup, username: str, name: str) -> Person:
    """The entry of a user who was bound without a search.  Raises `BindRefused` if it isn't that of this spelling.

    A directory may take names for the same that look different to this server, each of which would be another alias and
    another count of failures.  So only the name counts that the entry has.  It may also tell names apart that are one
    alias here, so that only an entry counts whose name is spelled as the alias is.
    """
    if config.upndomain:
        person = find(session, lookup, username)
        if person is None or canonical(person.upn) != canonical(name) or not _is_plain(person.upn):
            log.warning("a user could log in, and no entry has their userPrincipalName", name=name)
            raise BindRefused("no entry of that name")
        return person
    person = read(session, lookup, name)
    if person is None or not person.names:
        if not _is_plain(username):
            raise BindRefused("another spelling")
        if config.case_sensitive_names:
            log.warning("a user can't read their own name, which case_sensitive_names needs", dn=name)
            raise BindRefused("no name")
        return person or Person(dn=name, name="")
    if user_name(username, config) not in {user_name(each, config) for each in person.names if _is_plain(each)}:
        log.warning("a user could log in by a spelling that their entry doesn't have", dn=person.dn)
        raise BindRefused("another spelling")
    return person


def _is_plain(name: str) -> bool:
    return name == canonical(name, case_matters=True)


def _told(person: Person, username: str, config: LdapConfig) -> str:
    """The name for group filters: the directory's own, so that nothing depends on how it was typed."""
    name = person.name or username
    return name if config.case_sensitive_names else name.lower()


def _is_visible(session: Session, config: LdapConfig, lookup: Lookup, person: Person) -> bool:
    """Whether the entry can be read without its user, so far that nobody else's is taken for it later."""
    if not config.anonymous_group_search:
        return False
    seen = read(session, lookup, person.dn)
    return seen is not None and seen.id == person.id
