"""What the constraints of an issuer, and of the authorities above it, say of names (p).

Source: RFC 5280, section 4.2.1.10
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from strongroom.crypto.issuing.contents import NameConstraints, Names, Subject
from strongroom.crypto.issuing.name_constraints import X509Name, subject_names
from strongroom.engines.pki.constraints import subtrees
from strongroom.lib.errors import InvalidRequest

DNS, EMAIL, IP, URI = "dns", "email", "ip", "uri"
KINDS: Final = (DNS, EMAIL, IP, URI)
"""The kinds of names that are judged."""
_SHOWN: Final = 5
_UTF8_MAILBOX: Final = "1.3.6.1.5.5.7.8.9"
"""The other name that holds a mailbox with letters beyond ASCII.  Source: RFC 9598, section 6"""
_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]+(?<!-)(?:\.(?!-)[A-Za-z0-9_-]+(?<!-))+")
"""Which common names OpenSSL takes for hosts, where no alternative name is one."""


class Bounds(msgspec.Struct, frozen=True):
    """The constraints of one authority."""

    whose: str
    """The authority, as errors name it."""
    constraints: NameConstraints


class _Kind(msgspec.Struct, frozen=True):
    """How names of a kind are judged."""

    called: str
    fields: str
    permits: Callable[[str, str], bool]
    excludes: Callable[[str, str], bool]


_HOW: Final = {
    DNS: _Kind("DNS name", "dns", subtrees.permits_host, subtrees.excludes_host),
    EMAIL: _Kind("e-mail address", "emails", subtrees.contains_mailbox, subtrees.contains_mailbox),
    IP: _Kind("IP address", "ips", subtrees.contains_address, subtrees.contains_address),
    URI: _Kind("URI", "uris", subtrees.contains_uri, subtrees.contains_uri),
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
        if why := _refusal(each, _HOW[kind], name):
            return why
    return ""


def _refusal(bounds: Bounds, kind: _Kind, name: str) -> str:
    permitted: tuple[str, ...] = getattr(bounds.constraints, f"permitted_{kind.fields}")
    excluded: tuple[str, ...] = getattr(bounds.constraints, f"excluded_{kind.fields}")
    if not permitted and not excluded:
        return ""
    what = f'the {kind.called} "{name}"'
    if kind is _HOW[URI] and not subtrees.host_of(name):
        return (
            f"{what} names no host, so clients refuse it: {bounds.whose} has name constraints about the hosts of URIs"
        )
    for each in excluded:
        if kind.excludes(each, name):
            return f'{what} lies in "{each}", which the name constraints of {bounds.whose} exclude'
    if permitted and not any(kind.permits(each, name) for each in permitted):
        shown = ", ".join(f'"{each}"' for each in permitted[:_SHOWN])
        more = f" and {len(permitted) - _SHOWN} more" if len(permitted) > _SHOWN else ""
        return f"{what} lies outside of what the name constraints of {bounds.whose} permit: {shown}{more}"
    return ""
