"""Secrets are planted in every place that a request may bring one to, and then looked for where they mustn't be."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from pathlib import Path
from typing import Any

import pytest
import structlog

from strongroom.barrier.transaction import transact
from strongroom.sdk import Request
from tests.flow.node import TestNode

VALUE, PASSWORD, WRONG, FIELD = "canary-kv-value", "canary-password", "canary-wrong-password", "canary-in-a-bad-field"


def forms(secret: str) -> list[str]:
    """A secret as it may be written down."""
    raw = secret.encode()
    return [secret, raw.hex(), base64.b64encode(raw).decode().rstrip("="), repr(raw)[2:-1], json.dumps(secret)[1:-1]]


async def exercise(node: TestNode) -> list[str]:
    """Ask for everything, rightly and wrongly; the secrets that came up on the way."""
    await node.ok("POST", "sys/mounts/kv1", {"type": "kv"})
    await node.ok("POST", "sys/mounts/kv2", {"type": "kv", "options": {"version": "2"}})
    await node.ok("POST", "kv1/a", {"value": VALUE})
    await node.ok("POST", "kv2/data/a", {"data": {"value": VALUE}})
    await node.ok("POST", "cubbyhole/a", {"value": VALUE})
    assert VALUE in str(await node.ok("GET", "kv1/a"))
    assert VALUE in str(await node.ok("GET", "kv2/data/a"))
    wrapped = (await node.ok("GET", "kv1/a", headers={"x-vault-wrap-ttl": "1h"})).body["wrap_info"]["token"]
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await node.ok("POST", "auth/userpass/users/ann", {"password": PASSWORD})
    login = await node.ok("POST", "auth/userpass/login/ann", {"password": PASSWORD}, "")
    service = login.body["auth"]["client_token"]
    batch = (await node.ok("POST", "auth/token/create", {"type": "batch", "policies": ["default"]})).body["auth"]
    await node.ask("GET", "kv1/a", None, service)
    await node.ask("GET", "kv1/a", None, batch["client_token"])
    await node.ask("GET", "kv1/a", None, "hvs.canary-unknown-token")
    await node.ask("POST", "auth/userpass/login/ann", {"password": WRONG}, "")
    await node.ask("POST", "kv1/b", f'{{"value": "{FIELD}'.encode())
    await node.ask("POST", "auth/token/create", {"ttl": FIELD, "num_uses": FIELD})
    await node.ask("POST", "sys/unseal", {"key": FIELD}, "")
    await node.ask("POST", "auth/token/lookup", {"token": service})
    await node.ask("POST", "auth/token/revoke", {"token": service})

    async def fault(request: Request) -> None:
        raise RuntimeError(f"{request.data} {request}")

    node.probe.before = fault
    assert (await node.ask("POST", "probe/rows/a", {"text": VALUE})).status == 500
    tokens = [node.root, wrapped, service, batch["client_token"], "hvs.canary-unknown-token"]
    return [VALUE, PASSWORD, WRONG, FIELD, *tokens, *node.keys]


def test_no_secret_is_logged_audited_or_stored_in_clear(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Values, passwords, tokens and key shares are in no log line, no audit entry and no row, in no common encoding."""

    async def main() -> tuple[list[str], TestNode]:
        node = await (await TestNode.start()).audited()
        await node.ok("PUT", "sys/audit/file", {"type": "file", "options": {"file_path": str(tmp_path / "audit")}})
        return await exercise(node), node

    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as events:
        secrets, node = asyncio.run(main())
    asyncio.run(main())
    output = capfd.readouterr()
    audited = (tmp_path / "audit").read_text()
    assert len(audited.splitlines()) > 40
    assert len(node.recorder.lines) > 40
    places = {
        "log events": repr(events),
        "standard output": output.out,
        "standard error": output.err,
        "logging": caplog.text,
        "audit file": audited,
        "audit device": b"".join(node.recorder.lines).decode(),
        "names of rows": "\n".join(node.rows()),
        "rows": "\n".join(repr(row) + row.hex() for row in node.rows().values()),
    }
    assert "RuntimeError" in places["log events"] + places["standard output"] + places["standard error"]
    for secret in secrets:
        for form in forms(secret):
            assert [place for place, text in places.items() if form in text] == [], (secret, form)


async def test_what_serves_a_request_shows_no_secret() -> None:
    """The objects that stand for requests, tokens and keys on their way redact themselves."""
    node = await TestNode.start()
    unsealed = node.node.unsealed
    assert unsealed is not None
    seen: list[Any] = [unsealed.barrier.keyring, node.node, unsealed]
    await node.ok("POST", "cubbyhole/a", {"value": VALUE})

    async def body(txn: Any) -> None:
        seen.append(await unsealed.tokens.authenticate(txn, node.root, unsealed.mounts, "192.0.2.7", node.clock.now()))

    await transact(unsealed.barrier, body)
    shown = repr(seen)
    for secret in [VALUE, node.root, *node.keys]:
        for form in forms(secret):
            assert form not in shown
    for term in unsealed.barrier.keyring.terms.values():
        assert repr(term.key)[2:-1] not in shown


async def test_no_mount_is_tuned_to_show_tokens_or_key_shares() -> None:
    """Answers that hold them are digests in the log, though the mount's settings name their fields."""
    node = await TestNode.start()
    names = "id,token,keys,keys_base64,encoded_token,otp,password,devices,policies"
    for mount in ("sys/mounts/sys/tune", "sys/mounts/auth/token/tune"):
        await node.ok("POST", mount, {"audit_non_hmac_response_keys": names})
    await node.audited()
    token = (await node.ok("POST", "auth/token/create", {"policies": ["default"]})).body["auth"]["client_token"]
    await node.ok("GET", "auth/token/lookup-self", None, token)
    await node.ok("POST", "auth/token/lookup", {"token": token})
    rules = 'length = 20\nrule "charset" { charset = "abcdefgh" }'
    await node.ok("PUT", "sys/policies/password/p", {"policy": rules})
    password = (await node.ok("GET", "sys/policies/password/p/generate")).data["password"]
    begun = await node.ok("PUT", "sys/generate-root-token/attempt", {})
    chain = (await node.ok("GET", "sys/internal/audit/chain/recorder")).data["devices"][0]["chain_key"]
    await node.ok("LIST", "sys/policies/acl")
    written = b"\n".join(node.recorder.lines)
    for secret in (token, password, begun.data["otp"], chain):
        assert secret.encode() not in written
    listing = node.recorder.entries[-1]["response"]["data"]
    assert "default" in listing["keys"]  # names are no secrets
