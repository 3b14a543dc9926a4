"""The challenge dns-01: the name has a TXT record.

Source: RFC 8555, section 8.4
"""

from __future__ import annotations

from strongroom.crypto.mac import sha256
from strongroom.engines.pki.acme.challenges.names import texts
from strongroom.engines.pki.acme.challenges.outcome import Failed, shortened
from strongroom.engines.pki.acme.challenges.ports import Ports
from strongroom.engines.pki.acme.records import AcmeConfig, Identifier
from strongroom.engines.pki.acme.requests import encoded


async def prove(identifier: Identifier, token: str, expected: str, config: AcmeConfig, ports: Ports) -> None:
    """Raise `Failed` unless one of the records is the digest of what is expected.

    Other records don't matter: there is one for a name and another for its wildcard.  Another one than is expected may
    be an earlier one that name servers still hold, so it isn't final.
    """
    name = f"_acme-challenge.{identifier.value}"
    wanted = encoded(sha256(expected.encode()))
    found = await texts(name, config.dns_resolver)
    if wanted not in found:
        shown = ", ".join(f'"{shortened(each)}"' for each in found[:3])
        raise Failed("unauthorized", f'the TXT records of {name} are {shown}, and "{wanted}" was expected')
