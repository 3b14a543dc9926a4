"""What the constraints of an issuer, and of the authorities above it, say of names (p).

Source: RFC 5280, section 4.2.1.10
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

from strongroom.crypto.issuing.contents import NameConstraints, Names, Subject
from strongroom.crypto.issuing.name_constraints import X509Name, subject_names
from strongroom.engines.pki.constraints import subtrees
from strongroom.lib.errors import InvalidRequest

DNS, EMAIL, IP, URI = "dns", "email", "ip", "uri"
KINDS: Final = (DNS, EMAIL, IP, URI)
"""The kinds of names that are judged."""
_SHOWN: Final = 5
_MOST_SHOWN: Final = 256
_UTF8_MAILBOX: Final = "1.3.6.1.5.5.7.8.9"
"""The other name that holds a mailbox with letters beyond ASCII.  Source: RFC 9598, section 6"""
_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]+(?<!-)(?:\.(?!-)[A-Za-z0-9_-]+(?<!-))+")
"""Which common names OpenSSL takes for hosts, where no alternative name is one."""


class Subtree(msgspec.Struct, frozen=True):
    """A part of the names of a kind."""

    text: str
    tree: Any
    """The same, ready to be compared with names."""


class Rules(msgspec.Struct, frozen=True):
    """What an authority permits and excludes of the names of a kind."""

    permitted: tuple[Subtree, ...]
    excluded: tuple[Subtree, ...]


class Bounds(msgspec.Struct, frozen=True):
    """The constraints of one authority."""

    whose: str
    """The authority, as errors name it."""
    constraints: NameConstraints
    rules: Mapping[str, Rules]
    """The same by kinds, without those that the constraints say nothing of."""

    @classmethod
    def of(cls, whose: str, constraints: NameConstraints) -> Bounds:
        """The constraints, made ready once for all names."""
        rules = {}
        for kind, how in _HOW.items():
            permitted = _read(how, getattr(constraints, f"permitted_{how.fields}"))
            excluded = _read(how, getattr(constraints, f"excluded_{how.fields}"))
            if permitted or excluded:
                rules[kind] = Rules(permitted, excluded)
        return cls(whose, constraints, rules)


class _Kind(msgspec.Struct, frozen=True):
    """How names of a kind are judged."""

    called: str
    fields: str
    read: Callable[[str], Any]
    permits: Callable[[Any, str], bool]
    excludes: Callable[[Any, str], bool]


_HOW: Final = {
    DNS: _Kind("DNS name", "dns", str.lower, subtrees.permits_host, subtrees.excludes_host),
    EMAIL: _Kind("e-mail address", "emails", str, subtrees.contains_mailbox, subtrees.contains_mailbox),
    IP: _Kind("IP address", "ips", ipaddress.ip_network, subtrees.contains_address, subtrees.contains_address),
    URI: _Kind("URI", "uris", str.lower, subtrees.contains_uri, subtrees.contains_uri),
}


def check(bounds: tuple[Bounds, ...], names: Names, subject: Subject | X509Name, *, authority: bool = False) -> None:
    """Raise `InvalidRequest` for the first name for which clients would refuse a certificate.

    Args:
        authority: whether it is the certificate of one, whose common name is no host.
    """
    if not bounds:
        return
    for kind, name in certified(names, subject, authority=authority):
        if why := refusal(bounds, kind, name):
            raise InvalidRequest(why)


def certified(names: Names, subject: Subject | X509Name, *, authority: bool = False) -> Iterator[tuple[str, str]]:
    """The names that constraints are about, each with its kind.  Arguments as of `check`."""
    found = subject_names(subject)
    yield from ((DNS, each) for each in names.dns)
    yield from ((EMAIL, each) for each in (*names.emails, *found.emails))
    yield from ((EMAIL, text) for oid, text in names.others if oid == _UTF8_MAILBOX)
    yield from ((IP, each) for each in names.ips)
    yield from ((URI, each) for each in names.uris)
    if not authority and not names.dns:
        yield from ((DNS, each) for each in found.common_names if _HOST.fullmatch(each))


def refusal(bounds: tuple[Bounds, ...], kind: str, name: str) -> str:
    """Why a name may not be certified: the name, the constraint, and whose it is.  Empty if it may."""
    for each in bounds:
        rules = each.rules.get(kind)
        if rules is not None and (why := _refusal(each.whose, rules, kind, name)):
            return why
    return ""


def _read(how: _Kind, texts: tuple[str, ...]) -> tuple[Subtree, ...]:
    return tuple(Subtree(text, how.read(text)) for text in texts)


def _refusal(whose: str, rules: Rules, kind: str, name: str) -> str:
    how, permitted = _HOW[kind], rules.permitted
    what = f'the {how.called} "{name[:_MOST_SHOWN]}"'
    if kind == URI and not subtrees.host_of(name):
        return f"{what} names no host, so clients refuse it: {whose} has name constraints about the hosts of URIs"
    for each in rules.excluded:
        if how.excludes(each.tree, name):
            return f'{what} lies in "{each.text}", which the name constraints of {whose} exclude'
    if permitted and not any(how.permits(each.tree, name) for each in permitted):
        shown = ", ".join(f'"{each.text}"' for each in permitted[:_SHOWN])
        more = f" and {len(permitted) - _SHOWN} more" if len(permitted) > _SHOWN else ""
        return f"{what} lies outside of what the name constraints of {whose} permit: {shown}{more}"
    return ""
