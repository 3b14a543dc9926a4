"""Shares and root tokens that are encrypted to PGP keys."""

from __future__ import annotations

import base64

import pytest

from tests.flow.node import TestNode
from tests.flow.sysapi.test_rekey import LEGACY, NEWER, begun, given, opens
from tests.sim.pgp import Holder

pytestmark = pytest.mark.filterwarnings("ignore:.*has been moved to cryptography.hazmat.decrepit:UserWarning")


@pytest.fixture(scope="module")
def holders() -> list[Holder]:
    """Two people."""
    return [Holder("anna"), Holder("berta")]


async def test_each_share_is_encrypted_to_its_holder(holders: list[Holder]) -> None:
    """In the order of the keys; decrypted, they open the store."""
    node = await TestNode.start()
    public, prints = [holder.public for holder in holders], [holder.fingerprint for holder in holders]
    nonce = await begun(node, NEWER, secret_shares=2, pgp_keys=public)
    state = (await node.ok("GET", NEWER[0])).data
    assert (state["pgp_fingerprints"], state["backup"]) == (prints, False)
    done = await given(node, NEWER[1], nonce, node.keys[:2])
    assert done["pgp_fingerprints"] == prints
    shares = [holder.decrypt(bytes.fromhex(text)) for holder, text in zip(holders, done["keys"], strict=True)]
    assert shares == [
        holder.decrypt(base64.b64decode(text)) for holder, text in zip(holders, done["keys_base64"], strict=True)
    ]
    assert await opens(node, shares)
    assert (await node.ask("GET", "sys/rekey/backup")).errors == ["no backed-up keys found"]


async def test_the_store_keeps_a_copy_that_was_asked_for(holders: list[Holder]) -> None:
    """By fingerprint, under the nonce of the attempt, for as long as nobody removes it."""
    node = await TestNode.start()
    anna = holders[0]
    nonce = await begun(node, LEGACY, pgp_keys=[anna.public] * 3, backup=True)
    done = await given(node, LEGACY[1], nonce, node.keys[:2])
    for path in ("sys/rekey/backup", "sys/rotate/root/backup"):
        assert (await node.ok("GET", path)).data == {
            "nonce": nonce,
            "keys": {anna.fingerprint: done["keys"]},
            "keys_base64": {anna.fingerprint: done["keys_base64"]},
        }
    await node.ok("DELETE", "sys/rekey/backup")
    assert (await node.ask("GET", "sys/rotate/root/backup")).errors == ["no backed-up keys found"]


async def test_a_root_token_is_encrypted_to_a_holder(holders: list[Holder]) -> None:
    """Whoever gives the last share can't read it, and no one-time pad is made."""
    node = await TestNode.start()
    began = (await node.ok("PUT", "sys/generate-root-token/attempt", {"pgp_key": holders[1].public})).data
    assert (began["otp"], began["pgp_fingerprint"]) == ("", holders[1].fingerprint)
    for key in node.keys[:2]:
        answer = await node.ok("PUT", "sys/generate-root-token/update", {"key": key, "nonce": began["nonce"]})
    token = holders[1].decrypt(base64.b64decode(answer.data["encoded_token"]))
    assert (await node.ok("GET", "auth/token/lookup-self", token=token)).data["policies"] == ["root"]
