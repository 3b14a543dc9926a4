"""What a request may cost before anybody knows whose it is."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Mapping

import pytest

from strongroom.http.message import HttpResponse
from tests.flow.node import TestNode

COSTLY = json.dumps({"a": [{"b": 0}] * 9000}).encode()
"""Within every limit on JSON, and more than a stranger's body may take once it is decoded."""
FORM = b"a=" + b"%41" * 200_000
_FORM_TYPE = {"content-type": "application/x-www-form-urlencoded"}


async def test_costly_json_needs_a_living_token() -> None:
    """A body that takes much is decoded for whoever is known: no token and an invented one are told before that."""
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/kv", {"type": "kv"})
    for path in ("auth/userpass/login/a", "sys/wrapping/unwrap", "sys/unseal", "sys/decode-token", "kv/a"):
        refused = await node.ask("POST", path, COSTLY, token="")
        assert (refused.status, "without a token" in refused.errors[0]) == (413, True)
        assert (await node.ask("POST", path, COSTLY, token="hvs.invented")).status == 403
    assert node.probe.runs == 0
    assert (await node.ask("POST", "kv/a", COSTLY)).status == 204
    token = await node.token('path "kv/*" { capabilities = ["update", "create"] }')
    assert (await node.ask("POST", "kv/a", COSTLY, token)).status == 204
    await node.ok("POST", "auth/token/revoke", {"token": token})
    assert (await node.ask("POST", "kv/a", COSTLY, token)).status == 403


async def test_who_may_send_much() -> None:
    """Before a large body comes its token is looked at, wherever it stands; while sealed nobody is known."""
    node = await TestNode.start()

    async def status(headers: Mapping[str, str]) -> int:
        refusal: HttpResponse | None = await node.application.may_send(headers)
        return 200 if refusal is None else refusal.status

    assert await status({}) == 413
    assert await status({"x-vault-token": "hvs.invented"}) == 403
    assert await status({"x-vault-token": node.root}) == 200
    assert await status({"authorization": f"Bearer {node.root}"}) == 200
    await node.ok("PUT", "sys/seal")
    assert await status({}) == 413
    assert await status({"x-vault-token": node.root}) == 503


@pytest.mark.parametrize("name", ["encoded_token", "otp"])
async def test_long_tokens_are_not_decoded(name: str) -> None:
    """`sys/decode-token` refuses what is longer than any token before it looks at each character."""
    node = await TestNode.start()
    body = {"encoded_token": "AAAA", "otp": "abc", name: "A" * 1025}
    answer = await node.ask("PUT", "sys/decode-token", body, token="")
    assert (answer.status, "1024" in answer.errors[0]) == (400, True)


async def test_large_forms_are_refused() -> None:
    """A form may be as large as one text of a JSON body, and no larger, with a token too."""
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/kv", {"type": "kv"})
    await node.ok("POST", "kv/a", FORM, headers=_FORM_TYPE)
    assert (await node.ok("GET", "kv/a")).data == {"a": "A" * 200_000}
    assert (await node.ask("POST", "kv/a", FORM * 2, headers=_FORM_TYPE)).status == 413


def test_logins_take_threads_of_their_own() -> None:
    """However many log in at once, few threads look at their passwords, and none of those that others need."""

    async def run() -> set[str]:
        node = await TestNode.start()
        await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
        tries = [node.ask("POST", f"auth/userpass/login/{n}", {"password": "a"}, token="") for n in range(4)]
        assert {answer.status for answer in await asyncio.gather(*tries)} == {400}
        return {thread.name for thread in threading.enumerate()}

    names = asyncio.run(run())
    assert 1 <= len([name for name in names if name.startswith("password")]) <= max(1, (os.cpu_count() or 1) // 2)
    assert not [name for name in names if name.startswith("asyncio_")]
