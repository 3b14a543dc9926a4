"""What an auth method hands over for a token is bounded, and each bound is told by the name of what is over it."""

from __future__ import annotations

import pytest

from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.sdk import Auth, TokenSettings
from tests.flow.core.test_login_tokens import made_by
from tests.flow.node import TestNode


@pytest.mark.parametrize(
    ("auth", "text"),
    [
        (Auth(metadata={"k": "v" * 16_384}), "metadata has more than 16384 bytes in all"),
        (Auth(alias_metadata={"k" * 129: "v"}), "a key of metadata of the alias is longer than 128 bytes"),
        (Auth(token=TokenSettings(policies=("p" * 513,))), "an item of policies is longer than 512 bytes"),
        (Auth(display_name="n" * 513), "display_name is longer than 512 bytes"),
        (Auth(alias="a" * 513), "alias is longer than 512 bytes"),
        (Auth(token=TokenSettings(policies=("response-wrapping",))), 'cannot assign policy "response-wrapping"'),
        (Auth(token=TokenSettings(bound_cidrs=("nowhere",))), 'error parsing address "nowhere"'),
    ],
)
async def test_what_is_over_a_bound_makes_no_token(auth: Auth, text: str) -> None:
    """No row, and no entity of the alias either."""
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    before = node.rows()
    with pytest.raises(InvalidRequest) as refused:
        await made_by(node, auth)
    assert refused.value.text.startswith(text)
    assert node.rows() == before


async def test_a_login_from_elsewhere_makes_no_token() -> None:
    """Whether or not the method has looked at the address."""
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    before = node.rows()
    with pytest.raises(PermissionDenied, match="permission denied"):
        await made_by(node, Auth(token=TokenSettings(bound_cidrs=("198.51.100.0/24",))))
    assert node.rows() == before
    record, _ = await made_by(node, Auth(token=TokenSettings(bound_cidrs=("198.51.100.0/24", "192.0.2.0/24"))))
    assert record.bound_cidrs == ("198.51.100.0/24", "192.0.2.0/24")
