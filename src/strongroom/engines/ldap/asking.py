"""What a directory is asked for its accounts.  Blocks: runs in a thread with a session."""

from __future__ import annotations

import re

from msgspec.structs import replace

from strongroom.engines.ldap.records import AD, OPENLDAP, PHRASE, LdapConfig
from strongroom.engines.ldap.settings import user_attribute
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.lib.ldap import BindRefused, Forbidden, Modification, Modify, Refused, Session, canonical, in_filter

PASSWORD_MODIFY = "1.3.6.1.4.1.4203.1.11.1"  # noqa: S105 - an identifier
"""Source: RFC 3062, section 2"""
_AROUND = re.compile(r"\s*([,=+])\s*")
ROOT_REFUSED = "the directory refuses the name and password of this server (binddn, bindpass)"


class NoSuchAccount(InvalidRequest):
    """The directory has no such entry, or doesn't show it."""


def binds(session: Session, name: str, password: str) -> bool:
    """Whether the directory takes a name with a password."""
    try:
        session.bind(name, password)
    except BindRefused:
        return False
    return True


def bind_as_root(session: Session, config: LdapConfig) -> None:
    """Become `binddn`, by any password that it may have: it may be just being changed.  Raises `UpstreamFailed`."""
    last = BindRefused(detail="binddn or bindpass is empty")
    for credential in config.root.known:
        try:
            session.bind(config.binddn, credential["password"])
        except BindRefused as error:
            last = error
        else:
            return
    raise UpstreamFailed(ROOT_REFUSED, detail=last.detail) from last


def find_account(session: Session, config: LdapConfig, username: str, dn: str) -> str:
    """The DN of an account.

    Args:
        username: its name in the attribute for that; searched for if `dn` is empty.

    Raises: `InvalidRequest` if it isn't there, or several are.
    """
    if dn:
        entry = session.read(dn, ["objectClass"])
        if entry is None:
            raise NoSuchAccount(f'the directory has no entry "{dn}"')
        return entry.dn
    if not config.userdn:
        raise InvalidRequest("userdn is not configured, so that accounts can be named by dn only")
    attribute = user_attribute(config)
    name = username
    if attribute.lower() == "userprincipalname" and config.upndomain and "@" not in username:
        name = f"{username}@{config.upndomain}"
    found = session.search(config.userdn, f"({attribute}={in_filter(name)})")
    if not found:
        raise NoSuchAccount(f'below userdn "{config.userdn}" is no entry with {attribute} "{name}"')
    if len(found) > 1:
        raise InvalidRequest(f'below userdn "{config.userdn}" are several entries with {attribute} "{name}"')
    return found[0].dn


def is_gone(session: Session, config: LdapConfig, username: str, dn: str) -> bool:
    """Whether an account is nowhere any more: neither by its name nor where it was."""
    bind_as_root(session, config)
    try:
        find_account(session, config, username, "")
    except NoSuchAccount:
        return session.read(dn, ["objectClass"]) is None
    return False


def set_password(session: Session, config: LdapConfig, dn: str, password: str) -> None:
    """Give an account a password, as whoever is bound.  Raises `UpstreamFailed`."""
    try:
        if config.schema == OPENLDAP and session.supports("supportedExtension", PASSWORD_MODIFY):
            # The directory hashes what comes by this operation, and may keep in plain what is written to the attribute.
            session.reset_password(dn, password)
        else:
            session.apply(Modify(dn, _replaced(config, password)), secrets=(password,))
    except Refused as error:
        text = f'the directory refuses the new password of "{dn}": {error.reason or "no reason given"}'
        raise type(error)(text, code=error.code, reason=error.reason, detail=error.detail) from error


def _replaced(config: LdapConfig, password: str) -> tuple[Modification, ...]:
    if config.schema == OPENLDAP:
        return (Modification("replace", "userPassword", (password.encode(),)),)
    if config.schema == AD:
        return (Modification("replace", "unicodePwd", (quoted(password),)),)
    attribute = "racfPassPhrase" if config.credential_type == PHRASE else "racfPassword"
    return (
        Modification("replace", attribute, (password.encode(),)),
        Modification("replace", "racfAttributes", (b"noexpired",)),
    )


def quoted(password: str) -> bytes:
    """A password as Active Directory wants it.

    Source: https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-adts/6e803168-f140-4d23-b2d3-c3a8ab5917d2
    """
    return f'"{password}"'.encode("utf-16-le")


def root_dn(session: Session, config: LdapConfig) -> str:
    """The DN of the entry of `binddn`, which may be a short name, or one with a domain.  It has to be bound.

    Raises: `InvalidRequest` if it can't be found.
    """
    if config.root_dn:
        return config.root_dn
    if "=" in config.binddn and (entry := session.read(config.binddn, ["objectClass"])) is not None:
        return entry.dn  # as the directory spells it: `commonName=a` is `cn=a`
    known = _who_am_i(session)
    if known.lower().startswith("dn:"):
        return known[3:]
    base = config.userdn or _naming_context(session)
    name = in_filter(config.binddn.rpartition("\\")[2])
    found = session.search(base, f"(|(userPrincipalName={name})(sAMAccountName={name}))") if base else []
    if len(found) != 1:
        many = "several entries have" if found else "no entry has"
        raise InvalidRequest(f'below "{base}" {many} the name "{config.binddn}": write the DN as binddn')
    return found[0].dn


def _who_am_i(session: Session) -> str:
    try:
        return session.who_am_i()
    except Refused:  # Samba doesn't know the operation
        return ""


def _naming_context(session: Session) -> str:
    root = session.read("", ["defaultNamingContext"])
    return next(iter(root.texts("defaultNamingContext")), "") if root else ""


def set_own_password(session: Session, config: LdapConfig, password: str) -> None:
    """Give `binddn` a password.  Raises `UpstreamFailed`."""
    bind_as_root(session, config)
    dn = root_dn(session, config)
    try:
        set_password(session, config, dn, password)
    except Forbidden:
        # Who may not reset passwords may change their own by the old one.
        session.change_password(dn, config.root.current.get("password", ""), password)


def with_root_dn(session: Session, config: LdapConfig) -> LdapConfig:
    """The configuration with the DN of `binddn`, if the directory tells it.  It has to be bound."""
    try:
        return replace(config, root_dn=root_dn(session, config))
    except InvalidRequest:
        # In Active Directory an account binds as `name@domain`, too, if no attribute says so.
        name = config.binddn.rpartition("\\")[2].partition("@")[0]
        base = _naming_context(session)
        found = session.search(base, f"(sAMAccountName={in_filter(name)})") if base else []
        return replace(config, root_dn=found[0].dn) if len(found) == 1 else config


def check_not_root(config: LdapConfig, name: str, dn: str) -> None:
    """Raise `InvalidRequest` if an account is the server's own.  (p)

    Args:
        config: of `with_root_dn`. dn: as the directory spells it.
    """
    if canonical_dn(dn) == canonical_dn(config.root_dn or config.binddn):
        raise InvalidRequest(f'"{name}" is the account by which this mount manages others (binddn)')


def owned_dns(session: Session, config: LdapConfig, accounts: dict[str, str]) -> dict[str, str]:
    """The DNs of accounts, by their names.

    Args:
        accounts: the DN of each by its name, empty for those that are searched for.

    Raises: `InvalidRequest` for one that isn't there, for one that is several's, and for the server's own.
    """
    bind_as_root(session, config)
    known = with_root_dn(session, config)
    found = {name: find_account(session, config, name, dn) for name, dn in accounts.items()}
    taken: dict[str, str] = {}
    for name, dn in found.items():
        check_not_root(known, name, dn)
        if (other := taken.setdefault(canonical_dn(dn), name)) != name:
            raise InvalidRequest(f'"{name}" and "{other}" are the same account, {dn}')
    return found


def canonical_dn(dn: str) -> str:
    """One spelling for all that a directory takes for the same DN."""
    return _AROUND.sub(r"\1", canonical(dn))
