"""Operations of one connection to a directory.  All of them block, for as long as their deadline allows."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import msgspec
import structlog

from strongroom.lib.errors import UpstreamFailed
from strongroom.lib.ldap.directory import Directory
from strongroom.lib.ldap.errors import REFUSED, BindRefused, Forbidden, Refused, TooSlow, meaning
from strongroom.lib.ldap.ldif import Add, Change, Delete, Modification, Modify, Rename
from strongroom.lib.ldap.library import library

log = structlog.get_logger("ldap")
T = TypeVar("T")

MOST_ENTRIES = 10_000
"""In one answer; the same number as of the groups of a login."""
MOST_BYTES = 16 * 1024 * 1024
_OVERHEAD_BYTES = 64
ANY = "(objectClass=*)"
NO_ATTRIBUTES = "1.1"
"""Source: RFC 4511, section 4.5.1.8"""
_DEREFERENCE = {"never": 0, "searching": 1, "finding": 2, "always": 3}


class Entry(msgspec.Struct, frozen=True):
    """One entry of a directory."""

    dn: str
    attributes: Mapping[str, tuple[bytes, ...]]
    """By names in lower case, without options."""

    def values(self, name: str) -> tuple[bytes, ...]:
        """An attribute's values."""
        return self.attributes.get(name.lower(), ())

    def texts(self, name: str) -> tuple[str, ...]:
        """Those of its values that are text."""
        found = []
        for value in self.values(name):
            with suppress(UnicodeDecodeError):
                found.append(value.decode())
        return tuple(found)

    def __repr__(self) -> str:
        return f"Entry({self.dn})"


class _Found:
    """What a search has found so far."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.entries: list[Entry] = []
        self._bytes = 0

    def take(self, dn: str, attributes: Mapping[str, Sequence[bytes]]) -> bool:
        """Take one more entry.  Returns whether that isn't too much."""
        kept: dict[str, tuple[bytes, ...]] = {}
        for name, values in attributes.items():
            plain = name.partition(";")[0].lower()
            kept[plain] = (*kept.get(plain, ()), *values)
        self.entries.append(Entry(dn, kept))
        # Each costs memory beside its text: an empty one, too.
        self._bytes += len(dn) + sum(len(value) + _OVERHEAD_BYTES for values in kept.values() for value in values)
        self._bytes += len(kept) * _OVERHEAD_BYTES
        return len(self.entries) <= self.most and self._bytes <= MOST_BYTES


class Session:
    """One connection, on which nobody is bound at first.

    Args:
        connection: given away; `close` closes it.
        deadline: by `time.monotonic`.

    Every operation raises `TooSlow` after the deadline, `OutOfReach` if the directory dies, and `UpstreamFailed` if it
    refuses.
    """

    def __init__(self, connection: socket.socket, directory: Directory, deadline: float) -> None:
        ldap: Any = library()
        self._ldap: Any = ldap
        self._deadline = deadline
        self._page_size = directory.page_size
        # With a descriptor the address only says which protocol it is.  The library closes the descriptor.
        self._connection = ldap.initialize("ldap://localhost", fileno=connection.detach())
        self._connection.set_option(ldap.OPT_PROTOCOL_VERSION, 3)
        # A referral leads wherever the directory says, and the library would take the credentials there.
        self._connection.set_option(ldap.OPT_REFERRALS, 0)
        self._connection.set_option(ldap.OPT_DEREF, _DEREFERENCE[directory.dereference])
        self._connection.set_option(ldap.OPT_SIZELIMIT, 0)
        self._connection.set_option(ldap.OPT_TIMELIMIT, 0)

    def close(self) -> None:
        """End the connection."""
        with suppress(self._ldap.LDAPError):
            self._connection.unbind_ext()

    def bind(self, name: str, password: str) -> None:
        """Log in.  Raises `BindRefused`, also for an empty password, with which anybody could bind as anybody.

        One with a NUL isn't sent either: a directory that ends texts there would take it for a shorter or an empty one.

        Source: RFC 4513, section 5.1.2
        """
        if not name or not password or "\0" in password:
            raise BindRefused(REFUSED, detail="empty or with a NUL, so not asked")
        self._bind(name, password)

    def bind_without_password(self, name: str) -> None:
        """An unauthenticated bind, which proves nothing; with an empty name an anonymous one.  Raises `BindRefused`."""
        self._bind(name, "")

    def _bind(self, name: str, password: str) -> None:
        secret = password.encode("utf-8", "surrogatepass")
        self._done("bind", lambda c: c.simple_bind(name, secret), secrets=(password,))

    def search(
        self, base: str, text: str, attributes: Sequence[str] = (NO_ATTRIBUTES,), *, most: int = MOST_ENTRIES
    ) -> list[Entry]:
        """The entries below `base` that a filter finds, itself included.  None if there is no such base.

        Raises: `UpstreamFailed` if there are more than `most`, or the directory gives only some of them.
        """
        return self._search(base, self._ldap.SCOPE_SUBTREE, text, attributes, most)

    def read(self, dn: str, attributes: Sequence[str], text: str = ANY) -> Entry | None:
        """One entry; None if there is none that may be seen, or the filter doesn't find it."""
        try:
            found = self._search(dn, self._ldap.SCOPE_BASE, text, attributes, 1)
        except Forbidden:
            return None
        return found[0] if found else None

    def change_password(self, dn: str, old: str, new: str) -> None:
        """Change the password of whoever is bound, as Active Directory wants it or by the operation for that.

        Source: RFC 3062;
        https://learn.microsoft.com/en-us/troubleshoot/windows-server/active-directory/change-windows-active-directory-user-password
        """
        root = self.read("", ["supportedCapabilities"])
        if root is None or _ACTIVE_DIRECTORY not in root.texts("supportedCapabilities"):
            self._done("change a password", lambda c: c.passwd(dn, old, new), secrets=(old, new))
            return
        ldap, (before, after) = self._ldap, (f'"{text}"'.encode("utf-16-le") for text in (old, new))
        changes = [(ldap.MOD_DELETE, "unicodePwd", [before]), (ldap.MOD_ADD, "unicodePwd", [after])]
        self._done("change a password", lambda c: c.modify_ext(dn, changes), secrets=(old, new))

    def reset_password(self, dn: str, new: str) -> None:
        """Give somebody a password without their old one, by RFC 3062.  Raises `Refused`."""
        self._changed("reset a password", lambda c: c.passwd(dn, None, new), secrets=(new,))

    def supports(self, attribute: str, oid: str) -> bool:
        """Whether the directory says that it has an extension, a control or a capability.

        Args:
            attribute: `supportedExtension`, `supportedCapabilities` and the like.

        Source: RFC 4512, section 5.1
        """
        root = self.read("", [attribute])
        return root is not None and oid in root.texts(attribute)

    def apply(self, change: Change, *, secrets: tuple[str, ...] = ()) -> None:
        """Change the directory.  Raises `Refused`, with the code `NO_SUCH_OBJECT` too.

        Args:
            secrets: what it contains that no log may show.
        """
        match change:
            case Add(dn, attributes):
                self._changed("add", lambda c: c.add_ext(dn, [(n, list(v)) for n, v in attributes]), secrets=secrets)
            case Delete(dn):
                self._changed("delete", lambda c: c.delete_ext(dn), secrets=secrets)
            case Modify(dn, modifications):
                changes = [self._modification(each) for each in modifications]
                self._changed("modify", lambda c: c.modify_ext(dn, changes), secrets=secrets)
            case Rename(dn, new_rdn, delete_old, superior):
                kept = int(delete_old)
                self._changed("rename", lambda c: c.rename(dn, new_rdn, superior or None, kept), secrets=secrets)

    def _modification(self, each: Modification) -> tuple[int, str, list[bytes] | None]:
        kind = {"add": self._ldap.MOD_ADD, "delete": self._ldap.MOD_DELETE, "replace": self._ldap.MOD_REPLACE}
        return kind[each.operation], each.attribute, list(each.values) or None

    def _changed(self, what: str, begin: Callable[[Any], int], *, secrets: tuple[str, ...]) -> None:
        answer = self._call(what, lambda c: c.result4(begin(c), all=1, timeout=self._left()), secrets=secrets)
        if answer is None:
            text = "the directory refuses what it is asked"
            raise Refused(text, code="NO_SUCH_OBJECT", reason="No such object", detail=what)

    def who_am_i(self) -> str:
        """The name under which the directory knows this connection: `dn:…`, `u:…`, or empty.  Source: RFC 4532"""
        # This call takes no time limit of its own.
        self._connection.set_option(self._ldap.OPT_TIMEOUT, self._left())
        return str(self._call("ask who it is", lambda c: c.whoami_s()))

    def _done(self, what: str, begin: Callable[[Any], int], *, secrets: tuple[str, ...]) -> None:
        binds = what == "bind"
        self._call(what, lambda c: c.result4(begin(c), all=1, timeout=self._left()), binds=binds, secrets=secrets)

    def _search(self, base: str, scope: int, text: str, attributes: Sequence[str], most: int) -> list[Entry]:
        pages = None
        if self._page_size and scope != self._ldap.SCOPE_BASE:
            pages = self._ldap.controls.pagedresults.SimplePagedResultsControl(False, self._page_size, "")
        found = _Found(most)
        while True:
            begun = (base, scope, text, list(attributes), 0, [pages] if pages is not None else None)
            returned = self._page(begun, found)
            cookie = next((control.cookie for control in returned if control.controlType == _PAGED), b"")
            if pages is None or not cookie:
                return found.entries
            pages.cookie = cookie

    def _page(self, begun: tuple[Any, ...], found: _Found) -> Sequence[Any]:
        """Read one answer to the end.  Returns the controls that came with it."""
        id_ = self._call("search", lambda c: c.search_ext(*begun))
        while True:
            answer = self._call("search", lambda c: c.result4(id_, all=0, timeout=self._left()))
            if answer is None:  # no such base; of a single entry that is an answer like others
                if begun[1] != self._ldap.SCOPE_BASE:
                    log.warning("a directory has no entry to search below", base=begun[0])
                return ()
            kind, pieces, _, returned = answer[:4]
            if kind == self._ldap.RES_SEARCH_RESULT:
                return list(returned or ())
            if kind == self._ldap.RES_SEARCH_ENTRY and not all(found.take(*piece[:2]) for piece in pieces or ()):
                with suppress(self._ldap.LDAPError):
                    self._connection.abandon_ext(id_)
                raise UpstreamFailed("the directory answers with more than is taken", detail=f"over {found.most}")

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TooSlow("the directory did not answer in time")
        return left

    def _call(
        self, what: str, call: Callable[[Any], T], *, binds: bool = False, secrets: tuple[str, ...] = ()
    ) -> T | None:
        """The result; None if there is no such entry."""
        try:
            return call(self._connection)
        except self._ldap.LDAPError as error:
            meant = meaning(error, what, binds=binds, secrets=secrets)
            if meant is None:
                return None
            raise meant from error
        except ValueError as error:  # the library doesn't take the text, such as one with NUL
            if binds:
                raise BindRefused(REFUSED) from error
            raise UpstreamFailed("the directory can't be asked", detail=f"{what}: {type(error).__name__}") from error


_ACTIVE_DIRECTORY = "1.2.840.113556.1.4.800"
_PAGED = "1.2.840.113556.1.4.319"
"""Source: RFC 2696"""
