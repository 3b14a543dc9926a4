"""Which addresses challenges are answered from (pure).

The server connects to where a stranger's name leads.  So addresses that only the server's own machine or link has are
refused, unless the mount permits them: behind them are services that trust whoever can reach them.
"""

from __future__ import annotations

import ipaddress

from strongroom.engines.pki.acme.records import AcmeConfig
from strongroom.lib.outgoing.ranges import is_in, special, within


def refusal(text: str, config: AcmeConfig) -> str:
    """Why an address isn't asked; empty if it is."""
    address = ipaddress.ip_address(text)
    for each in {address, within(address)}:
        if is_in(each, config.challenge_excluded_ip_ranges):
            return "it is in challenge_excluded_ip_ranges"
        if is_in(each, config.challenge_permitted_ip_ranges):
            continue
        if config.challenge_permitted_ip_ranges:
            return "it is not in challenge_permitted_ip_ranges"
        if kind := special(each):
            return f"it is a {kind} address (challenge_permitted_ip_ranges may permit it)"
    return ""
