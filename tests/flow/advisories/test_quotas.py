"""Advisories about limits on the number of requests."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from tests.flow.node import TestNode

FORM = {"content-type": "application/x-www-form-urlencoded"}


async def test_cve_2026_115359_a_login_counts_in_whatever_form_it_comes() -> None:
    """There a login escaped the limit of its role by sending its fields in another form than JSON.

    Here an attacker would have guessed the secret ids of a role as fast as the server answers.
    """
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/approle", {"type": "approle"})
    await node.ok("POST", "auth/approle/role/web", {"bind_secret_id": True})
    role_id = (await node.ok("GET", "auth/approle/role/web/role-id")).data["role_id"]
    limit = {"rate": 5, "interval": "1h", "path": "auth/approle", "role": "web", "group_by": "none"}
    await node.ok("POST", "sys/quotas/rate-limit/web", limit)
    fields = {"role_id": role_id, "secret_id": "guess"}
    spellings = [
        (json.dumps(fields).encode(), {}),
        (urlencode(fields).encode(), FORM),
        (json.dumps({**fields, "role_id": f" {role_id} "}).encode(), {}),
        (json.dumps({"ROLE_ID": "", **fields}).encode(), {"content-type": "text/plain"}),
        (b" \n" + json.dumps(fields, indent=1).encode(), {"content-type": "application/json; charset=utf-8"}),
    ]
    first = [(await node.ask("POST", "auth/approle/login", body, "", headers=h)).status for body, h in spellings]
    assert first == [400] * 5
    again = [(await node.ask("PUT", "auth/approle/login", body, "", headers=h)).status for body, h in spellings]
    assert again == [429] * 5
    assert (await node.ask("POST", "auth/approle/login", fields, "", address="192.0.2.99")).status == 429
