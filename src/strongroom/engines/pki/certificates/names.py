"""The names by which a certificate is found (p).

A wildcard is a name like any other: it isn't found by the hosts that it matches.
"""

from __future__ import annotations

from strongroom.crypto.issuing.contents import Names
from strongroom.engines.pki.issuing.rules.names.addresses import canonical


def normal(name: str) -> str:
    """A name in the form in which it is compared: lower case, addresses in their canonical form."""
    lowered = name.lower()
    # Asking the library whether a name is an address takes longer than all else here.
    may_be_address = ":" in lowered or lowered[-1:].isdigit()
    return (canonical(lowered) or lowered) if may_be_address else lowered


def further(common_name: str, *alternatives: Names) -> tuple[str, ...]:
    """The distinct names of a certificate, in their normal form, but for the common name in lower case."""
    found = dict.fromkeys([normal(common_name)])
    for names in alternatives:
        found |= dict.fromkeys(map(normal, (*names.dns, *names.emails, *names.ips, *names.uris)))
    for known in ("", common_name.lower()):
        found.pop(known, None)
    return tuple(found)
