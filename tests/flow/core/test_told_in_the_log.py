"""What an operator has to hear of: the server's log has a line, without a secret, and not one for each attempt."""

from __future__ import annotations

from typing import Any

import structlog

from strongroom.barrier import keys
from tests.flow.node import TestNode


async def test_a_row_that_does_not_authenticate_is_told() -> None:
    """A row that somebody changed gives an error in the log, with the row's key, once however often it is read."""
    node = await TestNode.start()
    await node.ok("PUT", "sys/policies/acl/changed", {"policy": 'path "a" { capabilities = ["read"] }'})
    key = keys.policies(keys.ROOT_NAMESPACE) + "changed"
    row = node.rows()[key]
    await node.store.commit({}, {key: row[:-1] + bytes([row[-1] ^ 1])}, {})
    with structlog.testing.capture_logs() as said:
        for _ in range(3):
            assert (await node.ask("GET", "sys/policies/acl/changed")).status == 500
    told = [line for line in said if line["event"] == "a row of the store does not authenticate"]
    assert [(line["key"], line["log_level"]) for line in told] == [(key, "error")]


def _wrong(key: str) -> str:
    """A share of the right length that is none."""
    return key[:-4] + ("0000" if key[-4:] != "0000" else "1111")


async def test_wrong_shares_are_told() -> None:
    """For a root token and new shares, of no share's form and of the right one: a warning that names the purpose."""
    node = await TestNode.start()
    shares = [_wrong(key) for key in node.keys[:2]]
    with structlog.testing.capture_logs() as said:
        begun = await node.ok("PUT", "sys/generate-root-token/attempt", {})
        nonce = begun.data["nonce"]
        await node.ask("PUT", "sys/generate-root-token/update", {"key": "abcd", "nonce": nonce})
        for share in shares:
            await node.ask("PUT", "sys/generate-root-token/update", {"key": share, "nonce": nonce})
        begun = await node.ok("PUT", "sys/rekey/init", {"secret_shares": 1, "secret_threshold": 1})
        for share in shares:
            await node.ask("PUT", "sys/rekey/update", {"key": share, "nonce": begun.body["nonce"]})
    assert _told(said) == ["root token", "root token", "rekey"]
    assert not any(share in str(said) for share in shares)


async def test_a_failed_unsealing_is_told() -> None:
    """The same for shares that are to unseal."""
    node = await TestNode.start()
    peer = TestNode(node.store, node.clock)
    with structlog.testing.capture_logs() as said:
        await peer.ask("PUT", "sys/unseal", {"key": "abcd"}, token="")
        for key in node.keys[:2]:
            await peer.ask("PUT", "sys/unseal", {"key": _wrong(key)}, token="")
    assert _told(said) == ["unseal", "unseal"]


def _told(said: list[Any]) -> list[str]:
    return [line["purpose"] for line in said if line["event"] == "wrong key shares were given"]
