"""What the server grants a login, whatever its auth method answers."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.barrier import keys
from tests.flow.node import TestNode, given_token


def tokens(node: TestNode) -> set[str]:
    """The rows of all tokens."""
    return {key for key in node.rows() if key.startswith(keys.tokens(keys.ROOT_NAMESPACE))}


@pytest.mark.parametrize(
    ("granted", "status", "text"),
    [
        ({"token": given_token(bound_cidrs=("192.0.2.8",))}, 403, "permission denied"),
        ({"token": given_token(type="batch", num_uses=1)}, 400, 'batch tokens cannot have "num_uses" set'),
        ({"metadata": {"k": "v" * 16 * 1024}}, 400, "metadata has more than 16384 bytes in all"),
        ({"alias_metadata": {"k" * 129: "v"}}, 400, "a key of metadata of the alias is longer than 128 bytes"),
        ({"alias": "a" * 513}, 400, "alias is longer than 512 bytes"),
    ],
)
async def test_what_no_login_is_granted(granted: dict[str, Any], status: int, text: str) -> None:
    """A method that forgot to look at the address, or to measure what it was told, makes no token."""
    node = await TestNode.start()
    before = tokens(node)
    node.probe.granted = granted
    answer = await node.ask("POST", "probe/open/ann", {}, token="")
    assert (answer.status, answer.errors) == (status, [text])
    assert tokens(node) == before


@pytest.mark.parametrize(
    "granted",
    [
        {"token": given_token(bound_cidrs=("192.0.2.0/29",))},
        {"token": given_token(type="service", num_uses=1)},
        {"metadata": {"k": "v" * (16 * 1024 - 1)}},
        {"alias": "a" * 512},
        {"token": given_token(strictly_bind_ip=True)},
    ],
)
async def test_what_is(granted: dict[str, Any]) -> None:
    """The same within its limits."""
    node = await TestNode.start()
    node.probe.granted = granted
    auth = (await node.ok("POST", "probe/open/ann", {}, token="")).body["auth"]
    await node.ok("GET", "auth/token/lookup-self", token=auth["client_token"])
