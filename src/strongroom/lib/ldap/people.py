"""Finds a user in a directory, and the groups that they are in."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterable

import msgspec
import structlog

from strongroom.lib.ldap.escaping import bytes_in_filter, in_dn, in_filter
from strongroom.lib.ldap.library import library
from strongroom.lib.ldap.names import canonical
from strongroom.lib.ldap.session import MOST_ENTRIES, Entry, Session
from strongroom.lib.ldap.sids import sid_text
from strongroom.lib.ldap.templates import Template
from strongroom.lib.limits import NAME_BYTES

log = structlog.get_logger("ldap")

USER_VALUES = frozenset({"UserAttr", "Username"})
GROUP_VALUES = frozenset({"UserDN", "Username"})
UPN, SAM = "userprincipalname", "samaccountname"
_STATE = ("userAccountControl", "accountExpires", "nsAccountLock", "pwdAccountLockedTime")
_IDS = ("entryUUID", "objectGUID", "nsUniqueId", "ipaUniqueID")
_NAMES = frozenset({"cn", "ou", "uid", "name", "displayname", "samaccountname"})
"""Attributes whose values are names, and never DNs."""
_AT_ONCE = 64
"""Groups looked up by one search."""
_AD_DISABLED = 0x2
_NEVER_EXPIRES = {0, 2**63 - 1}
_FILETIME_EPOCH_S = 11_644_473_600
_LOCKED_FOR_GOOD = "000001010000Z"


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """Where users and groups are, and what they are called."""

    user_dn: str
    user_attr: str
    user_filter: Template
    upn_domain: str = ""
    by_sam: bool = False
    """Whether a user may be named by `sAMAccountName` too, where there is a `upn_domain`."""
    group_dn: str = ""
    group_attr: str = "cn"
    group_filter: Template | None = None
    token_groups: bool = False
    """Whether the groups are those of Active Directory's `tokenGroups`, nested ones included."""


class Person(msgspec.Struct, frozen=True):
    """A user's entry."""

    dn: str
    name: str
    """What the directory calls them by the attribute for users; empty if that can't be read."""
    names: tuple[str, ...] = ()
    """All values of that attribute."""
    upn: str = ""
    """Their `userPrincipalName`, where names have a domain."""
    sam: str = ""
    """Their `sAMAccountName`, in Active Directory."""
    id: str = ""
    """What the directory gives to one entry only, in hexadecimal digits; empty if it shows no such thing."""
    disabled: bool = False
    """As far as the directory shows it."""


def find(session: Session, lookup: Lookup, username: str) -> Person | None:
    """The one user of that name; None if there is none, or more than one."""
    wanted = in_filter(username)
    if lookup.upn_domain:
        values = {"UserAttr": UPN, "Username": f"{username}@{lookup.upn_domain}"}
    else:
        values = {"UserAttr": lookup.user_attr, "Username": username}
    text = lookup.user_filter.filled(values)
    if lookup.upn_domain and lookup.by_sam:
        text = f"(|{text}({SAM}={wanted}))"
    found = session.search(lookup.user_dn, text, _attributes(lookup), most=MOST_ENTRIES)
    if len(found) > 1:
        log.warning("more than one entry of a directory fits the name of a login", base=lookup.user_dn)
    return person_of(found[0], lookup) if len(found) == 1 else None


def read(session: Session, lookup: Lookup, dn: str) -> Person | None:
    """The user with this DN; None if there is none that may be seen."""
    entry = session.read(dn, _attributes(lookup))
    return person_of(entry, lookup) if entry is not None else None


def _attributes(lookup: Lookup) -> list[str]:
    return [*{lookup.user_attr: None, SAM: None}, *([UPN] if lookup.upn_domain else []), *_STATE, *_IDS]


def person_of(entry: Entry, lookup: Lookup) -> Person:
    """What an entry says of a user.  Of several names the one in the DN counts, else the first in order.  (p)"""
    names = tuple(sorted(entry.texts(lookup.user_attr), key=canonical))
    own = {canonical(value) for type_, value in _rdn(entry.dn) if type_.lower() == lookup.user_attr.lower()}
    name = next((name for name in names if canonical(name) in own), names[0] if names else "")
    return Person(
        dn=entry.dn,
        name=name,
        names=names,
        upn=next(iter(entry.texts(UPN)), ""),
        sam=next(iter(entry.texts(SAM)), ""),
        id=next((value.hex() for attribute in _IDS for value in entry.values(attribute)), ""),
        disabled=is_disabled(entry, time.time()),
    )


def is_disabled(entry: Entry, now: float) -> bool:
    """Whether the entry says that nobody may log in with it.  (p)"""
    control = next(iter(entry.texts("userAccountControl")), "")
    expires = next(iter(entry.texts("accountExpires")), "")
    return (
        (control.lstrip("-").isdecimal() and bool(int(control) & _AD_DISABLED))
        or (
            expires.isdecimal()
            and int(expires) not in _NEVER_EXPIRES
            and int(expires) / 10_000_000 - _FILETIME_EPOCH_S <= now
        )
        or any(text.lower() == "true" for text in entry.texts("nsAccountLock"))
        or _LOCKED_FOR_GOOD in entry.texts("pwdAccountLockedTime")
    )


def groups_of(session: Session, lookup: Lookup, username: str, dn: str) -> tuple[str, ...]:
    """The names of a user's groups, in order, without those that nothing here can be written for.

    Args:
        username: as it stands in group filters, without a domain. dn: of the user's entry.
    """
    if lookup.token_groups:
        names: Iterable[str] = _token_groups(session, lookup, dn)
    elif lookup.group_filter is not None and lookup.group_dn:
        text = lookup.group_filter.filled({"UserDN": dn, "Username": username})
        names = _names(session.search(lookup.group_dn, text, [lookup.group_attr]), lookup.group_attr)
    else:
        names = ()
    found = {name for name in names if name}
    odd = {name for name in found if not is_group(name)}
    if odd:
        log.warning(
            "groups of a user have names that don't count here", dn=dn, groups=[f"{n[:64]!r}" for n in odd][:16]
        )
    return tuple(sorted(found - odd))


def is_group(name: str) -> bool:
    """Whether a group can be named here.  (p)

    Whoever may make groups in the directory must not keep their members from logging in by a name that can't be kept.
    """
    return (
        # Some letters take more bytes in the form in which names are compared.
        all(len(form.encode("utf-8", "surrogatepass")) <= NAME_BYTES for form in (name, name.lower(), name.casefold()))
        and all(name.split("/"))
        and not any(unicodedata.category(character) in {"Cc", "Cs"} for character in name)
    )


def _token_groups(session: Session, lookup: Lookup, dn: str) -> list[str]:
    """The attribute is computed for a single entry only, and holds identifiers in binary form.

    Source: https://learn.microsoft.com/en-us/windows/win32/adschema/a-tokengroups
    """
    entry = session.read(dn, ["tokenGroups"])
    sids = entry.values("tokenGroups") if entry is not None else ()
    base = ",".join(f"{type_}={in_dn(value)}" for type_, value in rdns(dn) if type_.lower() == "dc")
    found: list[Entry] = []
    for at in range(0, len(sids), _AT_ONCE):
        some = "".join(f"(objectSid={bytes_in_filter(sid)})" for sid in sids[at : at + _AT_ONCE])
        found += session.search(base, f"(|{some})", [lookup.group_attr, "objectSid"])
    missing = set(sids) - {sid for group in found for sid in group.values("objectSid")}
    if missing:
        log.warning("groups of a user can't be named", dn=dn, sids=sorted(map(sid_text, missing))[:16])
    return _names(found, lookup.group_attr)


def _names(entries: Iterable[Entry], attribute: str) -> list[str]:
    return [name for entry in entries for name in group_names(entry, attribute)]


def group_names(entry: Entry, attribute: str) -> list[str]:
    """What a group is called.  (p)

    Of several names the one in the DN counts, which no other group next to it has.  A value that is a DN stands for the
    common name at its beginning, but not where the attribute holds names: a group that somebody names `ou=x,cn=admins`
    isn't `admins`.
    """
    own = {canonical(value) for type_, value in _rdn(entry.dn) if type_.lower() == attribute.lower()}
    values = entry.texts(attribute)
    if own & set(map(canonical, values)):
        return [text for text in values if canonical(text) in own]
    if values and attribute.lower() in _NAMES:
        return list(values)
    return [common_name(text) for text in values or (entry.dn,)]


def common_name(text: str) -> str:
    """The common name at the beginning of a DN; the text itself if there is none.  (p)"""
    return next((value for type_, value in _rdn(text) if type_.lower() == "cn"), text)


def _rdn(text: str) -> list[tuple[str, str]]:
    return _pairs(_parsed(text)[:1])


def rdns(text: str) -> list[tuple[str, str]]:
    """Types and values of a DN, from its beginning; none for what isn't one.  (p)"""
    return _pairs(_parsed(text))


def _pairs(parts: list[list[tuple[str, str, int]]]) -> list[tuple[str, str]]:
    return [(type_, value or "") for part in parts for type_, value, _ in part]


def _parsed(text: str) -> list[list[tuple[str, str, int]]]:
    ldap = library()
    try:
        parts: list[list[tuple[str, str, int]]] = ldap.dn.str2dn(text) if "=" in text else []
    except (ldap.LDAPError, ValueError, UnicodeError):
        return []
    return parts
