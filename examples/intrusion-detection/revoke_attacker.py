#!/usr/bin/env python3
"""Tells Strongroom of an attacker's address: all that was issued to it ends at once, and nothing more is issued.

    revoke_attacker.py ADDRESS              for fail2ban's `actionban`
    revoke_attacker.py --eve < eve.json     for Suricata: reads its log, and acts on severe alerts
    revoke_attacker.py --wazuh < alert      for a Wazuh active response

It needs Python alone. VAULT_ADDR says where the server is, STRONGROOM_TOKEN_FILE where the token of policy.hcl lies.
"""

from __future__ import annotations

import ipaddress
import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

SINCE = "24h"
SEVERE = 1
"""Suricata counts from 1, the most severe, to 4."""
WAZUH_LEVEL = 12
AGAIN_S = 86400.0
"""How long an address isn't told of again.  Somebody may have lifted the withdrawal since, and then it attacks anew."""


def of_suricata(lines: TextIO) -> Iterator[str]:
    """The addresses of severe alerts in eve.json.  A line that can't be read ends nothing: others follow it."""
    for line in lines:
        try:
            event = json.loads(line)
            if event.get("event_type") == "alert" and event["alert"].get("severity") == SEVERE:
                yield str(event["src_ip"])
        except (ValueError, KeyError, AttributeError, RecursionError) as error:
            print(f"a line is no event of Suricata, and was passed over: {error!r}", file=sys.stderr, flush=True)


def of_wazuh(text: TextIO) -> Iterator[str]:
    """The address of an alert that a Wazuh agent hands to an active response."""
    alert = json.load(text)["parameters"]["alert"]
    if int(alert["rule"]["level"]) >= WAZUH_LEVEL and "srcip" in alert.get("data", {}):
        yield alert["data"]["srcip"]


def revoke(address: str) -> dict[str, Any]:
    """What the server says."""
    network = str(ipaddress.ip_address(address))  # never a whole network because of a log's line
    # Tokens of versions that kept no address stay: one alarm must not end all of them.
    body = {"network": network, "since": SINCE, "block": True, "undetermined": "keep"}
    request = urllib.request.Request(  # noqa: S310 - the address is the operator's own
        os.environ["VAULT_ADDR"].rstrip("/") + "/v1/sys/revoke-issued",
        data=json.dumps(body).encode(),
        headers={"X-Vault-Token": Path(os.environ["STRONGROOM_TOKEN_FILE"]).read_text().strip()},
        method="POST",
    )
    context = ssl.create_default_context(cafile=os.environ.get("VAULT_CACERT"))
    with urllib.request.urlopen(request, timeout=10, context=context) as answer:  # noqa: S310
        found: dict[str, Any] = json.load(answer)["data"]
        return found


def main(words: list[str]) -> int:
    """Act on what the command line names; 1 if one of it failed."""
    if words == ["--eve"]:
        addresses = of_suricata(sys.stdin)
    elif words == ["--wazuh"]:
        addresses = of_wazuh(sys.stdin)
    elif len(words) == 1:
        addresses = iter(words)
    else:
        sys.stderr.write(__doc__ or "")
        return 2
    failed, done = 0, dict[str, float]()
    for address in addresses:
        now = time.monotonic()
        if now < done.get(address, now):
            continue
        try:
            print(f"{address}: {revoke(address)['id']}", flush=True)
            done = {told: until for told, until in done.items() if now < until} | {address: now + AGAIN_S}
        except (OSError, ValueError) as error:
            detail = error.read().decode(errors="replace") if isinstance(error, urllib.error.HTTPError) else ""
            print(f"{address}: {error} {detail}".strip(), file=sys.stderr, flush=True)
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
